"""Invitations into a project: a link with a secret of which only a hash is kept."""

import hashlib
import secrets
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from wildlife.projects.activities import note
from wildlife.projects.members import join
from wildlife.projects.models import Invitation, Membership, Project, Role
from wildlife.projects.rights import Somebody
from wildlife.projects.roles import is_greater


class InvitationOver(Exception):
    """The link has expired, is used up, or was revoked."""


@transaction.atomic
def invite(
    project: Project,
    by: User,
    role: Role,
    *,
    days: int = 7,
    uses: int = 1,
    meant_for: str = "",
) -> tuple[Invitation, str]:
    """Make a link that lets `uses` people join within some days; return it with its secret."""
    secret = secrets.token_urlsafe(24)
    invitation = Invitation.objects.create(
        project=project,
        secret_hash=_hash(secret),
        role=role,
        note=meant_for,
        made_by=by,
        expires_at=timezone.now() + timedelta(days=days),
        uses_left=uses,
    )
    note(project, "invitation_made", by, role=role, uses=uses)
    return invitation, secret


def open_ones(project: Project) -> QuerySet[Invitation]:
    """Return the invitations of a project that still let somebody in."""
    return _good().filter(project=project).select_related("made_by")


def find(secret: str) -> Invitation | None:
    """Return the invitation of a secret, None where it lets nobody in."""
    found = _good().filter(secret_hash=_hash(secret))
    return found.select_related("project", "made_by").first()


@transaction.atomic
def accept(secret: str, user: User) -> Project:
    """Make a user a member by a link; one who already has as much uses nothing up.

    Raises InvitationOver.
    """
    good = _good().select_for_update(of=("self",)).select_related("project")
    invitation = good.filter(secret_hash=_hash(secret)).first()
    if invitation is None:
        raise InvitationOver
    if join(invitation.project, user, Role(invitation.role)):
        Invitation.objects.filter(pk=invitation.pk).update(uses_left=F("uses_left") - 1)
    return invitation.project


def gains(invitation: Invitation, user: User) -> bool:
    """Whether an invitation would make a user more than they are in its project."""
    had = Membership.objects.filter(project=invitation.project_id, user=user).first()
    return had is None or is_greater(invitation.role, had.role)


@transaction.atomic
def revoke(invitation: Invitation, by: Somebody) -> None:
    """Let a link open nothing any more."""
    note(invitation.project, "invitation_revoked", by, role=invitation.role)
    invitation.delete()


def _good() -> QuerySet[Invitation]:
    now = timezone.now()
    return Invitation.objects.filter(expires_at__gt=now, uses_left__gt=0, project__erasing_at=None)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
