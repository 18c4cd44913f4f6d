"""What Celery may call. Each task only says which service does it."""

from celery import shared_task
from django.db import close_old_connections

from wildlife.notify import collecting, mailing, sending


@shared_task(ignore_result=True)
def pass_on() -> None:
    """Tell those who listen what happened since the last time."""
    close_old_connections()
    collecting.collect()
    sending.send_due()
    mailing.send_due()


@shared_task(ignore_result=True)
def tidy() -> None:
    """Forget what was told long ago."""
    close_old_connections()
    sending.tidy()
