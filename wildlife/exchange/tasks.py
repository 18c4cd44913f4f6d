"""What Celery may call. Each task only says which service does it."""

from celery import shared_task
from django.db import close_old_connections

from wildlife.exchange import jobs


@shared_task(ignore_result=True)
def make(job_id: str) -> None:
    """Make the file of an export."""
    close_old_connections()
    jobs.make(job_id)


@shared_task(ignore_result=True)
def tend() -> None:
    """Make exports that got stuck, and let go of old files."""
    close_old_connections()
    jobs.tend()
