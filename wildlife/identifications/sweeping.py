"""Finding what got stuck, and starting it again from the database alone."""

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.core.management import call_command
from django.db.models import F
from django.utils import timezone
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from models_registry.errors import InferenceFailed
from pipelines.graph import Step
from wildlife.identifications import verdicts
from wildlife.identifications.execution import fail, give_up, graph_of
from wildlife.identifications.models import Run, StepResult
from wildlife.identifications.services import PATIENCE, dispatch, messages_in, publish
from wildlife.identifications.store import DatabaseStore
from wildlife.photos.models import Photo

log = structlog.get_logger(__name__)

BREAKS_WORKERS = (
    "Looking at this photo stopped the program several times, so it was set aside. "
    "Open it in a picture program, save it again as JPEG and upload that."
)
LEFT_BEHIND = "Its workers died again and again; the photos were then tried one by one."
NOBODY_CAME = "No worker finished its step in time."


def sweep() -> int:
    """Start every run again that shows no sign of life, and claim what waits.

    Steps that are done stay done. Returns how many runs were found stuck.
    """
    stale = timezone.now() - timedelta(seconds=settings.RUN_STALE_AFTER)
    stuck = list(Run.objects.filter(state=Run.State.RUNNING, alive_at__lt=stale))
    for run in stuck:
        try:
            _restart(run)
        except Exception:
            # Whatever is wrong with this one, the others and what waits must go on.
            log.exception("run_not_restarted", run=str(run.id))
    dispatch()
    verdicts.teach()
    return len(stuck)


def tidy() -> None:
    """Delete what nobody can ask for any more: sessions that expired, runs without a photo left."""
    call_command("clearsessions")
    Run.objects.filter(photos=None).exclude(state=Run.State.RUNNING).delete()


def _restart(run: Run) -> None:
    """Send a stuck run again; after some attempts, go on without what keeps it.

    A step that a worker had begun means that the worker died. One that nobody began still waits in
    its queue, so it is given more time, and never held against the photo; where the queue is only
    long, it is not held against the expert either. Where the queue is empty its message was lost,
    with a worker that had just taken it or with the broker, and is sent again at once.
    """
    waiting, begun = _unfinished(run)
    patient_until = timezone.now() - timedelta(seconds=PATIENCE)
    lost = not begun and _message_lost(waiting)
    if not begun and not lost and run.alive_at > patient_until:
        return
    queued = lost or (not begun and _others_begun(waiting, patient_until))
    mine = Run.objects.filter(id=run.id, state=Run.State.RUNNING, alive_at=run.alive_at)
    if run.attempts >= settings.RUN_ATTEMPTS and not queued:
        if all(step.optional for step in waiting):
            _go_on_without(run, waiting)
        elif begun:
            _set_aside(run)
            return
    # Of several sweeps at once, only the one that moves `alive_at` sends the run.
    attempts = run.attempts if queued else run.attempts + 1
    if mine.update(alive_at=timezone.now(), attempts=attempts):
        log.warning("run_restarted", run=str(run.id), attempt=attempts)
        publish(run)


def _message_lost(steps: list[Step]) -> bool:
    try:
        return not any(messages_in(step.queue) for step in steps)
    except (OperationalError, RedisError, OSError):
        return False


def _others_begun(steps: list[Step], since: datetime) -> bool:
    """Tell whether workers lately began one of these steps for other runs: they only come late."""
    names = [step.name for step in steps]
    lately = StepResult.objects.filter(step__in=names, started_at__gt=since)
    return lately.filter(run__state=Run.State.RUNNING).exists()


def _unfinished(run: Run) -> tuple[list[Step], bool]:
    """Return the steps that the run waits for, and whether a worker had begun one of them."""
    results = {result.step: result for result in run.results.defer("value")}
    for column in graph_of(run).levels():
        waiting = [
            step
            for step in column
            if step.name not in results or results[step.name].finished_at is None
        ]
        if waiting:
            return waiting, any(step.name in results for step in waiting)
    return [], False


def _go_on_without(run: Run, experts: list[Step]) -> None:
    store = DatabaseStore(run, graph_of(run))
    for step in experts:
        if step.on_failure is not None:
            store.started(step.name)
            store.put(step.name, step.on_failure(InferenceFailed(NOBODY_CAME)))


def _set_aside(run: Run) -> None:
    """End a run that kills workers: its photos go one by one, and the guilty one fails alone."""
    photos = run.photos.filter(state=Photo.State.RUNNING)
    if photos.count() <= 1:
        give_up(run, BREAKS_WORKERS)
        return
    if fail(run, LEFT_BEHIND, state=Photo.State.WAITING, attempts=F("attempts") + 1):
        log.warning("run_split", run=str(run.id))
