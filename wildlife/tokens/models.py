"""Tokens by which programs act for a user."""

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Scope(models.TextChoices):
    """What a token may be used for; `wildlife.api.scopes` says which requests need which."""

    READ = "read", _("Read: photos, answers, projects")
    UPLOAD = "upload", _("Upload photos")
    REVIEW = "review", _("Review: give verdicts")
    CURATE = "curate", _("Curate: change and delete photos, deployments, species")
    ADMIN = "admin", _("Administer: what none of the others covers")


class TokenQuerySet(QuerySet["Token"]):
    def usable(self) -> "TokenQuerySet":
        """Keep the tokens that open something now."""
        unexpired = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
        return self.filter(unexpired, revoked_at=None)


class Token(models.Model):
    """One token. The secret itself is known to its owner only, who saw it once.

    A row stays when the token is revoked: so it can be said afterwards what there was.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80, help_text=_("What it is for, in its owner's words."))
    secret_hash = models.CharField(
        max_length=64, unique=True, help_text=_("SHA-256 of the secret.")
    )
    beginning = models.CharField(max_length=12, help_text=_("Of the secret, to tell it by."))
    scopes = models.JSONField(default=list, help_text=_("Values of Scope."))
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True, help_text=_("Empty for never."))
    last_used_at = models.DateTimeField(null=True, blank=True)
    last_used_from = models.GenericIPAddressField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = TokenQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def scope_labels(self) -> list[str]:
        """What it may be used for, in words."""
        return [str(scope.label) for scope in Scope if scope.value in self.scopes]
