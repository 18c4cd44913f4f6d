"""Who is asking, and whether a guest's browser was made to."""

from collections.abc import Callable
from functools import cache
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotAuthenticated, PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from wildlife.projects.places import projects_known_exactly


class NotFromAnotherSite(BasePermission):
    """Keeps other web sites from acting through a guest's browser.

    Who signed in by session has to send the CSRF token (Django REST framework sees to it), and a
    token is not sent by itself. A guest has neither: a form on another site could make their
    browser upload, and the answer would replace the session cookie that holds their photos. A
    browser names the site that such a request comes from; programs send no Origin.
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        if request.method in SAFE_METHODS or request.user.is_authenticated:
            return True
        origin = request.headers.get("Origin")
        own = f"{request.scheme}://{request.get_host()}"
        if origin is not None and origin not in (own, *settings.CSRF_TRUSTED_ORIGINS):
            # Raised, because a mere False would be answered 401, and signing in is not the point.
            raise PermissionDenied(_("This request comes from another web site."), "another_site")
        return True


def owner_of(request: Request) -> User | None:
    """Return the user behind a request, None for a guest."""
    return request.user if request.user.is_authenticated else None


def user_of(request: Request) -> User:
    """Return the user behind a request. Raises NotAuthenticated for a guest."""
    if not isinstance(request.user, User):
        raise NotAuthenticated
    return request.user


def places_shown_to(request: Request) -> Callable[[UUID | None], bool]:
    """Return whether a reader may know exact places of a project (None: of no project).

    One query, once it is needed.
    """
    known = cache(lambda: projects_known_exactly(request.user))
    return lambda project_id: project_id is None or project_id in known()
