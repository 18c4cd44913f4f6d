"""Curation: the tree, and each taxon with its facts on one page."""

from typing import Any

from django.contrib import admin
from django.db.models import ForeignKey, QuerySet
from django.forms import ModelChoiceField
from django.http import HttpRequest
from import_export import resources
from import_export.admin import ExportActionMixin, ImportExportMixin
from import_export.fields import Field
from import_export.widgets import ForeignKeyWidget
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin, TabularInline
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter
from unfold.contrib.import_export.forms import ExportForm, ImportForm

from wildlife.species.models import (
    CommonName,
    ConservationAssessment,
    Habitat,
    Range,
    Source,
    Taxon,
    TaxonHabitat,
)


class TaxonResource(resources.ModelResource):
    """Taxa by slug, with the slugs of the taxa that they point to."""

    parent = Field("parent", "parent", ForeignKeyWidget(Taxon, "slug"))
    accepted = Field("accepted", "accepted", ForeignKeyWidget(Taxon, "slug"))

    class Meta:
        model = Taxon
        import_id_fields = ["slug"]
        fields = ["slug", "scientific_name", "rank", "parent", "accepted", "domesticated"]
        clean_model_instances = True
        skip_unchanged = True


class CommonNameResource(resources.ModelResource):
    """Common names, for bringing in a whole language at once."""

    taxon = Field("taxon", "taxon", ForeignKeyWidget(Taxon, "slug"))
    source = Field("source", "source", ForeignKeyWidget(Source, "key"))

    class Meta:
        model = CommonName
        import_id_fields = ["taxon", "language", "name"]
        fields = ["taxon", "language", "name", "preferred", "source"]
        clean_model_instances = True
        skip_unchanged = True


class SourceResource(resources.ModelResource):
    class Meta:
        model = Source
        import_id_fields = ["key"]
        fields = ["key", "citation", "url", "licence"]
        clean_model_instances = True
        skip_unchanged = True


class _ExchangeAdmin(ImportExportMixin, ExportActionMixin):
    """Import and export in the look of the rest of the admin."""

    import_form_class = ImportForm
    export_form_class = ExportForm


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
class TaxonAdmin(_ExchangeAdmin, SimpleHistoryAdmin, ModelAdmin):
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


@admin.register(CommonName)
class CommonNameAdmin(_ExchangeAdmin, SimpleHistoryAdmin, ModelAdmin):
    resource_classes = [CommonNameResource]
    list_display = ["name", "language", "preferred", "taxon", "source"]
    list_filter = ["language", "preferred"]
    list_select_related = ["taxon", "source"]
    list_per_page = 50
    search_fields = ["name", "taxon__scientific_name"]
    autocomplete_fields = ["taxon", "source"]


@admin.register(Source)
class SourceAdmin(_ExchangeAdmin, ModelAdmin):
    resource_classes = [SourceResource]
    list_display = ["key", "citation", "licence"]
    search_fields = ["key", "citation"]


@admin.register(Habitat)
class HabitatAdmin(ModelAdmin):
    list_display = ["code", "name"]
    search_fields = ["code", "name"]
    ordering = ["code"]
