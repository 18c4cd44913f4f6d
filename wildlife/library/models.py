"""What people add to their photos: tags, filters worth keeping, and changes to many at once."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from wildlife.photos.models import Photo
from wildlife.projects.models import Deployment, Project


class Owned(models.Model):
    """Something of a user, or of a guest's session, as a photo is."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+"
    )
    guest = models.CharField(
        max_length=43, blank=True, help_text="The secret of the guest's session."
    )

    class Meta:
        abstract = True


class SavedFilter(Owned):
    """A filter under a name: the end of the library's address."""

    name = models.CharField(max_length=60)
    query = models.CharField(max_length=600)
    saved_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "pk"]
        indexes = [models.Index(fields=["guest", "name"], name="saved_filter_of_guest")]

    def __str__(self) -> str:
        return self.name


class Tag(Owned):
    """A word that its owner puts on photos. Two of the same name mean the same."""

    name = models.CharField(max_length=60)

    class Meta:
        ordering = ["name", "pk"]
        indexes = [models.Index(fields=["guest", "name"], name="tag_of_guest")]

    def __str__(self) -> str:
        return self.name


class Job(Owned):
    """One change to many photos, done portion by portion, newest photo first.

    It is about the photos of `photo_ids`, or, where `all_matching`, about all that match `query`
    and had arrived when it began.
    """

    class Action(models.TextChoices):
        TAG = "tag", _("Label")
        UNTAG = "untag", _("Take the label off")
        DELETE = "delete", _("Delete")
        AGAIN = "again", _("Identify again")
        MOVE = "move", _("Move into a project")
        ASSIGN = "assign", _("Assign to a deployment")

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        UNDONE = "undone", _("Undone")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    action = models.CharField(max_length=6, choices=Action)
    tag = models.ForeignKey(Tag, models.CASCADE, null=True, blank=True, related_name="jobs")
    project = models.ForeignKey(
        Project,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text="Whose photos it is about; for a move, where they go.",
    )
    deployment = models.ForeignKey(
        Deployment,
        models.CASCADE,  # a job without one takes photos out of theirs
        null=True,
        blank=True,
        related_name="+",
        help_text="Which photos are assigned to; empty to take them out of theirs.",
    )
    photo_ids = models.JSONField(default=list)
    all_matching = models.BooleanField(default=False)
    query = models.CharField(max_length=600, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.RUNNING)
    after = models.CharField(max_length=80, blank=True, help_text="Where the last portion ended.")
    changed = models.PositiveIntegerField(default=0)
    passed_over = models.PositiveIntegerField(default=0)
    taken_off = models.JSONField(default=list, help_text="Photos that lost the label by it.")
    started_at = models.DateTimeField(auto_now_add=True)
    alive_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-started_at"]
        indexes = [
            models.Index(
                fields=["alive_at"], condition=models.Q(state="running"), name="job_running"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.id}"


class Tagged(models.Model):
    """A tag on a photo."""

    tag = models.ForeignKey(Tag, models.CASCADE, related_name="tagged", db_index=False)
    photo = models.ForeignKey(Photo, models.CASCADE, related_name="tagged")
    job = models.ForeignKey(Job, models.SET_NULL, null=True, blank=True, related_name="tagged")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tag", "photo"], name="tagged_once")]

    def __str__(self) -> str:
        return f"{self.tag_id} {self.photo_id}"
