"""The facts of a taxon on its page."""

from typing import Any

from django import forms
from django.db import models
from django.forms import ModelChoiceField
from django.http import HttpRequest
from django.utils.translation import gettext as _
from unfold.admin import TabularInline
from unfold.forms import PaginationInlineFormSet
from unfold.widgets import UnfoldAdminTextInputWidget

from wildlife.species.admin.base import ChoosesTaxa
from wildlife.species.countries import country_name
from wildlife.species.models import (
    CommonName,
    ConservationAssessment,
    LookAlike,
    Range,
    TaxonHabitat,
    TaxonIdentifier,
    Trait,
)


class CountryInput(UnfoldAdminTextInputWidget):
    """A code with the countries' names to choose from; one list serves the whole page."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"list": "countries", "autocomplete": "off"} | (attrs or {}))


class _FactInline(ChoosesTaxa, TabularInline):
    """Facts of a taxon, with short lists of sources and habitats, fetched once per request."""

    extra = 0
    tab = True
    per_page = 25
    show_count = True

    def formfield_for_foreignkey(
        self, db_field: "models.ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> "ModelChoiceField[Any] | None":
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field is not None and db_field.name in ("source", "habitat"):
            listed = vars(request).setdefault("listed_choices", {})
            if db_field.name not in listed:
                listed[db_field.name] = list(field.choices)  # type: ignore[arg-type]
            field.choices = listed[db_field.name]
        return field

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "country":
            kwargs["widget"] = CountryInput()
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class CommonNameForm(forms.ModelForm):
    """Lets a name become the preferred one while another still is: that one gives way."""

    def _get_validation_exclusions(self) -> set[str]:
        return {*super()._get_validation_exclusions(), "preferred"}  # type: ignore[misc]


class CommonNameFormSet(PaginationInlineFormSet):
    def clean(self) -> None:
        """Refuse two preferred names of one language."""
        super().clean()
        preferred: set[str] = set()
        for form in self.forms:
            values = getattr(form, "cleaned_data", {})
            if not values.get("preferred") or values.get("DELETE"):
                continue
            if values.get("language") in preferred:
                form.add_error("preferred", _("Another name of this language is preferred too."))
            preferred.add(values.get("language", ""))


class CommonNameInline(_FactInline):
    model = CommonName
    form = CommonNameForm
    formset = CommonNameFormSet
    verbose_name_plural = "names"


class AssessmentInline(_FactInline):
    model = ConservationAssessment
    fields = [
        "category", "year", "trend", "criteria", "authority", "country", "citation", "source",
    ]  # fmt: skip
    verbose_name_plural = "status"

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "citation":
            kwargs["widget"] = UnfoldAdminTextInputWidget()
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class HabitatInline(_FactInline):
    model = TaxonHabitat
    verbose_name_plural = "habitats"

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[TaxonHabitat]:
        return super().get_queryset(request).select_related("habitat")


class RangeInline(_FactInline):
    model = Range
    fields = ["country", "named", "region", "presence", "source"]
    readonly_fields = ["named"]
    verbose_name_plural = "range"

    def named(self, row: Range) -> str:
        return country_name(row.country) if row.country else "–"


class TraitInline(_FactInline):
    model = Trait
    verbose_name_plural = "traits"


class IdentifierInline(_FactInline):
    model = TaxonIdentifier
    verbose_name_plural = "identifiers"


class LookAlikeInline(_FactInline):
    model = LookAlike
    fk_name = "taxon"
    verbose_name_plural = "look-alikes"

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[LookAlike]:
        return super().get_queryset(request).select_related("other").order_by("pk")


INLINES = [
    CommonNameInline,
    AssessmentInline,
    HabitatInline,
    RangeInline,
    TraitInline,
    IdentifierInline,
    LookAlikeInline,
]
