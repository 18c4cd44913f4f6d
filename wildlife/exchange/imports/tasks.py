"""What Celery may call. Each task only says which service does it."""

from celery import shared_task
from django.db import close_old_connections

from wildlife.exchange.imports import jobs


@shared_task(ignore_result=True)
def go_on(job_id: str) -> None:
    """Do some portions of an import."""
    close_old_connections()
    jobs.go_on(job_id)


@shared_task(ignore_result=True)
def tend() -> None:
    """Go on with imports that got stuck, and let go of old files."""
    close_old_connections()
    jobs.tend()
