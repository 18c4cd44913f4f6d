"""What Celery may call. Each task only says which service does it."""

from uuid import UUID

from celery import shared_task
from django.db import close_old_connections

from wildlife.identifications import (
    blurring,
    embeddings,
    events,
    exemplars,
    fetches,
    reanswering,
    sweeping,
    unpacking,
)
from wildlife.identifications.execution import StepFailed, execute
from wildlife.photos import leftovers


@shared_task(throws=(StepFailed,))
def run_step(run_id: str, step: str) -> None:
    """Do one step of one run."""
    close_old_connections()
    execute(run_id, step)


@shared_task(ignore_result=True)
def learn(release: str) -> None:
    """Let a nearest-neighbour expert see what people verified."""
    close_old_connections()
    exemplars.learn(release)


@shared_task(ignore_result=True)
def embed(project_id: str) -> None:
    """Keep how an embedder sees the animals of a project that it has not looked at."""
    close_old_connections()
    embeddings.go_on(UUID(project_id))


@shared_task(ignore_result=True)
def blur(photo_ids: list[str]) -> None:
    """Blur the people on photos for those who may not see them."""
    close_old_connections()
    blurring.make(photo_ids)


@shared_task(ignore_result=True)
def unpack(item_id: int) -> None:
    """Take photos out of an archive."""
    close_old_connections()
    unpacking.go_on(item_id)


@shared_task(ignore_result=True)
def fetch(upload_id: str) -> None:
    """Fetch photos from the addresses that an upload names."""
    close_old_connections()
    fetches.go_on(UUID(upload_id))


@shared_task(ignore_result=True)
def tend_archives() -> None:
    """Go on with archives and addresses that got stuck."""
    close_old_connections()
    unpacking.tend()
    fetches.tend()
    leftovers.tend()


@shared_task(ignore_result=True)
def sweep() -> None:
    """Restart what is stuck, claim what waits."""
    close_old_connections()
    sweeping.sweep()


@shared_task(ignore_result=True)
def make_events() -> None:
    """Make the events anew that photos or answers changed for."""
    close_old_connections()
    events.go_on()


@shared_task(ignore_result=True)
def answer_again() -> None:
    """Join the votes anew where the place of a photo has changed."""
    close_old_connections()
    reanswering.go_on()


@shared_task(ignore_result=True)
def tidy() -> None:
    """Delete what nobody can ask for any more."""
    close_old_connections()
    sweeping.tidy()
    events.repair()
    unpacking.tidy()
