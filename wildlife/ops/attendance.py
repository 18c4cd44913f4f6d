"""Which workers there are and what they listen to: told in Redis, free of Django's models."""

import json
import time
from collections.abc import Iterable
from functools import cache
from typing import cast

from django.conf import settings
from redis import Redis

ATTENDANCE = "wildlife:workers"
"""A Redis hash: worker → when it last said so (seconds), and its queues."""
GONE_AFTER = 20.0


@cache
def client() -> Redis:
    """Return this process's Redis client; it connects when it is used."""
    return Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=5)


def tell(worker: str, queues: Iterable[str]) -> None:
    """Say that a worker is there. Raises RedisError."""
    entry = json.dumps({"at": time.time(), "queues": sorted(queues)})
    client().hset(ATTENDANCE, worker, entry)


def leave(worker: str) -> None:
    """Say that a worker has ended. Raises RedisError."""
    client().hdel(ATTENDANCE, worker)


def present() -> dict[str, list[str]]:
    """Return the queues of every worker that was heard of lately. Raises RedisError."""
    entries = cast(dict[bytes, bytes], client().hgetall(ATTENDANCE))
    here: dict[str, list[str]] = {}
    for name, entry in entries.items():
        seen = json.loads(entry)
        if time.time() - seen["at"] < GONE_AFTER:
            here[name.decode()] = seen["queues"]
        else:
            client().hdel(ATTENDANCE, name)
    return here
