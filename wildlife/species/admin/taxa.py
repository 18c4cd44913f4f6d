"""The tree, and each taxon with its facts on one page."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter

from wildlife.species.admin.exchange import ExchangeAdmin, TaxonResource
from wildlife.species.admin.inlines import (
    AssessmentInline,
    CommonNameInline,
    HabitatInline,
    RangeInline,
)
from wildlife.species.models import Taxon


class SynonymFilter(admin.SimpleListFilter):
    title = "name"
    parameter_name = "name"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("accepted", "Accepted"), ("synonym", "Synonym")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Taxon]) -> QuerySet[Taxon]:
        if self.value():
            return queryset.filter(accepted__isnull=self.value() == "accepted")
        return queryset


@admin.register(Taxon)
class TaxonAdmin(ExchangeAdmin, SimpleHistoryAdmin, ModelAdmin):
    resource_classes = [TaxonResource]
    list_display = ["scientific_name", "rank", "parent", "accepted", "domesticated"]
    list_filter = [
        ("rank", ChoicesDropdownFilter),
        ("parent", AutocompleteSelectFilter),
        SynonymFilter,
        "domesticated",
    ]
    list_filter_submit = True
    list_select_related = ["parent", "accepted"]
    list_per_page = 50
    search_fields = ["scientific_name", "slug", "common_names__name", "synonyms__scientific_name"]
    search_help_text = "Scientific name, synonym, or common name in any language"
    autocomplete_fields = ["parent", "accepted"]
    prepopulated_fields = {"slug": ["scientific_name"]}
    fields = ["scientific_name", "slug", "rank", "parent", "accepted", "domesticated"]
    inlines = [CommonNameInline, AssessmentInline, HabitatInline, RangeInline]
    warn_unsaved_form = True
