"""Rows of what comes in and of what leaves."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from wildlife.exchange.imports.models import Import, ImportProblem
from wildlife.exchange.notes import sentence_of
from wildlife.projects.models import Project

__all__ = ["ExportJob", "Import", "ImportProblem"]


class ExportJob(models.Model):
    """A file that somebody wants of a project's photos, or of their own ones.

    It holds what they may see when it is made, not when it was asked for.
    """

    class State(models.TextChoices):
        MAKING = "making", _("Being made")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Could not be made")

    class Failure(models.TextChoices):
        NO_RIGHT = "no_right", _("You may not see these photos any more.")
        STOPPED = "stopped", _("It stopped several times. Ask for fewer photos at once.")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="export_jobs")
    project = models.ForeignKey(
        Project,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="export_jobs",
        help_text=_("Whose photos; empty for those of `by`."),
    )
    format = models.CharField(max_length=20)
    query = models.TextField(blank=True, help_text=_("Which photos, as in the library's address."))
    site = models.CharField(max_length=255, help_text=_("Where this copy is reached."))
    state = models.CharField(max_length=6, choices=State, default=State.MAKING)
    done = models.PositiveIntegerField(default=0, help_text=_("Photos that are written."))
    total = models.PositiveIntegerField(null=True, help_text=_("Photos, once they are counted."))
    notes = models.JSONField(default=list, help_text=_("What could not be written."))
    failure = models.CharField(max_length=8, choices=Failure, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0, help_text=_("How often it was begun."))
    file = models.FileField(upload_to="exchange/", blank=True)
    size = models.PositiveBigIntegerField(default=0, help_text=_("Bytes of the file."))
    places = models.BooleanField(
        default=True, help_text=_("Whether the file was made for somebody who may know all places.")
    )
    people = models.BooleanField(
        default=True, help_text=_("Whether the file was made for somebody who may see people.")
    )
    asked_at = models.DateTimeField(auto_now_add=True)
    alive_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-asked_at", "-id"]
        indexes = [
            models.Index(fields=["by", "-asked_at"], name="export_by"),
            models.Index(
                fields=["alive_at"],
                condition=models.Q(state="making"),
                name="export_at_work",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.format} {self.pk}"

    @property
    def is_at_work(self) -> bool:
        return self.state == self.State.MAKING

    @property
    def told(self) -> list[str]:
        """The notes as sentences in the reader's language."""
        return [sentence_of(one) for one in self.notes]
