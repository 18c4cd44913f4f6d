"""Asking a server on the web: patiently, politely; its errors say whether to try again."""

import time
from collections.abc import Mapping
from typing import Any

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from wildlife.species.imports.records import TryAgain, UnreadableSource

BUSY = (429, 500, 502, 503, 504)
"""Answers that pass with time."""


class Web:
    """A server that answers JSON. Holds its connections until `close`."""

    def __init__(self, base: str, headers: Mapping[str, str], *, pause: float = 0.0) -> None:
        """`headers` go with every request; `pause` is the least time between two, in seconds."""
        self._base = base.rstrip("/")
        self._pause = pause
        self._last = 0.0
        self._session = requests.Session()
        self._session.headers.update({"User-Agent": user_agent(), "Accept": "application/json"})
        self._session.headers.update(headers)
        retry = Retry(
            total=settings.IMPORT_RETRIES,
            status_forcelist=BUSY,
            allowed_methods=("GET",),
            backoff_factor=settings.IMPORT_BACKOFF,
            backoff_jitter=settings.IMPORT_BACKOFF / 2,
            retry_after_max=settings.IMPORT_LONGEST_WAIT,
            raise_on_status=False,
        )
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=retry))

    def get(self, path: str, query: Mapping[str, Any]) -> tuple[Any, bool] | None:
        """Return the answer's JSON and whether another page follows, None for no such thing (404).

        Waits and asks again while the server is busy, as long as it asks for by Retry-After.
        Raises TryAgain where it stays so, UnreadableSource where it refuses.
        """
        time.sleep(max(0.0, self._last + self._pause - time.monotonic()))
        try:
            answer = self._session.get(
                f"{self._base}/{path}".rstrip("/"),
                params=dict(query),
                timeout=(settings.IMPORT_TIMEOUT, settings.IMPORT_TIMEOUT),
            )
            if answer.status_code == 404:
                return None
            self._judge(answer)
            return answer.json(), "next" in answer.links
        except requests.JSONDecodeError as error:
            raise TryAgain(f"{self._base} answered something that is no JSON") from error
        except requests.RequestException as error:
            # Without what the error quotes: that may hold the question, and with it a token.
            raise TryAgain(f"{self._base} does not answer: {type(error).__name__}") from error
        finally:
            self._last = time.monotonic()

    def _judge(self, answer: requests.Response) -> None:
        status = answer.status_code
        if status in (401, 403):
            raise UnreadableSource(f"{self._base} refuses access ({status}): is the token right?")
        if status in BUSY:
            raise TryAgain(f"{self._base} is busy ({status}); go on later")
        if status != 200:
            raise UnreadableSource(f"{self._base} refuses the question ({status})")

    def close(self) -> None:
        self._session.close()


def user_agent() -> str:
    """Say who asks: the operators of public servers want to be able to reach them."""
    contact = settings.IMPORT_CONTACT or "no contact given"
    return f"Wildlife ({contact})"
