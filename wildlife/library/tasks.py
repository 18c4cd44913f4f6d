"""What Celery may call. Each task only says which service does it."""

from celery import shared_task
from django.db import close_old_connections

from wildlife.library import jobs


@shared_task(ignore_result=True)
def go_on(job_id: str) -> None:
    """Do some portions of a change to many photos."""
    close_old_connections()
    jobs.go_on(job_id)


@shared_task(ignore_result=True)
def tend() -> None:
    """Go on with what got stuck."""
    close_old_connections()
    jobs.tend()
