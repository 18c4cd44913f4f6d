"""Invitations: a link with a secret that lets one person make one account."""

import hashlib
import secrets
from datetime import datetime, timedelta

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from wildlife.accounts.models import Invitation

_SESSION_KEY = "invitation"


def prepare(invitation: Invitation, by: User) -> str:
    """Fill in what nobody types; return the secret, which is kept nowhere else."""
    secret = secrets.token_urlsafe(24)
    invitation.secret_hash = _hash(secret)
    invitation.invited_by = by
    return secret


def default_end() -> datetime:
    """Return until when an invitation made now is good."""
    return timezone.now() + timedelta(days=settings.INVITATION_DAYS)


def link_of(request: HttpRequest, secret: str) -> str:
    """Return the address that the invited person opens."""
    return request.build_absolute_uri(reverse("accounts:invitation", args=[secret]))


def send(invitation: Invitation, link: str) -> None:
    """Mail the link to the invited person. Raises OSError or SMTPException where that fails."""
    get_adapter().send_mail(
        "accounts/email/invitation", invitation.email, {"link": link, "invitation": invitation}
    )


def bring(request: HttpRequest, secret: str) -> Invitation | None:
    """Let the session bring the invitation of this secret; None where it is good for nothing."""
    invitation = _good().filter(secret_hash=_hash(secret)).first()
    if invitation is not None:
        request.session[_SESSION_KEY] = secret
    return invitation


def brought_by(request: HttpRequest) -> Invitation | None:
    """Return the invitation that a session brings, None without a good one."""
    secret = request.session.get(_SESSION_KEY, "")
    return _good().filter(secret_hash=_hash(secret)).first() if secret else None


def use(request: HttpRequest, user: User) -> None:
    """Use up the session's invitation for a new account. Raises PermissionDenied without one."""
    secret = request.session.pop(_SESSION_KEY, "")
    used = _good().filter(secret_hash=_hash(secret)).update(used_at=timezone.now(), used_by=user)
    if not used:
        raise PermissionDenied


def _good() -> QuerySet[Invitation]:
    return Invitation.objects.filter(used_at=None, expires_at__gt=timezone.now())


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
