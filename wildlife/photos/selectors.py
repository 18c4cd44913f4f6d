"""Who may see which photo and upload. The one place of this rule."""

import secrets
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest

from wildlife.photos.models import Photo, Upload

_SESSION_KEY = "guest"


def visible_to(user: AbstractBaseUser | AnonymousUser, guest: str) -> QuerySet[Photo]:
    """Return the photos that a user, or the guest of a session, may see.

    Staff see all. A user sees their own, and what this session uploaded before they signed in;
    a guest what this session uploaded. Nobody else sees anything.
    """
    if isinstance(user, User) and user.is_active and user.is_staff:
        return Photo.objects.all()
    return Photo.objects.filter(_belonging_to(user, guest))


def _belonging_to(user: AbstractBaseUser | AnonymousUser, guest: str) -> Q:
    mine = Q(pk__in=[])
    if user.is_authenticated:
        mine |= Q(owner_id=user.pk)
    if guest:
        mine |= Q(owner=None, guest=guest)
    return mine


def photos_of(request: HttpRequest) -> QuerySet[Photo]:
    """Return all photos that a request, of a page or of the API, may see."""
    return visible_to(request.user, guest_of(request))


def photo_or_404(request: HttpRequest, photo_id: UUID) -> Photo:
    """Return one photo. Raises Http404 as well where it is somebody else's."""
    photo = photos_of(request).filter(pk=photo_id).first()
    if photo is None:
        raise Http404
    return photo


def own_uploads(request: HttpRequest) -> QuerySet[Upload]:
    """Return the uploads that a request may see and add to: one's own, for staff as well."""
    return Upload.objects.filter(_belonging_to(request.user, guest_of(request)))


def upload_or_404(request: HttpRequest, upload_id: UUID) -> Upload:
    """Return one of the own uploads. Raises Http404 where it is somebody else's."""
    upload = own_uploads(request).select_related("owner").filter(pk=upload_id).first()
    if upload is None:
        raise Http404
    return upload


def guest_of(request: HttpRequest, *, create: bool = False) -> str:
    """Return the secret of this session's guest, "" if it has none and none is created."""
    guest: str = request.session.get(_SESSION_KEY, "")
    if not guest and create:
        guest = request.session[_SESSION_KEY] = secrets.token_urlsafe(32)
    return guest
