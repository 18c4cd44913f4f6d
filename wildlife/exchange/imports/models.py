"""Files that are brought in, how far each is, and what of it could not be taken."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from wildlife.exchange.sentences import sentence
from wildlife.projects.models import Project
from wildlife.projects.models.deployment import valid_zone


class Import(models.Model):
    """A file with answers, for photos of a project or for somebody's own.

    It is looked through first, and changes nothing until that is confirmed.
    """

    class State(models.TextChoices):
        CHECKING = "checking", _("Being looked through")
        READY = "ready", _("Waits for you to confirm")
        RUNNING = "running", _("Being imported")
        DONE = "done", _("Done")
        FAILED = "failed", _("Cannot be imported")
        CANCELLED = "cancelled", _("Cancelled")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(
        Project,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="imports",
        help_text=_("Whose photos it is about; empty for those of `by`."),
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="imports")
    file = models.FileField(upload_to="imports/", blank=True)
    name = models.CharField(max_length=255, help_text=_("Of the file, as it was uploaded."))
    format = models.CharField(max_length=20, blank=True)
    time_zone = models.CharField(
        max_length=40,
        default="UTC",
        validators=[valid_zone],
        help_text=_("Of new deployments: an IANA name."),
    )
    state = models.CharField(max_length=9, choices=State, default=State.CHECKING)
    position = models.PositiveIntegerField(default=0, help_text=_("Items that are behind it."))
    total = models.PositiveIntegerField(null=True, help_text=_("Items, once all were looked at."))
    counts = models.JSONField(default=dict, help_text=_("What would change, or has changed."))
    problem_count = models.PositiveIntegerField(default=0)
    error = models.CharField(
        max_length=500,
        blank=True,
        help_text=_("Why none of it is taken, in English; `error_values` go into it."),
    )
    error_values = models.JSONField(default=dict, blank=True)
    attempts = models.PositiveSmallIntegerField(
        default=0, help_text=_("How often a worker began at `position`.")
    )
    started_at = models.DateTimeField(auto_now_add=True)
    alive_at = models.DateTimeField(auto_now=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-started_at", "-id"]
        indexes = [
            models.Index(fields=["by", "-started_at"], name="import_by"),
            models.Index(
                fields=["alive_at"],
                condition=models.Q(state__in=["checking", "running"]),
                name="import_at_work",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_at_work(self) -> bool:
        return self.state in (self.State.CHECKING, self.State.RUNNING)

    @property
    def why(self) -> str:
        """Why none of it is taken, in the reader's language."""
        return sentence(self.error, self.error_values)


class ImportProblem(models.Model):
    """Something in a file that is not taken."""

    job = models.ForeignKey(Import, models.CASCADE, related_name="problems")
    line = models.PositiveIntegerField(help_text=_("Line of a table, or item of a list, from 1."))
    item = models.CharField(max_length=255, blank=True, help_text=_("Mostly a file name."))
    code = models.CharField(max_length=20)
    reason = models.CharField(
        max_length=500, help_text=_("A sentence in English; `values` go into it.")
    )
    values = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.line}: {self.code}"

    @property
    def why(self) -> str:
        """The reason in the reader's language."""
        return sentence(self.reason, self.values)
