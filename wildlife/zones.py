"""Times in the reader's zone: told once by the browser, or chosen in the account.

Both are cookies, so that no request asks the database. When a photo was taken is no matter of
zones: it is shown as the clock on the spot showed it.
"""

from collections.abc import Callable
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

TOLD = "time_zone"
"""The cookie that a script sets to the browser's zone (static/js/zone.js)."""
CHOSEN = "chosen_time_zone"
"""The cookie with the zone that the account says, which goes before."""

ALWAYS_THE_SERVERS = ("/api/", "/admin/")
"""Addresses where times stand beside those of cameras, for programs and for who runs this copy."""

Respond = Callable[[HttpRequest], HttpResponseBase]


def in_the_readers_zone(get_response: Respond) -> Respond:
    """Show the times of each answer in the zone of whoever asked, else in the server's."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        with timezone.override(zone_of(request)):
            return get_response(request)

    return respond


def zone_of(request: HttpRequest) -> ZoneInfo | None:
    """Return the reader's zone, None for the server's: where nobody told one that exists."""
    if request.path_info.startswith(ALWAYS_THE_SERVERS):
        return None
    for cookie in (CHOSEN, TOLD):
        if (name := request.COOKIES.get(cookie, "")) in names():
            return ZoneInfo(name)
    return None


@cache
def names() -> frozenset[str]:
    """Return the names of all zones that this machine knows."""
    return frozenset(available_timezones())


@cache
def offered() -> tuple[str, ...]:
    """Return the zones to choose from: those named after a place, and UTC."""
    continents = ("Africa", "America", "Antarctica", "Asia", "Australia", "Europe")
    regions = {*continents, "Atlantic", "Indian", "Pacific"}
    places = (name for name in names() if name.split("/")[0] in regions)
    return ("UTC", *sorted(places))
