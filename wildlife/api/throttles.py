"""How many requests there may be in a minute: per token, per user, per guest's address.

Counts are kept for whole windows, so that counting is one step that many processes may do at once.
What is left is told in each answer, in the terms of the IETF draft (RateLimit, RateLimit-Policy).
"""

import time
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from wildlife.photos.limits import address_of
from wildlife.tokens.models import Token

WINDOW = 60
"""seconds"""
_QUOTAS = "quotas"


@dataclass(frozen=True, slots=True)
class Quota:
    """What is left of a limit; `reset` are the seconds until all of it is there again."""

    name: str
    limit: int
    left: int
    reset: int


class WindowThrottle(BaseThrottle):
    """Counts requests of one kind of caller. `name` is that of the policy."""

    name = ""

    def __init__(self) -> None:
        self.quota: Quota | None = None

    def caller(self, request: Request) -> str | None:
        """Return who is counted, None where this throttle has nothing to do with the request."""
        raise NotImplementedError

    def allow_request(self, request: Request, view: APIView) -> bool:
        limit: int = settings.API_RATES[self.name]
        caller = self.caller(request)
        if not limit or caller is None:
            return True
        now = time.time()
        window = int(now // WINDOW)
        key = f"api-rate:{self.name}:{caller}:{window}"
        cache.add(key, 0, WINDOW * 2)
        try:
            count = cache.incr(key)
        except ValueError:  # forgotten in between
            count = 1
        reset = max(1, round((window + 1) * WINDOW - now))
        self.quota = Quota(self.name, limit, max(0, limit - count), reset)
        # `tell` says of several what the tightest has left.
        setattr(request, _QUOTAS, [*getattr(request, _QUOTAS, []), self.quota])
        return count <= limit

    def wait(self) -> float | None:
        return self.quota.reset if self.quota else None


class ByToken(WindowThrottle):
    name = "token"

    def caller(self, request: Request) -> str | None:
        return str(request.auth.pk) if isinstance(request.auth, Token) else None


class ByUser(WindowThrottle):
    """All tokens and browsers of a user together."""

    name = "user"

    def caller(self, request: Request) -> str | None:
        return str(request.user.pk) if request.user.is_authenticated else None


class ByGuest(WindowThrottle):
    name = "guest"

    def caller(self, request: Request) -> str | None:
        return None if request.user.is_authenticated else _network_of(address_of(request))


def _network_of(text: str) -> str:
    """Return what of an address is one household: all of IPv4, the first 64 bits of IPv6.

    What a proxy writes that is no address counts as it stands there.
    """
    try:
        address = ip_address(text)
    except ValueError:
        return text
    if isinstance(address, IPv6Address):
        return str(ip_network((address, 64), strict=False))
    return str(address)


def tell(request: Request, response: Response) -> None:
    """Write into an answer which limits there are and what is left of the tightest."""
    quotas: list[Quota] = getattr(request, _QUOTAS, [])
    if not quotas:
        return
    tightest = min(quotas, key=lambda quota: quota.left / quota.limit)
    policies = (f'"{quota.name}";q={quota.limit};w={WINDOW}' for quota in quotas)
    response["RateLimit-Policy"] = ", ".join(policies)
    response["RateLimit"] = f'"{tightest.name}";r={tightest.left};t={tightest.reset}'
