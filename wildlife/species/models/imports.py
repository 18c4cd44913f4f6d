"""Imports of what others know: how far each came, what it did and what it left out."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from wildlife.species.models.taxa import Source, Taxon


class SpeciesImport(models.Model):
    """One source that is looked at, or brought in batch by batch; its row says how far that is."""

    class Kind(models.TextChoices):
        DARWIN_CORE = "dwca", _("Darwin Core Archive (GBIF, Catalogue of Life)")
        MAMMALS = "mdd", _("Mammal Diversity Database (CSV)")
        CSV = "csv", _("Table (CSV)")
        XLSX = "xlsx", _("Table (Excel)")
        IUCN_API = "iucn-api", _("IUCN Red List (API)")
        IUCN_CSV = "iucn-csv", _("IUCN Red List (download)")
        WIKIDATA = "wikidata", _("Wikidata (query result)")
        INATURALIST = "inat", _("iNaturalist taxa")

    class State(models.TextChoices):
        NEW = "new", _("Not looked at yet")
        LOOKING = "looking", _("Is looked at")
        PREVIEWED = "previewed", _("Previewed")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=255, help_text=_("Of the file, or what a server was asked."))
    file = models.FileField(upload_to="species-imports/", blank=True)
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    within = models.SlugField(
        max_length=120, blank=True, help_text=_("Slug of a taxon: only what belongs to it is read.")
    )
    credit = models.ForeignKey(
        Source,
        models.PROTECT,
        null=True,
        blank=True,
        help_text=_("What the facts are credited to, where it is not what the format says."),
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    state = models.CharField(max_length=10, choices=State, default=State.NEW)
    position = models.CharField(max_length=255, blank=True, editable=False)
    read = models.PositiveIntegerField(default=0, editable=False, help_text=_("Records so far."))
    total = models.PositiveIntegerField(null=True, editable=False)
    counts = models.JSONField(default=dict, editable=False)
    examples = models.JSONField(default=dict, editable=False)
    problems = models.JSONField(default=list, editable=False)
    error = models.TextField(blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    alive_at = models.DateTimeField(auto_now=True)
    lost_at = models.PositiveIntegerField(
        null=True, editable=False, help_text=_("Records read when its worker was last lost.")
    )
    finished_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"

    @property
    def reason(self) -> str:
        """What the history says of each change: no more than 100 characters."""
        return f"import {self.kind} {self.name}"[:100]


class ImportedKey(models.Model):
    """Which taxon a key of a source means, while its import is under way."""

    run = models.ForeignKey(SpeciesImport, models.CASCADE, related_name="keys")
    key = models.CharField(max_length=255)
    taxon = models.ForeignKey(
        Taxon, models.CASCADE, null=True, related_name="+", help_text=_("Null: not to be read.")
    )
    name = models.CharField(max_length=120, help_text=_("What the source calls it."))
    place = models.CharField(max_length=120, help_text=_("Where in the source it stands."))
    synonym = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "key"], name="imported_key_once"),
        ]

    def __str__(self) -> str:
        return self.key
