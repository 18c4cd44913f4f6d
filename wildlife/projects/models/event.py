"""Photos of one deployment that follow each other closely, taken as one visit."""

import uuid

from django.db import models

from wildlife.projects.models.deployment import Deployment


class Event(models.Model):
    """One visit, from its first to its last photo; its answer comes from all of them together."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deployment = models.ForeignKey(Deployment, models.CASCADE, related_name="events")
    start = models.DateTimeField(help_text="Of its first photo, as on the spot.")
    end = models.DateTimeField(help_text="Of its last photo.")
    taxon = models.ForeignKey(
        "species.Taxon",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="From the summed mass of its photos.",
    )
    confidence = models.FloatField(null=True, blank=True)
    count = models.PositiveIntegerField(
        default=0, help_text="Most animals that one of its photos shows."
    )

    class Meta:
        ordering = ["start", "id"]
        indexes = [
            models.Index(fields=["deployment", "start"], name="event_of_deployment"),
            models.Index(fields=["taxon", "start"], name="event_of_taxon"),
        ]

    def __str__(self) -> str:
        return f"{self.deployment} {self.start:%Y-%m-%d %H:%M:%S}"


class EventsDue(models.Model):
    """A deployment whose events are to be looked at again, and for which times.

    A row of its own each time: whoever changes a photo waits for nobody who makes events, and what
    changes while they are made stays due.
    """

    deployment = models.ForeignKey(Deployment, models.CASCADE, related_name="events_due")
    since = models.DateTimeField(null=True, blank=True, help_text="Empty for all that was before.")
    until = models.DateTimeField(null=True, blank=True, help_text="Empty for all that comes after.")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.deployment)
