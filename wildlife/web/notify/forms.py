"""What people fill in about alerts and webhooks."""

from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from wildlife.notify.models import Alert, Webhook
from wildlife.notify.posting import NotPosted, refuse_unusable
from wildlife.species.models import Taxon
from wildlife.species.search import Found, search

_SUGGESTED = 3
TOLD = [(kind.value, kind.label) for kind in Webhook.Kind if kind != Webhook.Kind.TEST]


class AlertForm(forms.ModelForm):
    """A rule. Its animal is typed, by any of its names."""

    animal = forms.CharField(
        label=gettext_lazy("Animal"),
        required=False,
        max_length=120,
        help_text=gettext_lazy(
            "By any of its names, such as leopard, Felidae or 豹. Empty for all animals."
        ),
    )
    percent = forms.IntegerField(
        label=gettext_lazy("At least so sure (%)"), min_value=0, max_value=100, initial=80
    )

    class Meta:
        model = Alert
        fields = ["name", "category", "first", "quiet_hours", "by_mail", "active"]
        labels = {
            "name": gettext_lazy("Name"),
            "category": gettext_lazy("Red List category"),
            "first": gettext_lazy("Only animals that this project has not had before"),
            "quiet_hours": gettext_lazy("Quiet hours"),
            "by_mail": gettext_lazy("Mail me"),
            "active": gettext_lazy("Switched on"),
        }
        help_texts = {
            "category": gettext_lazy("This one or worse."),
            "first": "",
            "quiet_hours": gettext_lazy("So long you are not told of the same animal again."),
        }

    field_order = [
        "name", "animal", "category", "first", "percent", "quiet_hours", "by_mail", "active",
    ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rule: Alert = self.instance
        if rule.taxon is not None:
            self.initial["animal"] = rule.taxon.scientific_name
        self.initial.setdefault("percent", round(100 * rule.above))

    def clean_animal(self) -> Taxon | None:
        """Return the taxon that is meant. Raises ValidationError with what may be meant."""
        typed = " ".join(self.cleaned_data["animal"].split())
        if not typed:
            return None
        found = search(typed, language=get_language() or "en", limit=_SUGGESTED)
        for one in found:
            if typed.casefold() in (one.matched.casefold(), one.scientific_name.casefold()):
                return Taxon.objects.get(pk=one.taxon_id)
        if not found:
            raise forms.ValidationError(_("We know no animal of this name."))
        raise forms.ValidationError(
            _("Which one do you mean: %(names)s?"), params={"names": _listed(found)}
        )

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if (
            not (said.get("animal") or said.get("category") or said.get("first"))
            and not self.errors
        ):
            self.add_error("animal", _("Say which animals: by name, category, or new ones."))
        return said

    def save(self, commit: bool = True) -> Alert:
        rule: Alert = self.instance
        rule.taxon = self.cleaned_data["animal"]
        rule.above = self.cleaned_data["percent"] / 100
        saved: Alert = super().save(commit)
        return saved


class WebhookForm(forms.ModelForm):
    """Where a server is, and what it is told."""

    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("It is told when"),
        choices=TOLD,
        initial=[Webhook.Kind.UPLOADED.value, Webhook.Kind.ALERT.value],
        widget=forms.CheckboxSelectMultiple,
    )

    address = forms.URLField(
        label=gettext_lazy("Address of your server"),
        max_length=500,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
    )

    class Meta:
        model = Webhook
        fields = ["address", "kinds"]

    def clean_address(self) -> str:
        """Return the address. Raises ValidationError for what nothing can be sent to."""
        address: str = self.cleaned_data["address"]
        try:
            refuse_unusable(address)
        except NotPosted as reason:
            raise forms.ValidationError(_(str(reason))) from reason
        return address


def _listed(found: list[Found]) -> str:
    return ", ".join(
        f"{one.matched} ({one.scientific_name})"
        if one.matched != one.scientific_name
        else one.scientific_name
        for one in found
    )
