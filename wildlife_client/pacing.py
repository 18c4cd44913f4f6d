"""When to send a request again, and when to wait before the next: pure, for both clients.

A request is sent again where nothing was answered, or the server says that it may be (408, 429,
502, 503, 504, and a 409 with `Retry-After`). That is safe for writes too, because each has an
Idempotency-Key.
"""

import random
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import httpx

AGAIN = frozenset(
    {
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)


@dataclass(frozen=True, slots=True)
class Retries:
    """How patient a client is.

    A request is tried `attempts` times in all. The pause between two doubles from `first` to
    `longest` seconds, less up to half of it by chance, so that clients which failed together do
    not come back together. Where the server says when to come back, that holds instead; for more
    than `patience` seconds nobody waits.
    """

    attempts: int = 6
    first: float = 0.5
    longest: float = 30.0
    patience: float = 120.0

    def pause(self, tried: int, response: httpx.Response | None) -> float | None:
        """Return for how many seconds to wait before the next try; None where there is none.

        `tried` counts the tries so far; `response` is None where no answer came.
        """
        told = None
        if response is not None:
            told = retry_after(response)
            again = response.status_code in AGAIN
            if response.status_code == HTTPStatus.CONFLICT:
                again = told is not None
            if not again:
                return None
        if tried >= self.attempts or (told is not None and told > self.patience):
            return None
        if told is not None:
            return told
        most = min(self.longest, self.first * 2.0 ** (tried - 1))
        return most * random.uniform(0.5, 1.0)  # noqa: S311 - nothing to guess


def retry_after(response: httpx.Response) -> float | None:
    """Return the seconds that `Retry-After` asks for, be it a number or a date."""
    text = response.headers.get("Retry-After", "").strip()
    if text.isdecimal():
        return float(text)
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, (when - datetime.now(UTC)).total_seconds())


def used_up(response: httpx.Response) -> float:
    """Return for how many seconds no request is left, as `RateLimit` says; 0 where some are."""
    found = re.search(r";\s*r=(\d+)\s*;\s*t=(\d+)", response.headers.get("RateLimit", ""))
    return float(found[2]) if found and found[1] == "0" else 0.0
