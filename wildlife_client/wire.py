"""What both clients do alike with a request and its answer, without sending anything."""

import threading
import time
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import date, datetime
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx

from wildlife_client import errors, pacing
from wildlife_client.asking import Call

T = TypeVar("T")
VERSION = "1"
TIMEOUT = httpx.Timeout(120.0, connect=10.0)
"""seconds; an upload of many files is answered when all of them were looked at"""


def options(url: str, token: str | None) -> dict[str, Any]:
    """Return what an httpx client is made with. Raises ValueError for an address that is none."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url!r} is no address: it begins with https:// or http://.")
    headers = {"User-Agent": f"wildlife-client/{VERSION}", "Accept": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    base = url.rstrip("/") + "/api/v1"
    return {"base_url": base, "headers": headers, "timeout": TIMEOUT}


def arguments(call: Call[Any], opened: ExitStack) -> dict[str, Any]:
    """Return what httpx builds the request from. Files are closed with `opened`.

    Raises OSError where a file cannot be read.
    """
    headers = dict(call.headers)
    if call.writes:
        headers["Idempotency-Key"] = call.key
    told: dict[str, Any] = {"method": call.method, "url": call.path, "headers": headers}
    if call.params:
        told["params"] = {name: _written(value) for name, value in call.params.items()}
    if call.parts:
        told["files"] = [
            (name, (_sendable(part.name), opened.enter_context(part.open())))
            for name, part in call.parts
        ]
        told["data"] = {name: [*map(_sendable, some)] for name, some in call.form.items()}
    elif call.json is not None:
        told["json"] = call.json
    return told


def answer(response: httpx.Response) -> Any:
    """Return what a response says: JSON, or the bytes of a picture, or None.

    Raises Problem and NotWildlife.
    """
    kind = response.headers.get("Content-Type", "").partition(";")[0]
    if response.is_redirect:
        where = response.headers.get("Location", "")
        raise errors.NotWildlife(f"This address sends on to {where}: use that one.")
    if response.is_error:
        raise errors.problem(_document(response, kind), pacing.retry_after(response))
    if response.status_code == HTTPStatus.NO_CONTENT:
        return None
    if kind == "application/json":
        return response.json()
    if kind.startswith("image/") or kind == "application/octet-stream":
        return response.content
    raise errors.NotWildlife(f"What answers at {response.url} is not Wildlife.")


def following(base: httpx.URL, link: str) -> str:
    """Return the address of another page, on the host that the token is for and on no other."""
    parts = urlsplit(link)
    return str(base.copy_with(path=parts.path, query=parts.query.encode()))


def unreachable(url: object, error: httpx.TransportError) -> errors.Unreachable:
    why = str(error) or type(error).__name__
    return errors.Unreachable(f"No answer from {url}: {why}.")


class Gate:
    """Holds requests back while the server has said that none is left. Safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._opens = 0.0

    def note(self, response: httpx.Response) -> None:
        if seconds := pacing.used_up(response):
            with self._lock:
                self._opens = max(self._opens, time.monotonic() + seconds)

    def wait(self, patience: float) -> float:
        """Return for how many seconds to wait now, at most `patience`."""
        return min(patience, max(0.0, self._opens - time.monotonic()))


def _document(response: httpx.Response, kind: str) -> Mapping[str, Any]:
    if kind == "application/problem+json":
        document: Mapping[str, Any] = response.json()
        return document
    if response.status_code == HTTPStatus.NOT_FOUND:
        raise errors.NotWildlife(f"What answers at {response.url} is not Wildlife.")
    reason = response.reason_phrase or "an error"
    detail = f"The server answered {response.status_code} ({reason})."
    return {"status": response.status_code, "title": reason, "detail": detail, "code": ""}


def _written(value: Any) -> Any:
    match value:
        case bool() | int() | float() | str():
            return value
        case datetime() | date():
            return value.isoformat()
    return str(value)


def _sendable(name: str) -> str:
    """Return the name of a file as UTF-8 can say it: on disk it may be any bytes."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
