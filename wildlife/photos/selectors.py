"""Who may see which photo. The one place of this rule."""

import secrets

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from wildlife.photos.models import Photo

_SESSION_KEY = "guest"


def visible_to(user: AbstractBaseUser | AnonymousUser, guest: str) -> QuerySet[Photo]:
    """Return the photos that a user, or the guest of a session, may see.

    Staff see all. A user sees their own, and what this session uploaded before they signed in;
    a guest what this session uploaded. Nobody else sees anything.
    """
    if isinstance(user, User) and user.is_active and user.is_staff:
        return Photo.objects.all()
    mine = Q(pk__in=[])
    if user.is_authenticated:
        mine |= Q(owner_id=user.pk)
    if guest:
        mine |= Q(owner=None, guest=guest)
    return Photo.objects.filter(mine)


def guest_of(request: HttpRequest, *, create: bool = False) -> str:
    """Return the secret of this session's guest, "" if it has none and none is created."""
    guest: str = request.session.get(_SESSION_KEY, "")
    if not guest and create:
        guest = request.session[_SESSION_KEY] = secrets.token_urlsafe(32)
    return guest
