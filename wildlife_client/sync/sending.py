"""Requests and answers, one after another: again where that helps, page after page."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

from wildlife_client import errors, wire
from wildlife_client.asking import (
    Call,
    Page,
)
from wildlife_client.pacing import Retries

T = TypeVar("T")


class Sending:
    """What all operations are sent by."""

    def __init__(
        self,
        url: str,
        token: str | None = None,
        *,
        retries: Retries | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._retries = retries or Retries()
        self._http = httpx.Client(**wire.options(url, token), transport=transport)
        self._gate = wire.Gate()
        self._closed = threading.Event()

    def close(self) -> None:
        """End all connections. Threads that wait to try something again give up."""
        self._closed.set()
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def send(self, call: Call[T]) -> T:
        """Send a request, again where that may help, and return what it is answered with."""
        answered: T = wire.answer(self._tried(lambda: self._once(call)))
        return answered

    def save(self, call: Call[bytes], path: Path) -> None:
        """Write what a request is answered with to a file: all of it, or nothing."""
        response = self._tried(lambda: self._stored(call, path))
        if not response.is_success:
            wire.answer(response)

    def _tried(self, once: Callable[[], httpx.Response]) -> httpx.Response:
        tried = 0
        while True:
            tried += 1
            self._sleep(self._gate.wait(self._retries.patience))
            response = failure = None
            try:
                response = once()
            except httpx.TransportError as error:
                failure = error
            pause = self._retries.pause(tried, response)
            if pause is not None:
                self._sleep(pause)
            elif response is not None:
                return response
            elif failure is not None:
                raise wire.unreachable(self._http.base_url, failure) from failure

    def pages(self, call: Call[Page[T]], page_size: int = 200) -> Iterator[T]:
        """Yield all rows of a list, page after page as they are needed."""
        page = self.send(replace(call, params={"page_size": page_size, **call.params}))
        yield from page["results"]
        while link := page["next"]:
            address = wire.following(self._http.base_url, link)
            page = self.send(replace(call, params={}, path=address))
            yield from page["results"]

    def _sleep(self, seconds: float) -> None:
        if self._closed.wait(seconds):
            raise errors.Unreachable("The client was closed.")

    def _once(self, call: Call[Any]) -> httpx.Response:
        with ExitStack() as opened:
            response = self._http.request(**wire.arguments(call, opened))
        self._gate.note(response)
        return response

    def _stored(self, call: Call[bytes], path: Path) -> httpx.Response:
        part = path.with_name(f"{path.name}.part")
        with ExitStack() as opened:
            response = opened.enter_context(self._http.stream(**wire.arguments(call, opened)))
            if response.is_success:
                with part.open("wb") as file:
                    for chunk in response.iter_bytes():
                        file.write(chunk)
                part.replace(path)
            else:
                response.read()
        self._gate.note(response)
        return response
