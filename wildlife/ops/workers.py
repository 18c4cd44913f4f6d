"""Which workers there are and what they listen to, in Redis, for the health page and people.

A worker of this project joins the queues of models that are activated after its start.
"""

import json
import time
from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from functools import cache
from typing import Any, cast

import structlog
from celery import bootsteps
from django.conf import settings
from django.db import close_old_connections
from redis import Redis
from redis.exceptions import RedisError

from wildlife.identifications.services import queues

log = structlog.get_logger(__name__)

ATTENDANCE = "wildlife:workers"
"""A Redis hash: worker → when it last said so (seconds), and its queues."""
EVERY = 5.0
GONE_AFTER = 20.0
IDLE_QUEUE = "idle"
"""What a worker listens to while none of its patterns matches a queue. Nothing is sent there."""


@cache
def client() -> Redis:
    """Return this process's Redis client; it connects when it is used."""
    return Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=5)


def matching(names: Iterable[str], patterns: Iterable[str]) -> list[str]:
    """Return the names that some pattern (`*`, `?`) matches, and the patterns that are names."""
    patterns = list(patterns)
    plain = [one for one in patterns if not set("*?[") & set(one)]
    found = [name for name in names if any(fnmatchcase(name, one) for one in patterns)]
    return list(dict.fromkeys([*plain, *found]))


def present() -> dict[str, list[str]]:
    """Return the queues of every worker that was heard of lately. Raises RedisError."""
    entries = cast(dict[bytes, bytes], client().hgetall(ATTENDANCE))
    attendance: dict[str, list[str]] = {}
    gone = []
    for name, entry in entries.items():
        seen = json.loads(entry)
        if time.time() - seen["at"] < GONE_AFTER:
            attendance[name.decode()] = seen["queues"]
        else:
            gone.append(name)
    if gone:
        client().hdel(ATTENDANCE, *gone)
    return attendance


class Attendance(bootsteps.StartStopStep):
    """The part of a Celery consumer that joins new queues and tells that the worker is there."""

    requires = ("celery.worker.consumer.tasks:Tasks",)
    patterns: tuple[str, ...] = ("*",)

    def __init__(self, parent: Any, **options: Any) -> None:
        self._timer: Any = None
        super().__init__(parent, **options)

    def start(self, parent: Any) -> None:
        self._tell(parent)
        self._timer = parent.timer.call_repeatedly(EVERY, self._tell, (parent,))

    def stop(self, parent: Any) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._quietly(lambda: client().hdel(ATTENDANCE, parent.hostname))

    shutdown = stop

    def _tell(self, consumer: Any) -> None:
        close_old_connections()
        listening = consumer.task_consumer.queues
        served = {queue.name for queue in listening}
        for name in matching(queues(), self.patterns):
            if name not in served:
                consumer.add_task_queue(name)
                served.add(name)
                log.info("queue_joined", queue=name)
        entry = json.dumps({"at": time.time(), "queues": sorted(served - {IDLE_QUEUE})})
        self._quietly(lambda: client().hset(ATTENDANCE, consumer.hostname, entry))

    @staticmethod
    def _quietly(tell: Callable[[], Any]) -> None:
        try:
            tell()
        except RedisError as error:
            log.warning("attendance_not_told", error=str(error))


def attendance(patterns: Iterable[str]) -> type[Attendance]:
    """Return the step for a worker with these patterns; Celery makes the instance itself."""
    return type("Attendance", (Attendance,), {"patterns": tuple(patterns)})
