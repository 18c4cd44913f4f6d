"""Photos as they were received."""

import uuid

from django.conf import settings
from django.db import models
from django.urls import reverse


class Photo(models.Model):
    """One uploaded photo and how far it has come. It belongs to a user or to a guest's session."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Being looked at"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    class Priority(models.IntegerChoices):
        INTERACTIVE = 0, "Interactive"
        BULK = 1, "Bulk"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        # Their photos have files, which only `services.delete` removes: those go first.
        models.PROTECT,
        null=True,
        blank=True,
        related_name="photos",
    )
    guest = models.CharField(
        max_length=43, blank=True, help_text="The secret of the guest's session."
    )
    original = models.FileField(upload_to="originals/")
    filename = models.CharField(max_length=255, help_text="The name it was uploaded under.")
    media_type = models.CharField(max_length=40)
    size = models.PositiveBigIntegerField(help_text="bytes")
    sha256 = models.CharField(max_length=64)
    preview = models.CharField(max_length=200, blank=True, help_text="Storage key, upright JPEG.")
    width = models.PositiveIntegerField(null=True, blank=True, help_text="pixels, upright")
    height = models.PositiveIntegerField(null=True, blank=True, help_text="pixels, upright")
    taken_at = models.DateTimeField(
        null=True, blank=True, help_text="The camera's clock, read as UTC: cameras know no zone."
    )
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)

    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    failure = models.CharField(max_length=300, blank=True, help_text="A sentence for the uploader.")
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.INTERACTIVE)
    attempts = models.PositiveSmallIntegerField(
        default=0, help_text="How many runs with this photo died."
    )
    received_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-received_at", "-id"]
        indexes = [
            models.Index(
                fields=["priority", "received_at"],
                condition=models.Q(state="waiting"),
                name="photo_waiting",
            ),
            models.Index(fields=["owner", "-received_at"], name="photo_of_owner"),
            models.Index(fields=["guest", "-received_at"], name="photo_of_guest"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "sha256"],
                condition=models.Q(owner__isnull=False),
                name="photo_once_per_owner",
            ),
            models.UniqueConstraint(
                fields=["guest", "sha256"],
                condition=models.Q(owner__isnull=True),
                name="photo_once_per_guest",
            ),
            models.CheckConstraint(
                condition=models.Q(owner__isnull=False) | ~models.Q(guest=""),
                name="photo_has_an_owner",
            ),
        ]

    def __str__(self) -> str:
        return self.filename

    def get_absolute_url(self) -> str:
        return reverse("web:photo", args=[self.pk])
