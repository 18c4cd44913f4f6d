"""The benchmark of uploads starts a copy of its own, and waits until it answers."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from benchmarks import upload


def test_it_waits_as_long_whether_the_copy_is_away_or_not_yet_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers: list[httpx.Response | Exception] = [
        httpx.ConnectError("away"),
        httpx.Response(503),
        httpx.Response(200),
    ]
    slept: list[float] = []

    def get(url: str) -> httpx.Response:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(httpx, "get", get)
    monkeypatch.setattr(upload.time, "sleep", slept.append)
    upload.wait_for("http://localhost")
    assert (len(slept), answers) == (2, [])


def test_it_starts_the_redis_that_the_product_would(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    started: list[str] = []

    @contextmanager
    def running(argv: list[str], env: dict[str, str]) -> Iterator[None]:
        started.append(argv[0])
        yield

    monkeypatch.setattr(upload, "redis_binary", lambda: Path("/packed/redis-server"))
    monkeypatch.setattr(upload, "running", running)
    with upload.redis(tmp_path):
        assert started == ["/packed/redis-server"]
