"""Who is in a project, and as what. A project always keeps an owner who can sign in.

Every change takes the project's row first, so that two owners cannot leave at the same moment.
Who may change it is the caller's question.
"""

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from wildlife.projects.activities import note
from wildlife.projects.models import Membership, Project, Role
from wildlife.projects.rights import Somebody
from wildlife.projects.roles import is_greater


class LastOwner(Exception):
    """Without this person nobody could manage the project any more."""


@transaction.atomic
def join(project: Project, user: User, role: Role) -> bool:
    """Give somebody a role; one who has a greater role keeps it. Return whether that changed it."""
    lock(project)
    had = Membership.objects.filter(project=project, user=user).first()
    if had is None:
        Membership.objects.create(project=project, user=user, role=role)
        note(project, "member_joined", user, user=user.pk, role=role)
        return True
    if not is_greater(role, had.role):
        return False
    _give(had, role, by=user)
    return True


@transaction.atomic
def change_role(membership: Membership, role: Role, by: Somebody) -> None:
    """Make a member something else. Raises LastOwner."""
    lock(membership.project)
    membership.refresh_from_db(fields=["role"])
    if membership.role == role:
        return
    if role != Role.OWNER:
        _keep_an_owner(membership)
    _give(membership, role, by)


@transaction.atomic
def remove(membership: Membership, by: Somebody) -> None:
    """Take somebody out of a project. Raises LastOwner."""
    lock(membership.project)
    membership.refresh_from_db(fields=["role"])
    _keep_an_owner(membership)
    verb = "member_left" if by.pk == membership.user_id else "member_removed"
    note(membership.project, verb, by, user=membership.user_id, role=membership.role)
    membership.delete()


@transaction.atomic
def hand_over(membership: Membership, by: Somebody) -> None:
    """Make a member the owner, and who hands over, where they own it, a curator.

    Raises LastOwner where the member has gone or cannot sign in.
    """
    project = membership.project
    lock(project)
    heir = Membership.objects.filter(pk=membership.pk, user__is_active=True)
    if not heir.update(role=Role.OWNER):
        raise LastOwner
    others = Membership.objects.filter(project=project, user=by.pk, role=Role.OWNER)
    others.exclude(pk=membership.pk).update(role=Role.CURATOR)
    note(project, "project_handed_over", by, user=membership.user_id)


def owned_alone_by(user: User) -> QuerySet[Project]:
    """Return the projects that nobody but this user could manage, of those that will stay."""
    others = _owners().filter(project=OuterRef("pk")).exclude(user=user)
    mine = Membership.objects.filter(user=user, role=Role.OWNER)
    there = Project.objects.filter(erasing_at=None, pk__in=mine.values("project"))
    return there.exclude(Exists(others))


def _owners() -> QuerySet[Membership]:
    return Membership.objects.filter(role=Role.OWNER, user__is_active=True)


def lock(project: Project) -> None:
    """Let nobody else change who is in a project until the transaction ends."""
    Project.objects.select_for_update().get(pk=project.pk)


def _keep_an_owner(membership: Membership) -> None:
    """Raise LastOwner where nobody would own the project without this member."""
    others = _owners().filter(project=membership.project_id).exclude(pk=membership.pk)
    if membership.role == Role.OWNER and not others.exists():
        raise LastOwner


def _give(membership: Membership, role: Role, by: Somebody) -> None:
    project, old = membership.project, membership.role
    note(project, "role_changed", by, user=membership.user_id, old=old, new=role)
    membership.role = role
    membership.save(update_fields=["role"])
