"""Where and when a camera stood, in the terms of Camtrap DP."""

import uuid
import zoneinfo
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wildlife.projects.models.project import Project


def valid_zone(name: str) -> None:
    """Raise ValidationError where no time zone has this IANA name."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(
            _("%(name)s is no time zone. Choose one such as Africa/Nairobi.") % {"name": name}
        )


class Deployment(models.Model):
    """One camera at one place for a time (https://camtrap-dp.tdwg.org/data/#deployments)."""

    class FeatureType(models.TextChoices):
        ROAD_PAVED = "roadPaved", gettext_lazy("Paved road")
        ROAD_DIRT = "roadDirt", gettext_lazy("Dirt road")
        TRAIL_HIKING = "trailHiking", gettext_lazy("Hiking trail")
        TRAIL_GAME = "trailGame", gettext_lazy("Game trail")
        ROAD_UNDERPASS = "roadUnderpass", gettext_lazy("Road underpass")
        ROAD_OVERPASS = "roadOverpass", gettext_lazy("Road overpass")
        ROAD_BRIDGE = "roadBridge", gettext_lazy("Road bridge")
        CULVERT = "culvert", gettext_lazy("Culvert")
        BURROW = "burrow", gettext_lazy("Burrow")
        NEST_SITE = "nestSite", gettext_lazy("Nest site")
        CARCASS = "carcass", gettext_lazy("Carcass")
        WATER_SOURCE = "waterSource", gettext_lazy("Water source")
        FRUITING_TREE = "fruitingTree", gettext_lazy("Fruiting tree")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="deployments")
    name = models.CharField(
        max_length=120, help_text="Its deploymentID in exports: unique in the project."
    )
    location_id = models.CharField(max_length=120, blank=True)
    location_name = models.CharField(max_length=200, blank=True)
    latitude = models.FloatField(
        null=True, blank=True, validators=[MinValueValidator(-90.0), MaxValueValidator(90.0)]
    )
    longitude = models.FloatField(
        null=True, blank=True, validators=[MinValueValidator(-180.0), MaxValueValidator(180.0)]
    )
    coordinate_uncertainty = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)], help_text="metres"
    )
    start = models.DateTimeField(
        null=True, blank=True, help_text="The clock on the spot, written as if it were UTC."
    )
    end = models.DateTimeField(
        null=True, blank=True, help_text="The same clock; empty while the camera is out."
    )
    time_zone = models.CharField(
        max_length=40, default="UTC", validators=[valid_zone], help_text="IANA name."
    )
    clock_shift = models.DurationField(
        default=timedelta, help_text="What the camera's clock was wrong by; added to its times."
    )
    setup_by = models.CharField(max_length=120, blank=True)
    camera_id = models.CharField(max_length=120, blank=True)
    camera_model = models.CharField(max_length=120, blank=True)
    camera_delay = models.PositiveIntegerField(null=True, blank=True, help_text="seconds")
    camera_height = models.FloatField(
        null=True, blank=True, validators=[MinValueValidator(0.0)], help_text="metres above ground"
    )
    camera_depth = models.FloatField(
        null=True, blank=True, validators=[MinValueValidator(0.0)], help_text="metres under water"
    )
    camera_tilt = models.SmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
        help_text="degrees: -90 down, 0 level, 90 up",
    )
    camera_heading = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MaxValueValidator(360)], help_text="degrees from north"
    )
    detection_distance = models.FloatField(
        null=True, blank=True, validators=[MinValueValidator(0.0)], help_text="metres"
    )
    timestamp_issues = models.BooleanField(null=True, blank=True)
    bait_use = models.BooleanField(null=True, blank=True)
    feature_type = models.CharField(max_length=16, choices=FeatureType, blank=True)
    habitat = models.CharField(max_length=200, blank=True)
    groups = models.CharField(max_length=300, blank=True, help_text="Separated by |.")
    tags = models.CharField(max_length=300, blank=True, help_text="Separated by |.")
    comments = models.TextField(max_length=4000, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["project", "name"], name="deployment_once_per_project"),
            models.CheckConstraint(
                condition=models.Q(end__isnull=True)
                | models.Q(start__isnull=True)
                | models.Q(end__gte=models.F("start")),
                name="deployment_ends_after_its_start",
            ),
            models.CheckConstraint(
                condition=models.Q(latitude__isnull=True, longitude__isnull=True)
                | models.Q(latitude__isnull=False, longitude__isnull=False),
                name="deployment_has_both_coordinates",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Raise ValidationError where values do not fit together, by field."""
        wrong: dict[str, str] = {}
        if (self.latitude is None) != (self.longitude is None):
            missing = "latitude" if self.latitude is None else "longitude"
            wrong[missing] = _("A place needs both numbers, or none of them.")
        if self.start and self.end and self.end < self.start:
            wrong["end"] = _("This is before its start.")
        if wrong:
            raise ValidationError(wrong)
