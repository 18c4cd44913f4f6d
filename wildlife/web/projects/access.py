"""Who comes in: pages of projects are for people with an account."""

from functools import wraps
from typing import Any, Protocol

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache


class View(Protocol):
    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse: ...


def for_users(view: View) -> View:
    """Let guests sign in first, whatever they ask for: the answer tells nothing of a project."""

    @wraps(view)
    @login_required
    @never_cache
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, *args, **kwargs)

    return inner


def user_of(request: HttpRequest) -> User:
    """Return who is signed in. Raises Http404 for a guest."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user
