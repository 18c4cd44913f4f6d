"""Invitations, exports of one's own data, preferences, and accounts that are being deleted."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Invitation(models.Model):
    """Leave to make one account. Only a hash of its secret is kept: the link is shown once."""

    secret_hash = models.CharField(max_length=64, unique=True, editable=False)
    email = models.EmailField(
        blank=True, help_text=_("The link is mailed there, where this copy can send mail.")
    )
    note = models.CharField(max_length=200, blank=True, help_text=_("For whom, or why."))
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(help_text=_("From then on the link opens nothing."))
    used_at = models.DateTimeField(null=True, editable=False)
    used_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, editable=False, related_name="+"
    )

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.email or self.note or f"invitation {self.pk}"


class Export(models.Model):
    """A copy of all that belongs to one user, made in the background, part by part."""

    class State(models.TextChoices):
        MAKING = "making", _("Being made")
        READY = "ready", _("Ready")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="exports")
    state = models.CharField(max_length=6, choices=State, default=State.MAKING)
    photos = models.PositiveIntegerField(default=0, help_text=_("That are in its files so far."))
    last_photo = models.UUIDField(
        null=True, help_text=_("Up to which photo, in the order of their ids, it has come.")
    )
    created_at = models.DateTimeField(auto_now_add=True)
    alive_at = models.DateTimeField(help_text=_("When a worker last began a part."))
    expires_at = models.DateTimeField(null=True, help_text=_("When its files are deleted."))

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(state="making"),
                name="one_export_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class ExportFile(models.Model):
    """One zip of an export. The first holds the tables, and all of them originals."""

    export = models.ForeignKey(Export, models.CASCADE, related_name="files")
    number = models.PositiveSmallIntegerField(help_text=_("From 1."))
    key = models.CharField(max_length=200, help_text=_("Storage key."))
    size = models.PositiveBigIntegerField(help_text=_("bytes"))

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["export", "number"], name="export_file_number"),
        ]

    def __str__(self) -> str:
        return self.key


class Closure(models.Model):
    """An account whose owner asked for its deletion; it goes with the account, at the end."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="closure")
    requested_at = models.DateTimeField(auto_now_add=True)
    alive_at = models.DateTimeField(help_text=_("When a worker last went on with it."))

    def __str__(self) -> str:
        return str(self.user_id)


class Preferences(models.Model):
    """How somebody reads the pages, in every browser they sign in with. "" follows the browser."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="preferences"
    )
    language = models.CharField(max_length=12, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name_plural = "preferences"

    def __str__(self) -> str:
        return str(self.user_id)
