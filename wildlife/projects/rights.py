"""Who may do what in a project. The one place of this rule.

A right is asked with `may`, a list with `projects_with`; which photos follow from that is said in
`wildlife.photos.selectors`. Staff may do everything everywhere.
"""

from collections.abc import Mapping
from enum import Enum

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from wildlife.projects.models import Membership, Project, Role


class Right(Enum):
    """Something that may be done with a project and what belongs to it."""

    SEE = "see"
    """Its pages, photos and answers; no photos with people, and places only roughly."""
    REVIEW = "review"
    """Give verdicts."""
    UPLOAD = "upload"
    """Add photos."""
    CURATE = "curate"
    """Deployments, labels, times and places; delete photos and look at them again."""
    SEE_PLACES = "see_places"
    """The exact places of sensitive species."""
    SEE_PEOPLE = "see_people"
    """Photos with people as they are, and every photo's original file."""
    MANAGE = "manage"
    """Members, invitations, settings, and the end of the project."""


_VIEWER = frozenset({Right.SEE})
_REVIEWER = _VIEWER | {Right.REVIEW}
_CURATOR = _REVIEWER | {Right.UPLOAD, Right.CURATE, Right.SEE_PLACES}
_OWNER = _CURATOR | {Right.SEE_PEOPLE, Right.MANAGE}

RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.VIEWER: _VIEWER,
    Role.REVIEWER: _REVIEWER,
    Role.CURATOR: _CURATOR,
    Role.OWNER: _OWNER,
}
"""From each role to its rights; whoever has more rights has all of the lesser roles' too."""

Somebody = AbstractBaseUser | AnonymousUser


def is_staff(user: Somebody) -> bool:
    """Whether a user may do everything everywhere."""
    return isinstance(user, User) and user.is_active and user.is_staff


def roles_with(right: Right) -> list[Role]:
    """Return the roles that have a right."""
    return [role for role, rights in RIGHTS.items() if right in rights]


def projects_with(user: Somebody, right: Right = Right.SEE) -> QuerySet[Project]:
    """Return the projects in which a user has a right; none that are being deleted."""
    there = Project.objects.filter(erasing_at=None)
    if is_staff(user):
        return there
    if not isinstance(user, User) or not user.is_active:
        return Project.objects.none()
    theirs = Membership.objects.filter(user=user, role__in=roles_with(right))
    return there.filter(pk__in=theirs.values("project"))


def rights_in(user: Somebody, project: Project) -> frozenset[Right]:
    """Return all rights of a user in a project; none in one that is being deleted."""
    if project.erasing_at is not None:
        return frozenset()
    if is_staff(user):
        return frozenset(Right)
    if not isinstance(user, User) or not user.is_active:
        return frozenset()
    one = Membership.objects.filter(user=user, project=project).first()
    return RIGHTS[Role(one.role)] if one else frozenset()


def may(user: Somebody, right: Right, project: Project) -> bool:
    """Whether a user has a right in a project."""
    return right in rights_in(user, project)


def project_or_404(request: HttpRequest, slug: str, right: Right = Right.SEE) -> Project:
    """Return a project by its slug.

    Raises Http404 where the reader may not know of it, PermissionDenied where they may see it but
    lack the right.
    """
    project = projects_with(request.user).filter(slug=slug).first()
    if project is None:
        raise Http404
    if right is not Right.SEE and not may(request.user, right, project):
        raise PermissionDenied
    return project
