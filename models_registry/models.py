"""What the database knows of a release: all that a curator may change while it runs."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords


class ModelRelease(models.Model):
    """One version of one model. What it is stands in its card; how it is used stands here."""

    class Kind(models.TextChoices):
        DETECTOR = "detector", _("Detector")
        COARSE = "coarse", _("Coarse classifier")
        EXPERT = "expert", _("Species expert")
        EMBEDDER = "embedder", _("Nearest-neighbour expert")

    class Stage(models.TextChoices):
        ACTIVE = "active", _("Active")
        RETIRED = "retired", _("Retired")

    name = models.SlugField(max_length=60)
    version = models.CharField(max_length=20)
    title = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind)
    stage = models.CharField(max_length=10, choices=Stage, default=Stage.ACTIVE)
    weight = models.FloatField(default=1.0, help_text=_("How much an expert's vote counts."))
    threshold = models.FloatField(
        default=0.25, help_text=_("A detector's least confidence (0..1) for a box to be kept.")
    )
    groups = models.JSONField(
        default=list,
        blank=True,
        help_text=_('Coarse groups an expert is asked about, such as ["bird"]; empty: all.'),
    )
    queue = models.CharField(
        max_length=60,
        blank=True,
        help_text=_("The Celery queue of its step; empty: named after it."),
    )
    sha256 = models.CharField(max_length=64, editable=False)
    available = models.BooleanField(
        default=True, editable=False, help_text=_("Whether its weights are on this machine.")
    )
    created_at = models.DateTimeField(auto_now_add=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["kind", "name", "version"]
        constraints = [
            models.UniqueConstraint(fields=["name", "version"], name="release_name_version"),
            models.UniqueConstraint(
                fields=["name"],
                condition=models.Q(stage="active"),
                name="release_one_active_version",
            ),
            models.CheckConstraint(
                condition=models.Q(weight__gte=0), name="release_weight_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(threshold__gte=0, threshold__lte=1),
                name="release_threshold_is_share",
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def key(self) -> str:
        """Name and version as cards, runs and votes write them: `birds@1`."""
        return f"{self.name}@{self.version}"
