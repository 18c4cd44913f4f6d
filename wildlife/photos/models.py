"""Photos as they were received, and the uploads that brought them."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from wildlife.photos.digest import LIBRARY_INDEXES, Digest
from wildlife.projects.models import Deployment, Event, Project


class Upload(models.Model):
    """What somebody dropped at one time: thousands of photos from a card, or a single one.

    It goes on where it stopped when the same files are dropped again.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="uploads"
    )
    guest = models.CharField(
        max_length=43, blank=True, help_text=_("The secret of the guest's session.")
    )
    project = models.ForeignKey(
        Project,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="uploads",
        help_text=_("Which the photos are for; `owner` is who uploads them."),
    )
    deployment = models.ForeignKey(
        Deployment,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Which its photos come to."),
    )
    started_at = models.DateTimeField(auto_now_add=True)
    clock_shift = models.DurationField(
        default=timedelta, help_text=_("What the camera's clock was wrong by; added to its times.")
    )
    closed_at = models.DateTimeField(
        null=True, blank=True, help_text=_("From then on it takes no more files.")
    )
    cancelled_at = models.DateTimeField(
        null=True, blank=True, help_text=_("What had not arrived then was given up.")
    )
    reached = models.FloatField(
        default=0.0, editable=False, help_text=_("The largest share (0..1) that was told as done.")
    )

    class Meta:
        ordering = ["-started_at", "-id"]
        indexes = [
            models.Index(fields=["owner", "-started_at"], name="upload_of_owner"),
            models.Index(fields=["guest", "-started_at"], name="upload_of_guest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(owner__isnull=False) | ~models.Q(guest=""),
                name="upload_has_an_owner",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    def get_absolute_url(self) -> str:
        return reverse("web:uploads:page", args=[self.pk])


class Photo(Digest):
    """One uploaded photo and how far it has come.

    It belongs to a project, or to a user, or to a guest's session: to exactly one of them.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Being looked at")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    class Priority(models.IntegerChoices):
        INTERACTIVE = 0, _("Interactive")
        BULK = 1, _("Bulk")

    class AssignedBy(models.TextChoices):
        FOLDER = "folder", _("By the folder it lay in")
        TIME = "time", _("By when and where it was taken")
        HAND = "hand", _("By hand")
        UPLOAD = "upload", _("With its upload")

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
        max_length=43, blank=True, help_text=_("The secret of the guest's session.")
    )
    project = models.ForeignKey(
        Project,
        models.PROTECT,  # for the same reason
        null=True,
        blank=True,
        related_name="photos",
        db_index=False,  # as of the deployment: the library's own index begins with it
    )
    deployment = models.ForeignKey(
        Deployment,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="photos",
        db_index=False,
        help_text=_("Of the photo's own project."),
    )
    assigned_by = models.CharField(
        max_length=6,
        choices=AssignedBy,
        blank=True,
        editable=False,
        help_text=_("How it came to its deployment."),
    )
    event = models.ForeignKey(
        Event, models.SET_NULL, null=True, blank=True, editable=False, related_name="photos"
    )
    original = models.FileField(upload_to="originals/")
    filename = models.CharField(max_length=255, help_text=_("The name it was uploaded under."))
    media_type = models.CharField(max_length=40)
    size = models.PositiveBigIntegerField(help_text=_("bytes"))
    sha256 = models.CharField(max_length=64)
    preview = models.CharField(
        max_length=200, blank=True, help_text=_("Storage key, upright JPEG.")
    )
    width = models.PositiveIntegerField(null=True, blank=True, help_text=_("pixels, upright"))
    height = models.PositiveIntegerField(null=True, blank=True, help_text=_("pixels, upright"))
    upload = models.ForeignKey(
        Upload, models.SET_NULL, null=True, blank=True, related_name="photos"
    )
    taken_at = models.DateTimeField(
        null=True, blank=True, help_text=_("The clock on the spot, written as if it were UTC.")
    )
    utc_offset = models.SmallIntegerField(
        null=True,
        blank=True,
        help_text=_("Minutes that clock is ahead of UTC, where that is known."),
    )
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    camera_make = models.CharField(max_length=64, blank=True)
    camera_model = models.CharField(max_length=64, blank=True)
    recorded_at = models.DateTimeField(
        null=True, blank=True, help_text=_("What the camera wrote, before any correction.")
    )
    recorded_latitude = models.FloatField(null=True, blank=True)
    recorded_longitude = models.FloatField(null=True, blank=True)
    time_corrected = models.BooleanField(
        default=False, help_text=_("By hand; no shift changes it.")
    )
    place_corrected = models.BooleanField(default=False, help_text=_("By hand."))

    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    failure = models.CharField(
        max_length=300, blank=True, help_text=_("A sentence for the uploader.")
    )
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.INTERACTIVE)
    attempts = models.PositiveSmallIntegerField(
        default=0, help_text=_("How many runs with this photo died.")
    )
    received_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    answer_due = models.BooleanField(
        default=False,
        editable=False,
        help_text=_("The votes are to be joined anew: the photo's place has changed."),
    )

    class Meta:
        ordering = ["-received_at", "-id"]
        indexes = [
            models.Index(
                fields=["priority", "received_at"],
                condition=models.Q(state="waiting"),
                name="photo_waiting",
            ),
            models.Index(
                fields=["id"], condition=models.Q(answer_due=True), name="photo_answer_due"
            ),
            models.Index(fields=["owner", "-received_at"], name="photo_of_owner"),
            models.Index(fields=["guest", "-received_at"], name="photo_of_guest"),
            *LIBRARY_INDEXES,
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "sha256"],
                condition=models.Q(owner__isnull=False),
                name="photo_once_per_owner",
            ),
            models.UniqueConstraint(
                fields=["guest", "sha256"],
                condition=models.Q(owner__isnull=True, project__isnull=True),
                name="photo_once_per_guest",
            ),
            models.UniqueConstraint(
                fields=["project", "sha256"],
                condition=models.Q(project__isnull=False),
                name="photo_once_per_project",
            ),
            models.CheckConstraint(
                condition=models.Q(project__isnull=False, owner__isnull=True, guest="")
                | models.Q(project__isnull=True, owner__isnull=False, guest="")
                | models.Q(project__isnull=True, owner__isnull=True) & ~models.Q(guest=""),
                name="photo_has_one_keeper",
            ),
        ]

    def __str__(self) -> str:
        return self.filename

    def get_absolute_url(self) -> str:
        return reverse("web:photo", args=[self.pk])


class UploadItem(models.Model):
    """One file of an upload, or of an archive in it: announced first, then settled one way."""

    class State(models.TextChoices):
        EXPECTED = "expected", _("Not here yet")
        FETCHING = "fetching", _("Being fetched")
        UNPACKING = "unpacking", _("Being unpacked")
        UNPACKED = "unpacked", _("Unpacked")
        TAKEN = "taken", _("Taken")
        KNOWN = "known", _("Here before")
        REFUSED = "refused", _("Not taken")

    upload = models.ForeignKey(Upload, models.CASCADE, related_name="items")
    key = models.CharField(
        max_length=64, help_text=_("SHA-256 of what tells this file from the upload's others.")
    )
    path = models.CharField(max_length=255, help_text=_("Folders and name, only to be shown."))
    size = models.PositiveBigIntegerField(help_text=_("bytes, as announced"))
    state = models.CharField(max_length=9, choices=State, default=State.EXPECTED)
    code = models.CharField(
        max_length=20, blank=True, help_text=_("Why it was refused, in a word.")
    )
    problem = models.CharField(max_length=300, blank=True, help_text=_("The same as a sentence."))
    photo = models.ForeignKey(
        Photo, models.CASCADE, null=True, blank=True, related_name="upload_items"
    )
    source_url = models.CharField(
        max_length=2000, blank=True, help_text=_("Where a worker fetches it from.")
    )
    is_archive = models.BooleanField(default=False)
    archive = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="members"
    )
    parts = models.PositiveIntegerField(
        default=0, help_text=_("Of an archive: how many parts of it are in storage.")
    )
    alive_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Last sign of life from the worker that brings it.")
    )
    attempts = models.PositiveSmallIntegerField(
        default=0, help_text=_("Of a file that a worker brings: how often it began with it.")
    )

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["upload", "state"], name="upload_item_state"),
            models.Index(
                fields=["alive_at"],
                condition=models.Q(state="unpacking"),
                name="upload_item_unpacking",
            ),
            models.Index(
                fields=["alive_at"],
                condition=models.Q(state="fetching"),
                name="upload_item_fetching",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["upload", "key"], name="upload_item_once"),
        ]

    def __str__(self) -> str:
        return self.path


class Leftover(models.Model):
    """A file in storage whose photo is deleted, or not written down yet, until it is removed."""

    name = models.CharField(max_length=255, help_text=_("Storage key."))
    due_at = models.DateTimeField(db_index=True, help_text=_("When it is tried again."))

    def __str__(self) -> str:
        return self.name
