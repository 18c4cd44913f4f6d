"""What Celery may call. Each task only says which service does it."""

from celery import shared_task
from django.db import close_old_connections

from wildlife.review import accepting, queue


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
