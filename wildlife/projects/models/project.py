"""Projects, who is in them, and what was done there."""

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a member is in a project; `wildlife.projects.rights` says what each may do."""

    VIEWER = "viewer", _("Viewer")
    REVIEWER = "reviewer", _("Reviewer")
    CURATOR = "curator", _("Curator")
    OWNER = "owner", _("Owner")


class Project(models.Model):
    """What a team works on: its photos belong to it, not to those who uploaded them."""

    class SamplingDesign(models.TextChoices):
        """Camtrap DP's `project.samplingDesign`."""

        SIMPLE_RANDOM = "simpleRandom", _("Simple random")
        SYSTEMATIC_RANDOM = "systematicRandom", _("Systematic random")
        CLUSTERED_RANDOM = "clusteredRandom", _("Clustered random")
        EXPERIMENTAL = "experimental", _("Experimental")
        TARGETED = "targeted", _("Targeted")
        OPPORTUNISTIC = "opportunistic", _("Opportunistic")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(max_length=60, unique=True, help_text="Its name in addresses.")
    name = models.CharField(max_length=120)
    description = models.TextField(max_length=4000, blank=True)
    sampling_design = models.CharField(
        max_length=16, choices=SamplingDesign, default=SamplingDesign.OPPORTUNISTIC
    )
    data_licence = models.CharField(
        max_length=40, default="CC-BY-4.0", help_text="SPDX, for exported data."
    )
    media_licence = models.CharField(
        max_length=40, default="CC-BY-NC-4.0", help_text="SPDX, for exported photos."
    )
    event_gap = models.PositiveIntegerField(
        default=120,
        validators=[MaxValueValidator(86_400)],
        help_text="Seconds without a photo after which the next one begins another event.",
    )
    accept_above = models.FloatField(
        null=True,
        blank=True,
        validators=[MinValueValidator(0.5), MaxValueValidator(1.0)],
        help_text="Answers at least as sure count as accepted without a look; empty for none.",
    )
    reviewers_needed = models.PositiveSmallIntegerField(
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(2)],
        help_text="How many people have to agree before an answer is settled.",
    )
    asks_count = models.BooleanField(default=False)
    asks_sex = models.BooleanField(default=False)
    asks_life_stage = models.BooleanField(default=False)
    asks_behaviour = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    erasing_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="Set where it is being deleted: when a worker last went on with that.",
    )

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("web:projects:page", args=[self.slug])


class Membership(models.Model):
    """Somebody in a project."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=8, choices=Role)
    joined_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["joined_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["project", "user"], name="member_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.role}"


class Invitation(models.Model):
    """A link that makes who follows it a member. The link itself is known to its reader only."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="invitations")
    secret_hash = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the secret.")
    role = models.CharField(max_length=8, choices=Role)
    note = models.CharField(max_length=120, blank=True, help_text="For whom it is meant.")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    uses_left = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return f"{self.project}: {self.role}"


class Activity(models.Model):
    """One thing that somebody did in a project. Rows are only added."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="activities")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    verb = models.CharField(max_length=40, help_text="member_joined, photos_deleted …")
    details = models.JSONField(default=dict, help_text="What the sentence about it needs.")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["project", "-at", "-id"], name="activity_of_project")]

    def __str__(self) -> str:
        return self.verb
