"""Sending tasks. Where the broker is away nothing is lost: `tend` sends again what the rows say."""

import structlog
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from wildlife.celery import app

log = structlog.get_logger(__name__)


def send(task: str, *args: str | int) -> None:
    """Send a task by its name; a broker that is away is only logged."""
    try:
        app.send_task(task, args=args, ignore_result=True)
    except (OperationalError, RedisError, OSError) as error:
        log.warning("task_not_sent", task=task, error=type(error).__name__)
