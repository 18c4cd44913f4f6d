"""Turning waiting photos into runs, and runs into messages.

The batch grows by itself with the backlog: while enough runs are in flight nothing is started,
and each run that ends looks for more. What waits is known to the database alone, so nothing is
lost with the broker.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from celery.canvas import Signature
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from kombu.exceptions import ChannelError, OperationalError
from redis.exceptions import RedisError

from pipelines.graph import Step
from pipelines.identify import Lineup, build
from pipelines.runners import canvas
from wildlife.celery import app
from wildlife.identifications import lineup
from wildlife.identifications.models import Run
from wildlife.photos.models import Photo

log = structlog.get_logger(__name__)

CONTROL_QUEUE = "control"
RUN_STEP = "wildlife.identifications.tasks.run_step"
PATIENCE = 3 * settings.RUN_STALE_AFTER
"""Seconds that a message may wait in its queue. Then it expires and `sweep` may send another, so
that messages do not pile up where no worker listens."""
_DISPATCH_LOCK = 0x57494C44


def dispatch() -> int:
    """Start runs for waiting photos while there is room; return how many were started.

    Quick and harmless to call at any time: two callers never claim the same photo. It does not
    raise where the broker is away or no model is active: the photos wait, and `sweep` tries again.
    """
    started = 0
    try:
        who = lineup.current()
        while run := _claim(who):
            started += 1
            publish(run)
    except lineup.LineupIncomplete as error:
        log.warning("photos_wait", reason=str(error))
    return started


def _claim(who: Lineup) -> Run | None:
    """Make one run for the photos that are next, or None where nothing waits or no room is left.

    Interactive uploads go first and are not held up by bulk runs: they have as much room again.
    A photo whose run died before goes alone, so that it can take no others with it.
    """
    with _one_at_a_time():
        # Locked, so that nobody deletes what is being claimed.
        waiting = Photo.objects.select_for_update(skip_locked=True).filter(
            state=Photo.State.WAITING
        )
        first = waiting.order_by("priority", "received_at", "id").first()
        if first is None:
            return None
        in_flight = Run.objects.filter(state=Run.State.RUNNING).count()
        interactive = first.priority == Photo.Priority.INTERACTIVE
        if in_flight >= settings.RUNS_IN_FLIGHT * (2 if interactive else 1):
            return None
        if first.attempts:
            claimed = [first.id]
        else:
            same = waiting.filter(priority=first.priority, attempts=0)
            claimed = list(
                same.order_by("received_at", "id").values_list("id", flat=True)[
                    : settings.PHOTOS_PER_RUN
                ]
            )
        now = timezone.now()
        run = Run.objects.create(lineup=lineup.to_json(who), alive_at=now, priority=first.priority)
        links = Run.photos.through
        links.objects.bulk_create(links(run=run, photo_id=photo_id) for photo_id in claimed)
        Photo.objects.filter(id__in=claimed).update(state=Photo.State.RUNNING)
        return run


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """A transaction that no other claim runs beside: SQLite's writers queue up by themselves."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_DISPATCH_LOCK])
        yield


def publish(run: Run) -> None:
    """Send a run's steps to the workers; where the broker is away `sweep` does it later."""
    graph = build(lineup.from_json(run.lineup))
    parallel = {step.name for column in graph.levels() if len(column) > 1 for step in column}

    def sign(step: Step) -> Signature:
        return app.signature(
            RUN_STEP,
            args=(str(run.id), step.name),
            immutable=True,
            options={
                "queue": step.queue,
                # Redis empties the lowest number first: people wait for interactive uploads.
                "priority": 0 if run.priority == Photo.Priority.INTERACTIVE else 6,
                "expires": PATIENCE,
                # Only a chord needs to know that its steps have ended.
                "ignore_result": step.name not in parallel,
            },
        )

    try:
        canvas(graph, sign).apply_async()
    except (OperationalError, RedisError, OSError) as error:
        log.warning("broker_away", run=str(run.id), error=str(error))


def messages_in(queue: str) -> int:
    """Return how many messages wait in a queue. Raises where the broker is away."""
    with app.connection_for_read() as broker:
        broker.connect()  # once: the way that channels connect by themselves tries for ever
        channel: Any = broker.channel()
        try:
            count: int = channel.queue_declare(queue, passive=True).message_count
        except ChannelError:  # Redis knows no empty queues
            return 0
        return count


def queues() -> list[str]:
    """Return every queue that some worker must listen to, by the releases that are active now."""
    try:
        steps = build(lineup.current()).steps
    except (lineup.LineupIncomplete, DatabaseError):
        return [CONTROL_QUEUE]
    return [CONTROL_QUEUE, *dict.fromkeys(step.queue for step in steps)]
