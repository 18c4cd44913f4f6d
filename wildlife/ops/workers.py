"""The part of a worker that follows the active models: it joins their queues, has their networks
loaded, and says that it is there."""

from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from typing import Any

import structlog
from celery import bootsteps
from django.db import close_old_connections
from redis.exceptions import RedisError

from wildlife.identifications.services import queues
from wildlife.identifications.warming import Warmer
from wildlife.ops import attendance

log = structlog.get_logger(__name__)

EVERY = 5.0
IDLE_QUEUE = "idle"
"""What a worker listens to while none of its patterns matches a queue. Nothing is sent there."""


def matching(names: Iterable[str], patterns: Iterable[str]) -> list[str]:
    """Return the names that some pattern (`*`, `?`) matches, and the patterns that are names."""
    patterns = list(patterns)
    plain = [one for one in patterns if not set("*?[") & set(one)]
    found = [name for name in names if any(fnmatchcase(name, one) for one in patterns)]
    return list(dict.fromkeys([*plain, *found]))


class Attendant(bootsteps.StartStopStep):
    """A step of Celery's consumer; it runs in the consumer's own thread, by its timer."""

    requires = ("celery.worker.consumer.tasks:Tasks",)
    patterns: tuple[str, ...] = ("*",)

    def __init__(self, parent: Any, **options: Any) -> None:
        self._timer: Any = None
        self._warmer = Warmer()
        super().__init__(parent, **options)

    def start(self, parent: Any) -> None:
        self._attend(parent)
        self._timer = parent.timer.call_repeatedly(EVERY, self._attend, (parent,))

    def stop(self, parent: Any) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        _quietly(lambda: attendance.leave(parent.hostname))

    shutdown = stop

    def _attend(self, consumer: Any) -> None:
        close_old_connections()
        served = {queue.name for queue in consumer.task_consumer.queues}
        for name in matching(queues(), self.patterns):
            if name not in served:
                consumer.add_task_queue(name)
                served.add(name)
                log.info("queue_joined", queue=name)
        self._warmer.follow(served)
        _quietly(lambda: attendance.tell(consumer.hostname, served - {IDLE_QUEUE}))


def attendant(patterns: Iterable[str]) -> type[Attendant]:
    """Return the step for a worker with these patterns; Celery makes the instance itself."""
    return type("Attendant", (Attendant,), {"patterns": tuple(patterns)})


def _quietly(tell: Callable[[], Any]) -> None:
    try:
        tell()
    except RedisError as error:
        log.warning("attendance_not_told", error=str(error))
