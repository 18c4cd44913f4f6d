"""Who is told what happens in a project, and how that went."""

import base64
import json
import secrets
import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wildlife.photos.models import Photo, Upload
from wildlife.projects.models import Project
from wildlife.species.models import ConservationAssessment, Taxon

PREFIX = "whsec_"


def new_secret() -> str:
    """Return a new key to sign with, in the form that Standard Webhooks asks for."""
    return PREFIX + base64.b64encode(secrets.token_bytes(24)).decode()


class Webhook(models.Model):
    """A server that is told what happens in a project."""

    class Kind(models.TextChoices):
        IDENTIFIED = "photo.identified", _("Photos were looked at")
        VERDICT = "verdict.given", _("Somebody said what photos show")
        UPLOADED = "upload.finished", _("All photos of an upload were looked at")
        ALERT = "alert", _("An alert found something")
        TEST = "test", _("Somebody wants to see that it works")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="webhooks")
    address = models.URLField(max_length=500)
    secret = models.CharField(max_length=80, default=new_secret, editable=False)
    kinds = models.JSONField(default=list, help_text="What it is told: values of Kind.")
    active = models.BooleanField(default=True)
    site = models.URLField(max_length=200, help_text="Where this copy is found: links begin so.")
    failing_since = models.DateTimeField(null=True, editable=False)
    stopped = models.BooleanField(
        default=False, editable=False, help_text="Made inactive because it failed for too long."
    )
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["made_at", "pk"]

    def __str__(self) -> str:
        return self.address


class Delivery(models.Model):
    """One message for a webhook. Its id is the message's, the same however often it is sent."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DELIVERED = "delivered", _("Delivered")
        GIVEN_UP = "given_up", _("Given up")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries")
    kind = models.CharField(max_length=20, choices=Webhook.Kind)
    payload = models.JSONField()
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    tried_at = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True, help_text="What the server answered.")
    answer = models.CharField(max_length=500, blank=True, help_text="How its answer begins.")
    error = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-made_at", "-pk"]
        indexes = [
            models.Index(fields=["webhook", "-made_at"], name="delivery_newest"),
            models.Index(
                fields=["due_at"], condition=models.Q(state="waiting"), name="delivery_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"

    @property
    def text(self) -> str:
        """The message as people read it."""
        return json.dumps(self.payload, ensure_ascii=False, indent=2)


class EndedUpload(models.Model):
    """An upload of which was told that it has ended: once, however often it is looked at again.

    It stays when the messages are forgotten.
    """

    upload = models.OneToOneField(Upload, models.CASCADE, primary_key=True, related_name="+")

    def __str__(self) -> str:
        return str(self.upload_id)


class Alert(models.Model):
    """A rule of what somebody wants to be told at once. All that is set must hold."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="alerts")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="alerts",
        help_text="Whose rule it is, and who gets the mail.",
    )
    name = models.CharField(max_length=80)
    taxon = models.ForeignKey(
        Taxon,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text="This one or what belongs to it.",
    )
    category = models.CharField(
        max_length=2,
        blank=True,
        choices=ConservationAssessment.Category,
        help_text="Of the Red List, this or worse.",
    )
    first = models.BooleanField(
        default=False, help_text="Only what the project has not had before."
    )
    above = models.FloatField(
        default=0.8, validators=[MinValueValidator(0.0), MaxValueValidator(1.0)]
    )
    quiet_hours = models.PositiveSmallIntegerField(
        default=24,
        validators=[MaxValueValidator(24 * 30)],
        help_text="So long nothing more is told of the same animal.",
    )
    site = models.URLField(max_length=200, help_text="Where this copy is found: links begin so.")
    by_mail = models.BooleanField(default=True)
    language = models.CharField(max_length=10, default="en", help_text="Of its mails.")
    active = models.BooleanField(default=True)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def percent(self) -> int:
        return round(100 * self.above)


class Sighting(models.Model):
    """A photo that an alert found; a photo that is looked at again is none anew."""

    alert = models.ForeignKey(Alert, models.CASCADE, related_name="sightings")
    photo = models.ForeignKey(Photo, models.CASCADE, related_name="+")
    taxon = models.ForeignKey(Taxon, models.CASCADE, related_name="+")
    confidence = models.FloatField()
    told = models.BooleanField(default=False, help_text="Not told: in the alert's quiet hours.")
    mail_due = models.BooleanField(default=False)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["alert", "photo"], name="sighted_once")]
        indexes = [
            models.Index(fields=["mail_due"], condition=models.Q(mail_due=True), name="mail_due")
        ]

    def __str__(self) -> str:
        return f"{self.alert}: {self.taxon}"
