"""What Celery may call. Each task only says which service does it."""

from uuid import UUID

from celery import shared_task
from django.db import close_old_connections

from wildlife.review import accepting, figures, queue, rules


@shared_task(ignore_result=True)
def go_on(acceptance_id: str) -> None:
    """Accept, or take back, some portions of answers."""
    close_old_connections()
    accepting.go_on(acceptance_id)


@shared_task(ignore_result=True)
def tend() -> None:
    """Go on with what got stuck, and forget what has ended."""
    close_old_connections()
    accepting.tend()
    queue.tidy()


@shared_task(ignore_result=True)
def settle_anew(project_id: str, after: int) -> None:
    """Settle anew what a project has, from behind a verdict."""
    close_old_connections()
    rules.settle_anew(UUID(project_id), after)


@shared_task(ignore_result=True)
def count_quality(project_id: str) -> None:
    """Count how good the answers of a project are."""
    close_old_connections()
    figures.count(UUID(project_id))
