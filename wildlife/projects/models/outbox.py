"""What happened in projects, for those who asked to be told."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from wildlife.projects.models.project import Project


class Happening(models.Model):
    """Something that happened, written down in the same transaction as what it tells of.

    Whoever passes it on deletes it. `subject` is the photo's or upload's id: projects know neither.
    """

    class Kind(models.TextChoices):
        IDENTIFIED = "photo.identified", _("A photo was looked at")
        VERDICT = "verdict.given", _("Somebody said what a photo shows")
        UPLOADED = "upload.finished", _("All photos of an upload were looked at")

    project = models.ForeignKey(Project, models.CASCADE, related_name="happenings")
    kind = models.CharField(max_length=20, choices=Kind)
    subject = models.UUIDField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
