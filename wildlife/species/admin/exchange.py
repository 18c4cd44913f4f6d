"""Tables that go in and out of the admin."""

from typing import Any

from import_export import resources
from import_export.admin import ExportActionMixin, ImportExportMixin
from import_export.fields import Field
from import_export.widgets import ForeignKeyWidget
from unfold.contrib.import_export.forms import ExportForm, ImportForm

from wildlife.species import index, tracked
from wildlife.species.models import CommonName, Source, Taxon

FROM_A_TABLE = "import of a table"


class _Curated(resources.ModelResource):
    """Signs each row that it writes, and brings the search up to date once it is through."""

    def before_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        tracked.sign(instance, by=kwargs.get("user"), reason=FROM_A_TABLE)

    def after_import(self, dataset: Any, result: Any, **kwargs: Any) -> None:
        index.refresh(self.taxa_of([row.object_id for row in result.rows if row.object_id]))

    def taxa_of(self, ids: list[int]) -> list[int]:
        """Return the ids of the taxa that rows with these ids belong to."""
        return ids


class TaxonResource(_Curated):
    """Taxa by slug, with the slugs of the taxa that they point to."""

    parent = Field("parent", "parent", ForeignKeyWidget(Taxon, "slug"))
    accepted = Field("accepted", "accepted", ForeignKeyWidget(Taxon, "slug"))

    class Meta:
        model = Taxon
        import_id_fields = ["slug"]
        fields = ["slug", "scientific_name", "rank", "parent", "accepted", "domesticated"]
        clean_model_instances = True
        skip_unchanged = True


class CommonNameResource(_Curated):
    """Common names, for bringing in a whole language at once."""

    taxon = Field("taxon", "taxon", ForeignKeyWidget(Taxon, "slug"))
    source = Field("source", "source", ForeignKeyWidget(Source, "key"))

    class Meta:
        model = CommonName
        import_id_fields = ["taxon", "language", "name"]
        fields = ["taxon", "language", "name", "preferred", "source"]
        clean_model_instances = True
        skip_unchanged = True

    def taxa_of(self, ids: list[int]) -> list[int]:
        return list(CommonName.objects.filter(pk__in=ids).values_list("taxon_id", flat=True))


class SourceResource(resources.ModelResource):
    class Meta:
        model = Source
        import_id_fields = ["key"]
        fields = ["key", "citation", "url", "licence"]
        clean_model_instances = True
        skip_unchanged = True


class ExchangeAdmin(ImportExportMixin, ExportActionMixin):
    """Import and export in the look of the rest of the admin."""

    import_form_class = ImportForm
    export_form_class = ExportForm
