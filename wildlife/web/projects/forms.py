"""What people fill in about projects."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wildlife.projects.models import Project, Role


class _Named(forms.ModelForm):
    def clean_name(self) -> str:
        name = " ".join(str(self.cleaned_data["name"]).split())
        if not name:
            raise forms.ValidationError(_("Type a name."))
        return name


class NewProjectForm(_Named):
    class Meta:
        model = Project
        fields = ["name", "description"]
        labels = {"name": _("Name"), "description": _("What it is about (optional)")}
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}


class SettingsForm(_Named):
    accept_percent = forms.IntegerField(
        label=_("Accept by itself what is at least so sure (%)"),
        min_value=50,
        max_value=100,
        required=False,
        help_text=_("Such answers wait for no reviewer. Empty: people look at everything."),
    )
    reviewers_needed = forms.TypedChoiceField(
        label=_("An answer is settled by"),
        choices=[(1, _("one reviewer")), (2, _("two reviewers who agree"))],
        coerce=int,
    )

    class Meta:
        model = Project
        fields = [
            "name", "description", "sampling_design", "data_licence", "media_licence",
            "event_gap", "reviewers_needed", "asks_count", "asks_sex", "asks_life_stage",
            "asks_behaviour",
        ]  # fmt: skip
        labels = {
            "name": _("Name"),
            "description": _("What it is about"),
            "sampling_design": _("How places were chosen"),
            "data_licence": _("Licence of the data"),
            "media_licence": _("Licence of the photos"),
            "event_gap": _("Gap between two events (seconds)"),
            "asks_count": _("Ask reviewers how many animals there are"),
            "asks_sex": _("Ask reviewers for the sex"),
            "asks_life_stage": _("Ask reviewers for the life stage"),
            "asks_behaviour": _("Ask reviewers what the animals do"),
        }
        help_texts = {
            "sampling_design": _("In the words of Camtrap DP."),
            "data_licence": _("As SPDX writes it, such as CC-BY-4.0."),
            "media_licence": _("The same, for the photos themselves."),
            "event_gap": _(
                "After so long without a photo the next one begins another event. All events are "
                "made anew."
            ),
        }
        widgets = {"description": forms.Textarea(attrs={"rows": 4})}

    field_order = [*Meta.fields[:6], "accept_percent", *Meta.fields[6:]]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        above = self.instance.accept_above
        self.initial["accept_percent"] = None if above is None else round(100 * above)

    @property
    def values(self) -> dict[str, Any]:
        """What is set, as columns of a project."""
        said = dict(self.cleaned_data)
        percent = said.pop("accept_percent")
        return {**said, "accept_above": None if percent is None else percent / 100}


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)


class InviteForm(forms.Form):
    """A link that lets people in."""

    role = forms.ChoiceField(label=_("They become"), choices=Role.choices, initial=Role.VIEWER)
    uses = forms.TypedChoiceField(
        label=_("Good for"),
        choices=[
            (1, _("one person")),
            (5, _("5 people")),
            (25, _("25 people")),
            (100, _("100 people")),
        ],
        coerce=int,
        initial=1,
    )
    days = forms.TypedChoiceField(
        label=_("Ends after"),
        choices=[(1, _("1 day")), (7, _("7 days")), (30, _("30 days"))],
        coerce=int,
        initial=7,
    )
    meant_for = forms.CharField(label=_("For whom (optional)"), max_length=120, required=False)


class DeleteProjectForm(forms.Form):
    """Asks for the name, so that nobody deletes the wrong project."""

    name = forms.CharField(label=_("Type the project's name"), max_length=120)

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._project = project

    def clean_name(self) -> str:
        """Return the name. Raises ValidationError where it is another."""
        typed = " ".join(self.cleaned_data["name"].split())
        if typed != self._project.name:
            raise forms.ValidationError(
                _("That is not its name. Type “%(name)s”."), params={"name": self._project.name}
            )
        return typed
