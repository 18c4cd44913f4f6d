"""The one taxonomic tree, the names of its taxa, and where facts are from."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from pipelines.taxonomy import RANKS


class Source(models.Model):
    """Where a fact comes from."""

    key = models.SlugField(max_length=60, unique=True)
    citation = models.TextField()
    url = models.URLField(blank=True)
    licence = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key


class Taxon(models.Model):
    """A node of the one taxonomic tree. Its `slug` is the key that votes and answers carry.

    A synonym is a row too: it hangs in no tree and points to the taxon whose name is `accepted`.
    The history holds what people did; rows that the catalogue made have none until then.
    """

    class Rank(models.TextChoices):
        """The main ranks, and those between them that people have a word for (snakes, bees)."""

        KINGDOM = "kingdom", pgettext_lazy("rank", "Kingdom")
        PHYLUM = "phylum", pgettext_lazy("rank", "Phylum")
        SUBPHYLUM = "subphylum", pgettext_lazy("rank", "Subphylum")
        CLASS = "class", pgettext_lazy("rank", "Class")
        ORDER = "order", pgettext_lazy("rank", "Order")
        SUBORDER = "suborder", pgettext_lazy("rank", "Suborder")
        INFRAORDER = "infraorder", pgettext_lazy("rank", "Infraorder")
        CLADE = "clade", pgettext_lazy("rank", "Clade")
        SUPERFAMILY = "superfamily", pgettext_lazy("rank", "Superfamily")
        FAMILY = "family", pgettext_lazy("rank", "Family")
        SUBFAMILY = "subfamily", pgettext_lazy("rank", "Subfamily")
        TRIBE = "tribe", pgettext_lazy("rank", "Tribe")
        GENUS = "genus", pgettext_lazy("rank", "Genus")
        SPECIES = "species", pgettext_lazy("rank", "Species")
        SUBSPECIES = "subspecies", pgettext_lazy("rank", "Subspecies")

    slug = models.SlugField(max_length=120, unique=True)
    scientific_name = models.CharField(max_length=120, db_index=True)
    rank = models.CharField(max_length=12, choices=Rank)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    accepted = models.ForeignKey(
        "self",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="synonyms",
        help_text=_("For a synonym: the taxon whose name is used instead."),
    )
    # PostgreSQL compares it by bytes (migration 0007), which a change of its type has to keep.
    path = models.CharField(
        max_length=200,
        default="",
        editable=False,
        db_index=True,
        help_text=_(
            "The ids of its ancestors and its own, so that a subtree is one range of paths."
        ),
    )
    domesticated = models.BooleanField(default=False)
    sensitive = models.BooleanField(
        default=False, help_text=_("Where it was seen is blurred for all who need not know.")
    )
    description = models.TextField(blank=True, help_text=_("A few sentences for everybody."))
    description_source = models.ForeignKey(
        Source, models.PROTECT, null=True, blank=True, related_name="+"
    )
    updated_at = models.DateTimeField(
        auto_now=True, db_index=True, help_text=_("The newest one tells when the tree is stale.")
    )
    history = HistoricalRecords(excluded_fields=["updated_at", "path"])

    class Meta:
        verbose_name_plural = "taxa"
        ordering = ["scientific_name"]
        indexes = [models.Index(fields=["rank", "path"], name="taxon_rank_path")]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(parent=models.F("id")), name="taxon_not_its_own_parent"
            ),
        ]

    def __str__(self) -> str:
        return self.scientific_name

    def clean(self) -> None:
        """Refuse what would break the tree: circles, ranks upside down, synonyms of synonyms."""
        if self.accepted is not None:
            self._check_synonym(self.accepted)
        if self.parent is None:
            return
        if self.parent.accepted_id is not None:
            raise ValidationError({"parent": _("A synonym cannot be a parent.")})
        if RANKS.index(self.rank) <= RANKS.index(self.parent.rank):
            raise ValidationError({"parent": _("The parent's rank must be above this one's.")})
        above: Taxon | None = self.parent
        while above is not None:
            if above.pk == self.pk:
                raise ValidationError({"parent": _("This would make the tree run in a circle.")})
            above = above.parent

    def _check_synonym(self, accepted: "Taxon") -> None:
        if accepted.accepted_id is not None or accepted.pk == self.pk:
            raise ValidationError({"accepted": _("Choose a taxon that is no synonym itself.")})
        if self.parent is not None:
            raise ValidationError({"parent": _("A synonym has no parent of its own.")})
        if self.pk is not None and self.children.exists():
            raise ValidationError({"accepted": _("Taxa hang below this one: move them first.")})


class CommonName(models.Model):
    """A name that people use, in one language."""

    taxon = models.ForeignKey(Taxon, models.CASCADE, related_name="common_names")
    language = models.CharField(max_length=10, help_text=_("BCP 47: en, zh-hans, …"))
    name = models.CharField(max_length=120, db_index=True)
    preferred = models.BooleanField(default=False)
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["language", "-preferred", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["taxon", "language", "name"], name="common_name_once_per_taxon"
            ),
            models.UniqueConstraint(
                fields=["taxon", "language"],
                condition=models.Q(preferred=True),
                name="one_preferred_name_per_language",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class NameKey(models.Model):
    """Where the search finds a taxon: a name without case and accents, from one of its words on.

    Made from scientific names, synonyms and common names; nobody edits it.
    """

    class Tier(models.IntegerChoices):
        """Which names come first: those of taxa that people have a word for, then whole ones."""

        COMMON = 0, _("Common name")
        SCIENTIFIC = 1, _("Scientific name")
        COMMON_WORD = 2, _("Later word of a common name")
        SCIENTIFIC_WORD = 3, _("Later word of a scientific name")
        OBSCURE = 4, _("Scientific name of a taxon without a common one")
        OBSCURE_WORD = 5, _("Later word of such a name")

    taxon = models.ForeignKey(Taxon, models.CASCADE, related_name="name_keys")
    key = models.CharField(max_length=120)
    language = models.CharField(max_length=10, blank=True, help_text=_("Blank: a scientific name"))
    whole = models.BooleanField(help_text=_("From the first word on, not from one in the middle."))
    tier = models.PositiveSmallIntegerField(choices=Tier)

    class Meta:
        indexes = [
            # PostgreSQL finds what begins with a text only by an index for that.
            models.Index(
                fields=["tier", "key"],
                name="name_key_search",
                opclasses=["int2_ops", "varchar_pattern_ops"],
            ),
        ]

    def __str__(self) -> str:
        return self.key


class TaxonIdentifier(models.Model):
    """What another database calls a taxon."""

    class Authority(models.TextChoices):
        GBIF = "gbif", _("GBIF")
        INATURALIST = "inat", _("iNaturalist")
        WIKIDATA = "wikidata", _("Wikidata")
        IUCN = "iucn", _("IUCN Red List")
        COL = "col", _("Catalogue of Life")
        MDD = "mdd", _("Mammal Diversity Database")

    taxon = models.ForeignKey(Taxon, models.CASCADE, related_name="identifiers")
    authority = models.CharField(max_length=10, choices=Authority)
    value = models.CharField(max_length=60)
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["authority"]
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "value"], name="identifier_means_one_taxon"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.authority}:{self.value}"
