"""What Celery may call. Each task only says which service does it."""

from celery import shared_task
from django.db import close_old_connections

from wildlife.api import idempotency


@shared_task(ignore_result=True)
def tidy() -> None:
    """Forget the stored answers that nobody may ask for any more."""
    close_old_connections()
    idempotency.tidy()
