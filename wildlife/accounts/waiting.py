"""How long somebody who did a thing too often has to wait."""

import time

from allauth.core.internal.ratelimit import get_cache_key, get_rates
from django.core.cache import cache
from django.http import HttpRequest

_APP = "allauth.account"
ACTIONS = {
    "account_login": "login",
    "account_signup": "signup",
    "account_reset_password": "reset_password",
    "account_reset_password_from_key": "reset_password_from_key",
    "account_reauthenticate": "reauthenticate",
    "account_change_password": "change_password",
    "account_set_password": "change_password",
    "account_email": "manage_email",
}
"""From the names of allauth's pages to those of its limits."""


def seconds_left(request: HttpRequest, action: str, key: str = "") -> int:
    """Return after how many seconds `action` is allowed again, 0 where it is now.

    allauth keeps the times of the last actions, newest first, but tells nobody.
    """
    left = 0.0
    for rate in get_rates(app=_APP, action=action):
        if (rate.per == "key" and not key) or (
            rate.per == "user" and not request.user.is_authenticated
        ):
            continue
        kept = get_cache_key(request, app=_APP, action=action, rate=rate, key=key)
        times = cache.get(kept, [])
        if len(times) >= rate.amount:
            left = max(left, times[rate.amount - 1] + rate.duration - time.time())
    return max(0, -int(-left // 1))


def of_page(request: HttpRequest) -> int:
    """Return the seconds to wait for the page of a request, at least one."""
    name = request.resolver_match.url_name if request.resolver_match else None
    action = ACTIONS.get(name or "")
    key = request.POST.get("email", "").lower()
    return max(1, seconds_left(request, action, key)) if action else 60
