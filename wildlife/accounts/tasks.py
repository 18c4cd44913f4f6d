"""What Celery may call. Each task only says which service does it."""

from celery import shared_task
from django.db import close_old_connections

from wildlife.accounts import closing, exporting, sending, staying


@shared_task(ignore_result=True)
def make_part(export_id: str) -> None:
    """Make the next file of an export."""
    close_old_connections()
    exporting.make_part(export_id)


@shared_task(ignore_result=True)
def erase(user_id: int) -> None:
    """Delete the next portion of an account that is closed."""
    close_old_connections()
    closing.erase(user_id)


@shared_task(ignore_result=True)
def tend() -> None:
    """Go on with exports and deletions that got stuck, and delete exports that are over."""
    close_old_connections()
    exporting.tend()
    closing.tend()


@shared_task(ignore_result=True)
def forget_guests() -> None:
    """Delete what guests left, portion by portion."""
    close_old_connections()
    if staying.forget_left():
        sending.send(forget_guests.name)
