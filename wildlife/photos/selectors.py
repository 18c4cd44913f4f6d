"""Who may see which photo and upload. The one place of this rule."""

import secrets
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest

from wildlife.photos.keeper import Keeper
from wildlife.photos.models import Photo, Upload
from wildlife.projects.models import Project
from wildlife.projects.rights import Right, is_staff, may, projects_with

GUEST_KEY = "guest"
"""Under which a session keeps the secret of its guest."""


def visible_to(
    user: AbstractBaseUser | AnonymousUser, guest: str, right: Right = Right.SEE
) -> QuerySet[Photo]:
    """Return the photos with which a user, or the guest of a session, may do something.

    Staff may do everything with all. Users may with their own, with what this session uploaded
    before they signed in, and with those of projects where their role has the right; guests with
    what this session uploaded. Nobody else sees anything.
    """
    if is_staff(user):
        return Photo.objects.all()
    theirs = _belonging_to(user, guest)
    if user.is_authenticated:
        theirs |= Q(project__in=projects_with(user, right))
    return Photo.objects.filter(theirs)


def listed_for(
    user: AbstractBaseUser | AnonymousUser, guest: str, project: Project | None = None
) -> QuerySet[Photo]:
    """Return the photos that lists show: those of a project, else one's own, to staff all.

    Who may see the project is the caller's question: see `project_or_404`.
    """
    if project is not None:
        return Photo.objects.filter(project=project)
    if is_staff(user):
        return Photo.objects.all()
    return Photo.objects.filter(_belonging_to(user, guest))


def _belonging_to(user: AbstractBaseUser | AnonymousUser, guest: str) -> Q:
    mine = Q(pk__in=[])
    if user.is_authenticated:
        mine |= Q(owner_id=user.pk)
    if guest:
        mine |= Q(owner=None, project=None, guest=guest)
    return mine


def photos_of(request: HttpRequest, right: Right = Right.SEE) -> QuerySet[Photo]:
    """Return all photos with which a request, of a page or of the API, may do something."""
    return visible_to(request.user, guest_of(request), right)


def own_photos(request: HttpRequest) -> QuerySet[Photo]:
    """Return the reader's own photos, to staff all; none of projects they are a member of."""
    return listed_for(request.user, guest_of(request))


def photo_or_404(request: HttpRequest, photo_id: UUID, right: Right = Right.SEE) -> Photo:
    """Return one photo.

    Raises Http404 as well where it is somebody else's, PermissionDenied where the reader may see
    it but not do this with it.
    """
    photo = photos_of(request).select_related("project").filter(pk=photo_id).first()
    if photo is None:
        raise Http404
    if right is not Right.SEE and not may_with(request.user, right, photo):
        raise PermissionDenied
    return photo


def may_with(user: AbstractBaseUser | AnonymousUser, right: Right, photo: Photo) -> bool:
    """Whether somebody who may see a photo may do this with it: with their own, everything."""
    return photo.project is None or may(user, right, photo.project)


def own_uploads(request: HttpRequest) -> QuerySet[Upload]:
    """Return the uploads that a request may see and add to: one's own, for staff as well.

    Those for a project only as long as one may upload there.
    """
    user, guest = request.user, guest_of(request)
    mine = Q(pk__in=[])
    if user.is_authenticated:
        mine |= Q(owner_id=user.pk)
    if guest:
        mine |= Q(owner=None, guest=guest)
    there = Q(project=None) | Q(project__in=projects_with(user, Right.UPLOAD))
    return Upload.objects.filter(mine & there)


def upload_or_404(request: HttpRequest, upload_id: UUID) -> Upload:
    """Return one of the own uploads. Raises Http404 where it is somebody else's."""
    found = own_uploads(request).select_related("owner", "project").filter(pk=upload_id)
    upload = found.first()
    if upload is None:
        raise Http404
    return upload


def keeper_for(request: HttpRequest, project: Project | None = None) -> Keeper:
    """Return for whom a request brings photos; a guest gets a session for it.

    Who may upload to the project is the caller's question: see `project_or_404`.
    """
    owner = request.user if isinstance(request.user, User) else None
    guest = "" if owner else guest_of(request, create=True)
    return Keeper(owner, guest, project)


def guest_of(request: HttpRequest, *, create: bool = False) -> str:
    """Return the secret of this session's guest, "" if it has none and none is created."""
    guest: str = request.session.get(GUEST_KEY, "")
    if not guest and create:
        guest = request.session[GUEST_KEY] = secrets.token_urlsafe(32)
    return guest
