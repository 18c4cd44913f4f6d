"""Requests and answers with asyncio: again where that helps, page after page."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

from wildlife_client import wire
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
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._retries = retries or Retries()
        self._http = httpx.AsyncClient(**wire.options(url, token), transport=transport)
        self._gate = wire.Gate()

    async def close(self) -> None:
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def send(self, call: Call[T]) -> T:
        """Send a request, again where that may help, and return what it is answered with."""
        answered: T = wire.answer(await self._tried(lambda: self._once(call)))
        return answered

    async def save(self, call: Call[bytes], path: Path) -> None:
        """Write what a request is answered with to a file: all of it, or nothing."""
        response = await self._tried(lambda: self._stored(call, path))
        if not response.is_success:
            wire.answer(response)

    async def _tried(self, once: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
        tried = 0
        while True:
            tried += 1
            await asyncio.sleep(self._gate.wait(self._retries.patience))
            response = failure = None
            try:
                response = await once()
            except httpx.TransportError as error:
                failure = error
            pause = self._retries.pause(tried, response)
            if pause is not None:
                await asyncio.sleep(pause)
            elif response is not None:
                return response
            elif failure is not None:
                raise wire.unreachable(self._http.base_url, failure) from failure

    async def pages(self, call: Call[Page[T]], page_size: int = 200) -> AsyncIterator[T]:
        """Yield all rows of a list, page after page as they are needed."""
        page = await self.send(replace(call, params={"page_size": page_size, **call.params}))
        for row in page["results"]:
            yield row
        while link := page["next"]:
            address = wire.following(self._http.base_url, link)
            page = await self.send(replace(call, params={}, path=address))
            for row in page["results"]:
                yield row

    async def _once(self, call: Call[Any]) -> httpx.Response:
        with ExitStack() as opened:
            response = await self._http.request(**wire.arguments(call, opened))
        self._gate.note(response)
        return response

    async def _stored(self, call: Call[bytes], path: Path) -> httpx.Response:
        part = path.with_name(f"{path.name}.part")
        with ExitStack() as opened:
            async with self._http.stream(**wire.arguments(call, opened)) as response:
                if response.is_success:
                    with part.open("wb") as file:
                        async for chunk in response.aiter_bytes():
                            file.write(chunk)
                    part.replace(path)
                else:
                    await response.aread()
        self._gate.note(response)
        return response
