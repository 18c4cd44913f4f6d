"""What Celery may call. Each task only says which service does it."""

from uuid import UUID

from celery import shared_task
from django.db import close_old_connections

from wildlife.library import erasing, jobs


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
    erasing.tend()


@shared_task(ignore_result=True)
def erase_project(project_id: str) -> None:
    """Delete the next portion of a project that has ended."""
    close_old_connections()
    erasing.erase(UUID(project_id))
