"""What can go wrong, and what to do about it.

WildlifeError
├── Problem              the server refused: a problem document (RFC 9457)
│   ├── NotAuthenticated, NotAllowed, NotFound, Conflict, Invalid, TooManyRequests
│   └── ServerFailed     it is the server's fault
├── Unreachable          no answer came, however often it was tried
├── NotWildlife          what answers is something else
└── TookTooLong          the photo is not finished in the time that was given
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, ClassVar


class WildlifeError(Exception):
    """The root of all of them. Its text is a sentence for people; `advice` says what to do."""

    advice: str = ""


class Unreachable(WildlifeError):
    """No answer came. What was sent may or may not have arrived; it may be sent again."""

    advice = "Check the address and the network, then try again: nothing is done twice."


class NotWildlife(WildlifeError):
    """What answers at this address is not Wildlife's API."""

    advice = "Check the address: it is that of the start page, without /api."


class TookTooLong(WildlifeError):
    """A photo is not finished in the time that was given; the server goes on with it."""

    advice = "Ask for the photo again later, or give it more time."


class Problem(WildlifeError):
    """The server refused a request.

    `status` is that of HTTP, `code` a word for programs, `detail` a sentence for people, `errors`
    what is wrong with which value, `document` all that was said.
    """

    advice_by_code: ClassVar[Mapping[str, str]] = {
        "scope_missing": "Make a token with this scope under “Your account” → “Tokens”.",
        "closed": "Open another upload.",
        "full": "Close this upload and open another one for the rest.",
        "quota": "Wait, or ask whoever runs the server for more.",
        "too_large": "Send fewer or smaller files at a time.",
        "idempotency_key_reused": "Send another Idempotency-Key.",
    }

    def __init__(self, document: Mapping[str, Any], retry_after: float | None = None) -> None:
        self.document = dict(document)
        self.status = int(document.get("status", 0))
        self.code = str(document.get("code", ""))
        self.detail = str(document.get("detail", ""))
        self.errors: dict[str, Any] = document.get("errors") or {}
        self.retry_after = retry_after
        self.advice = self.advice_by_code.get(self.code, type(self).advice)
        super().__init__(self.detail or f"The server answered {self.status}.")

    def __str__(self) -> str:
        told = super().__str__()
        wrong = "; ".join(f"{name}: {_said(what)}" for name, what in self.errors.items())
        return f"{told} {wrong}" if wrong else told


class NotAuthenticated(Problem):
    """The token opens nothing, or one is needed (401)."""

    advice = "Make a token under “Your account” → “Tokens”, and use that one."


class NotAllowed(Problem):
    """The token or its user may not do this (403)."""

    advice = "Ask an owner of the project for the right to do this."


class NotFound(Problem):
    """There is nothing there, or nothing that this token may see (404)."""

    advice = "Check the name, and whether the token's user is a member of the project."


class Conflict(Problem):
    """It cannot be done in the state that things are in (409, 412)."""

    advice = "Read it again, and decide anew."


class Invalid(Problem):
    """The request cannot be understood or taken as it is (any other 4xx)."""

    advice = "Correct what is named and send it again."


class TooManyRequests(Problem):
    """A limit is reached (429); `retry_after` says for how many seconds."""

    advice = "Wait as long as it says, or send fewer requests at a time."


class ServerFailed(Problem):
    """Something went wrong on the side of the server (5xx)."""

    advice = "Try again later; if it stays so, tell whoever runs the server."


_BY_STATUS: Mapping[int, type[Problem]] = {
    HTTPStatus.UNAUTHORIZED: NotAuthenticated,
    HTTPStatus.FORBIDDEN: NotAllowed,
    HTTPStatus.NOT_FOUND: NotFound,
    HTTPStatus.CONFLICT: Conflict,
    HTTPStatus.PRECONDITION_FAILED: Conflict,
    HTTPStatus.TOO_MANY_REQUESTS: TooManyRequests,
}


def problem(document: Mapping[str, Any], retry_after: float | None = None) -> Problem:
    """Return the exception for a problem document; `retry_after` are seconds."""
    status = int(document.get("status", 0))
    kind = ServerFailed if status >= HTTPStatus.INTERNAL_SERVER_ERROR else Invalid
    return _BY_STATUS.get(status, kind)(document, retry_after)


def _said(what: Any) -> str:
    return " ".join(str(one) for one in what) if isinstance(what, list) else str(what)
