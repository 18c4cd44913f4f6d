"""The facts of a taxon on its page."""

from typing import Any

from django.db.models import ForeignKey
from django.forms import ModelChoiceField
from django.http import HttpRequest
from unfold.admin import TabularInline

from wildlife.species.models import CommonName, ConservationAssessment, Range, TaxonHabitat


class _FactInline(TabularInline):
    """Facts of a taxon, with short lists of sources and habitats, fetched once per request."""

    extra = 0
    tab = True
    per_page = 50

    def formfield_for_foreignkey(
        self, db_field: "ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> "ModelChoiceField[Any] | None":
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field is not None and db_field.name in ("source", "habitat"):
            listed = vars(request).setdefault("listed_choices", {})
            if db_field.name not in listed:
                listed[db_field.name] = list(field.choices)
            field.choices = listed[db_field.name]
        return field


class CommonNameInline(_FactInline):
    model = CommonName


class AssessmentInline(_FactInline):
    model = ConservationAssessment


class HabitatInline(_FactInline):
    model = TaxonHabitat


class RangeInline(_FactInline):
    model = Range
