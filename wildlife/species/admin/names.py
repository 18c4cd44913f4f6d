"""Names, sources and habitats by themselves."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from wildlife.species.admin.base import CuratedAdmin
from wildlife.species.admin.exchange import CommonNameResource, ExchangeAdmin, SourceResource
from wildlife.species.models import CommonName, Habitat, Source


@admin.register(CommonName)
class CommonNameAdmin(ExchangeAdmin, CuratedAdmin):
    resource_classes = [CommonNameResource]
    list_display = ["name", "language", "preferred", "taxon", "source"]
    list_filter = ["language", "preferred"]
    list_select_related = ["taxon", "source"]
    search_fields = ["name__istartswith", "taxon__scientific_name__istartswith"]
    search_help_text = _("The beginning of the name, or of the scientific name")
    autocomplete_fields = ["source"]
    fields = ["taxon", "language", "name", "preferred", "source"]

    def names_of(self, row: CommonName) -> Iterable[int]:
        return CommonName.objects.filter(pk=row.pk).values_list("taxon_id", flat=True)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Show the history of the taxon: a name has none of its own."""
        record = CommonName.history.filter(id=object_id).first()
        name = record or get_object_or_404(CommonName, pk=object_id)
        return redirect("admin:species_taxon_history", name.taxon_id)


@admin.register(Source)
class SourceAdmin(ExchangeAdmin, ModelAdmin):
    resource_classes = [SourceResource]
    list_display = ["key", "citation", "licence"]
    search_fields = ["key", "citation"]


@admin.register(Habitat)
class HabitatAdmin(ModelAdmin):
    list_display = ["code", "name"]
    search_fields = ["code", "name"]
    ordering = ["code"]
