"""Who looks at what, and answers that were accepted together."""

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from wildlife.photos.models import Photo
from wildlife.projects.models import Project


class Claim(models.Model):
    """A photo that somebody has on their screen: others are shown another one meanwhile."""

    photo = models.OneToOneField(Photo, models.CASCADE, related_name="claim")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.user}: {self.photo}"


class Acceptance(models.Model):
    """Answers of many photos that somebody accepts at once, portion by portion; can be undone.

    Its id is the `batch` of the verdicts that it gives.
    """

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        UNDOING = "undoing", _("Being undone")
        UNDONE = "undone", _("Undone")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(
        Project,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="acceptances",
        help_text=_("Empty where they are the person's own photos."),
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="acceptances")
    query = models.CharField(max_length=600, blank=True, help_text="The library's filter.")
    above = models.FloatField(validators=[MinValueValidator(0.5), MaxValueValidator(1.0)])
    state = models.CharField(max_length=7, choices=State, default=State.RUNNING)
    photos = models.PositiveIntegerField(default=0, help_text="How many it has accepted so far.")
    total = models.PositiveIntegerField(default=0)
    begun_at = models.DateTimeField(auto_now_add=True)
    alive_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-begun_at"]

    def __str__(self) -> str:
        return f"{self.project or self.by}: {self.photos}"
