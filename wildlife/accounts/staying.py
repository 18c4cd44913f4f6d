"""How long guests' photos stay: as long as they come, and some days after their last visit.

A guest has nothing but a session. While they come it is prolonged, at most once a day; where it
has ended nobody can see the photos any more, and they are deleted. Accounts stay signed in for a
time of their own.
"""

import time
from collections.abc import Callable
from datetime import timedelta

import structlog
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from wildlife.accounts.belongings import owned_by_guests
from wildlife.photos.models import Photo
from wildlife.photos.selectors import GUEST_KEY
from wildlife.photos.services import delete_all

log = structlog.get_logger(__name__)

SEEN_KEY = "seen"
"""Under which a session keeps the day of its guest's last visit."""
DAY = 24 * 60 * 60
"""Seconds."""
FOR_EVER = 365
"""So many days a session lasts where photos are kept for ever."""
SECONDS = 10.0
"""Then others have their turn."""
PORTION = 100

Respond = Callable[[HttpRequest], HttpResponseBase]


def prolonging(get_response: Respond) -> Respond:
    """Let the session of a guest begin anew on every day on which they come."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        session = request.session
        # A request that asked nothing of the session is no reason to read it.
        if session.accessed and session.get(GUEST_KEY):
            today = timezone.now().date().isoformat()
            if session.get(SEEN_KEY) != today:
                session[SEEN_KEY] = today
                if SESSION_KEY not in session:
                    session.set_expiry(DAY * (settings.GUEST_DAYS or FOR_EVER))
        return response

    return respond


def forget_left() -> bool:
    """Delete what guests left who did not come for `GUEST_DAYS`; return whether more may be left.

    A photo that is being looked at just then goes another day.
    """
    if not settings.GUEST_DAYS:
        return False
    left = _guests() - _staying()
    until = time.monotonic() + SECONDS  # from here: each call gets on, however long it looked
    for guest in left:
        theirs = _photos().filter(guest=guest)
        idle = theirs.exclude(state=Photo.State.RUNNING).values_list("pk", flat=True)
        while ids := list(idle[:PORTION]):
            delete_all(Photo.objects.filter(pk__in=ids))
            if time.monotonic() > until:
                return True
        if not theirs.exists():
            for model in owned_by_guests():
                model._default_manager.filter(owner=None, guest=guest).delete()
    if left:
        log.info("guests_forgotten", guests=len(left))
    return False


def _photos() -> QuerySet[Photo]:
    return Photo.objects.filter(owner=None, project=None).order_by()


def _guests() -> set[str]:
    """Return the secrets of all guests who have something here."""
    found = set(_photos().values_list("guest", flat=True).distinct())
    for model in owned_by_guests():
        rows = model._default_manager.filter(owner=None).exclude(guest="").order_by()
        found.update(rows.values_list("guest", flat=True).distinct())
    return found


def _staying() -> set[str]:
    """Return the guests whose session goes on, or who uploaded within the time anyhow.

    The second keeps what sessions cannot say: after a change of `SECRET_KEY` none can be read.
    """
    now = timezone.now()
    since = now - timedelta(days=settings.GUEST_DAYS)
    lately = _photos().filter(received_at__gte=since).values_list("guest", flat=True).distinct()
    sessions = Session.objects.filter(expire_date__gt=now).iterator(500)
    return {session.get_decoded().get(GUEST_KEY, "") for session in sessions}.union(lately)
