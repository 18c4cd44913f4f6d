"""What is known of a taxon: each fact names its source."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from wildlife.species.countries import validate_country
from wildlife.species.models.taxa import Source, Taxon


class Habitat(models.Model):
    """A habitat of the IUCN Habitats Classification Scheme, level one or two."""

    code = models.CharField(max_length=8, unique=True)
    name = models.CharField(max_length=120)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class TaxonHabitat(models.Model):
    """That a taxon lives in a habitat, how well, and whether it depends on it."""

    class Suitability(models.TextChoices):
        SUITABLE = "suitable", _("Suitable")
        MARGINAL = "marginal", _("Marginal")
        UNKNOWN = "unknown", _("Unknown")

    taxon = models.ForeignKey(Taxon, models.CASCADE, related_name="habitats")
    habitat = models.ForeignKey(Habitat, models.PROTECT, related_name="taxa")
    suitability = models.CharField(max_length=10, choices=Suitability, default=Suitability.SUITABLE)
    major = models.BooleanField("of major importance", default=False)
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["habitat__code"]
        constraints = [
            models.UniqueConstraint(fields=["taxon", "habitat"], name="habitat_once_per_taxon"),
        ]

    def __str__(self) -> str:
        return str(self.habitat)


class ConservationAssessment(models.Model):
    """How endangered a taxon is, by the IUCN Red List categories. The newest one counts.

    Without a `country` it is about the whole world; national lists stand beside it.
    """

    class Category(models.TextChoices):
        EX = "EX", _("Extinct")
        EW = "EW", _("Extinct in the Wild")
        CR = "CR", _("Critically Endangered")
        EN = "EN", _("Endangered")
        VU = "VU", _("Vulnerable")
        NT = "NT", _("Near Threatened")
        LC = "LC", _("Least Concern")
        DD = "DD", _("Data Deficient")
        NE = "NE", _("Not Evaluated")

    class Trend(models.TextChoices):
        INCREASING = "increasing", _("Increasing")
        STABLE = "stable", _("Stable")
        DECREASING = "decreasing", _("Decreasing")
        UNKNOWN = "unknown", _("Unknown")

    taxon = models.ForeignKey(Taxon, models.CASCADE, related_name="assessments")
    category = models.CharField(max_length=2, choices=Category)
    year = models.PositiveSmallIntegerField(default=0, help_text=_("0 where unknown"))
    trend = models.CharField(max_length=10, choices=Trend, blank=True)
    criteria = models.CharField(max_length=120, blank=True, help_text=_("A2bcd+3cd"))
    authority = models.CharField(max_length=120, default="IUCN Red List")
    country = models.CharField(
        max_length=3,
        blank=True,
        validators=[validate_country],
        help_text=_("ISO 3166-1 alpha-3 of a national list; blank for the world"),
    )
    citation = models.TextField(blank=True)
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["-year", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["taxon", "authority", "country", "year"], name="one_assessment_a_year"
            ),
        ]

    def __str__(self) -> str:
        return self.category


class Range(models.Model):
    """That a taxon occurs in a country, or in one region of it."""

    class Presence(models.TextChoices):
        NATIVE = "native", _("Native")
        INTRODUCED = "introduced", _("Introduced")
        VAGRANT = "vagrant", _("Vagrant")
        EXTINCT = "extinct", _("Extinct")

    taxon = models.ForeignKey(Taxon, models.CASCADE, related_name="ranges")
    country = models.CharField(
        max_length=3, validators=[validate_country], help_text=_("ISO 3166-1 alpha-3")
    )
    region = models.CharField(max_length=80, blank=True, help_text=_("ISO 3166-2 or a name"))
    presence = models.CharField(max_length=10, choices=Presence, default=Presence.NATIVE)
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["country"]
        constraints = [
            models.UniqueConstraint(
                fields=["taxon", "country", "region"], name="region_once_per_taxon"
            ),
        ]

    def __str__(self) -> str:
        return self.country


class Trait(models.Model):
    """One thing that can be said of a taxon in a word or a number."""

    class Kind(models.TextChoices):
        BODY_MASS = "body_mass_g", _("Body mass (g)")
        DIET = "diet", _("Diet")
        ACTIVITY = "activity", _("Activity")

    taxon = models.ForeignKey(Taxon, models.CASCADE, related_name="traits")
    kind = models.CharField(max_length=20, choices=Kind)
    value = models.CharField(max_length=120)
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["kind"]
        constraints = [
            models.UniqueConstraint(fields=["taxon", "kind"], name="trait_once_per_taxon"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.value}"

    def clean(self) -> None:
        """Refuse a body mass that is no positive number."""
        if self.kind == self.Kind.BODY_MASS:
            try:
                positive = float(self.value) > 0
            except ValueError:
                positive = False
            if not positive:
                raise ValidationError({"value": _("A body mass is a positive number of grams.")})


class LookAlike(models.Model):
    """That a taxon is easily taken for another; said once, it holds both ways."""

    taxon = models.ForeignKey(Taxon, models.CASCADE, related_name="look_alikes")
    other = models.ForeignKey(Taxon, models.CASCADE, related_name="looks_like")
    difference = models.CharField(
        max_length=300, blank=True, help_text=_("How to tell them apart.")
    )
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["taxon", "other"], name="look_alike_once"),
            models.CheckConstraint(
                condition=~models.Q(taxon=models.F("other")), name="nothing_looks_like_itself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.taxon} / {self.other}"
