"""Names, sources and habitats by themselves."""

from django.contrib import admin
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin

from wildlife.species.admin.exchange import CommonNameResource, ExchangeAdmin, SourceResource
from wildlife.species.models import CommonName, Habitat, Source


@admin.register(CommonName)
class CommonNameAdmin(ExchangeAdmin, SimpleHistoryAdmin, ModelAdmin):
    resource_classes = [CommonNameResource]
    list_display = ["name", "language", "preferred", "taxon", "source"]
    list_filter = ["language", "preferred"]
    list_select_related = ["taxon", "source"]
    list_per_page = 50
    search_fields = ["name", "taxon__scientific_name"]
    autocomplete_fields = ["taxon", "source"]


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
