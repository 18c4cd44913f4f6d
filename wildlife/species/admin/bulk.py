"""Editing many taxa at once: what to say of them, what that changes, and then doing it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import UnfoldAdminSelectWidget

from wildlife.species import bulk
from wildlife.species.admin.base import TaxonField, person
from wildlife.species.admin.inlines import CountryInput
from wildlife.species.admin.pages import Asking, page
from wildlife.species.countries import validate_country
from wildlife.species.models import Habitat, Range, Source, Taxon, TaxonHabitat


class _Flag(forms.TypedChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            choices=[
                ("", gettext_lazy("Leave as it is")),
                ("yes", gettext_lazy("Yes")),
                ("no", gettext_lazy("No")),
            ],
            coerce=lambda said: said == "yes",
            empty_value=None,
            required=False,
            widget=UnfoldAdminSelectWidget(),
            **kwargs,
        )


class BulkForm(Asking):
    """What to say of every chosen taxon; what is left empty stays as it is."""

    sensitive = _Flag(help_text=gettext_lazy("Blur where they were seen."))
    domesticated = _Flag()
    parent = TaxonField(label=gettext_lazy("Belongs to"), required=False)
    habitat = forms.ModelChoiceField(
        Habitat.objects.all(),
        label=gettext_lazy("Add habitat"),
        required=False,
        widget=UnfoldAdminSelectWidget(),
    )
    suitability = forms.ChoiceField(
        choices=TaxonHabitat.Suitability.choices, widget=UnfoldAdminSelectWidget()
    )
    country = forms.CharField(
        label=gettext_lazy("Add country"),
        max_length=3,
        required=False,
        validators=[validate_country],
        widget=CountryInput(),
    )
    presence = forms.ChoiceField(choices=Range.Presence.choices, widget=UnfoldAdminSelectWidget())
    source = forms.ModelChoiceField(
        Source.objects.all(),
        required=False,
        widget=UnfoldAdminSelectWidget(),
        help_text=gettext_lazy("Who says so of the habitat and the country."),
    )

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if not self.errors and self.edit.says_nothing:
            raise forms.ValidationError(_("Say what is to change."))
        if (values.get("habitat") or values.get("country")) and not values.get("source"):
            self.add_error("source", _("Each fact names its source."))
        return values

    @property
    def edit(self) -> bulk.BulkEdit:
        return bulk.BulkEdit(**{k: v for k, v in self.cleaned_data.items() if k != "reason"})


def edit(request: HttpRequest, model_admin: Any, taxa: QuerySet[Taxon]) -> HttpResponse | None:
    """Ask what to change, show what that means for each taxon, and do it once that is confirmed.

    Every page of it is the answer to the list's action, so that the choice of taxa comes along.
    """
    chosen = list(taxa.select_related("parent", "accepted")[: bulk.MOST + 1])
    if len(chosen) > bulk.MOST:
        messages.warning(
            request, _("Choose no more than %(most)d taxa at once.") % {"most": bulk.MOST}
        )
        return None
    asked = "stage" in request.POST
    form = BulkForm(request.POST if asked else None)
    steps = None
    if asked and form.is_valid():
        if request.POST["stage"] == "confirmed":
            reason = form.cleaned_data["reason"]
            changed = bulk.apply(chosen, form.edit, by=person(request), reason=reason)
            messages.success(
                request,
                _("%(changed)d of %(all)d taxa changed.")
                % {"changed": changed, "all": len(chosen)},
            )
            return None
        steps = bulk.plan(chosen, form.edit) if request.POST["stage"] == "preview" else None
    return page(
        request,
        model_admin,
        "bulk.html",
        ngettext("Edit %(count)d taxon", "Edit %(count)d taxa", len(chosen))
        % {"count": len(chosen)},
        form=form,
        steps=steps,
        changing=sum(bool(step.changes) for step in steps or ()),
        chosen=chosen,
        checkbox=ACTION_CHECKBOX_NAME,
    )
