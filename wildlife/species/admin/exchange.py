"""Tables that go in and out of the admin."""

from import_export import resources
from import_export.admin import ExportActionMixin, ImportExportMixin
from import_export.fields import Field
from import_export.widgets import ForeignKeyWidget
from unfold.contrib.import_export.forms import ExportForm, ImportForm

from wildlife.species.models import CommonName, Source, Taxon


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


class ExchangeAdmin(ImportExportMixin, ExportActionMixin):
    """Import and export in the look of the rest of the admin."""

    import_form_class = ImportForm
    export_form_class = ExportForm
