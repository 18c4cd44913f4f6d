"""Doing one step of one run in a worker."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from models_registry.errors import ModelError
from pipelines.graph import Graph, run_step
from pipelines.identify import build
from wildlife.identifications import lineup
from wildlife.identifications.describe import describe
from wildlife.identifications.models import Run
from wildlife.identifications.places import places_of_scenes
from wildlife.identifications.services import dispatch
from wildlife.identifications.store import DatabaseStore, ValueGone
from wildlife.identifications.toolbox import tools
from wildlife.photos.models import Photo

log = structlog.get_logger(__name__)

MODEL_UNUSABLE = "The model that looks at photos cannot be used. {error}"


class StepFailed(Exception):
    """A step that the run cannot do without has failed; the steps after it must not start."""


def execute(run_id: str, step: str) -> None:
    """Do one step of a run, unless it is done or the run has ended.

    Raises StepFailed where the run cannot go on. A failure that may pass (`transient`, or one that
    nobody foresaw) leaves the run to `sweep`; one that will not pass ends it at once.
    """
    run = Run.objects.get(id=UUID(run_id))
    if run.state != Run.State.RUNNING:
        return
    graph = graph_of(run)
    store = DatabaseStore(run, graph)
    if store.has(step):
        return
    with _signs_of_life(run):
        store.started(step)
        try:
            run_step(graph, step, store)
        except ModelError as error:
            if not error.transient:
                give_up(run, MODEL_UNUSABLE.format(error=error))
            raise StepFailed(f"{step}: {error}") from error
        except ValueGone as error:
            # A message that came twice, while the run it belongs to ended.
            raise StepFailed(f"{step}: there is no {error} to read") from error
    if step == graph.steps[-1].name:
        dispatch()


def graph_of(run: Run) -> Graph:
    """Return the graph that a run was started with, ready to run in this process."""
    given = tools(partial(describe, run), places=places_of_scenes)
    return build(lineup.from_json(run.lineup), given)


def give_up(run: Run, sentence: str) -> None:
    """End a run without answers; its photos fail with a sentence for their uploaders."""
    fail(
        run, sentence, state=Photo.State.FAILED, failure=sentence[:300], finished_at=timezone.now()
    )
    log.error("run_failed", run=str(run.id), reason=sentence)


def fail(run: Run, sentence: str, **photos: Any) -> bool:
    """End a run without answers and set these columns of its photos.

    Returns False, and changes nothing, where the run has ended already.
    """
    with transaction.atomic():
        ended = Run.objects.filter(id=run.id, state=Run.State.RUNNING).update(
            state=Run.State.FAILED, failure=sentence, finished_at=timezone.now()
        )
        if ended:
            run.photos.filter(state=Photo.State.RUNNING).update(**photos)
            # Nobody reads them any more, and they are the largest values of the database.
            run.results.update(value=None)
    return bool(ended)


@contextmanager
def _signs_of_life(run: Run) -> Iterator[None]:
    """Tell the database now and then that a long step still runs, so that `sweep` leaves it.

    Not for ever: a step that hangs is no progress, and some other worker may do better.
    """
    ended = threading.Event()
    until = time.monotonic() + settings.LONGEST_STEP

    def beat() -> None:
        try:
            while not ended.wait(settings.RUN_STALE_AFTER / 4) and time.monotonic() < until:
                try:
                    Run.objects.filter(id=run.id).update(alive_at=timezone.now())
                except DatabaseError as error:
                    # It may be back in time for the next sign, on a new connection.
                    log.warning("sign_of_life_lost", run=str(run.id), error=str(error))
                    connection.close()
        finally:
            connection.close()

    Run.objects.filter(id=run.id).update(alive_at=timezone.now())
    thread = threading.Thread(target=beat, name=f"alive-{run.id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
