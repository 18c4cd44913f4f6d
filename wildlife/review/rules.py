"""Settling anew what a project has, where it settles differently from now on."""

import time
from uuid import UUID

import structlog
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from wildlife.celery import app
from wildlife.identifications import verdicts
from wildlife.identifications.models import Verdict
from wildlife.projects.models import Project

log = structlog.get_logger(__name__)

TASK = "wildlife.review.tasks.settle_anew"
PORTION = 200
SECONDS = 10.0


def changed(project: Project) -> None:
    """Let a worker settle all photos anew that somebody spoke of, after this transaction."""
    transaction.on_commit(lambda: _send(project.pk, 0))


def settle_anew(project_id: UUID, after: int) -> None:
    """Go on behind a verdict; a worker goes on where more are left."""
    until = time.monotonic() + SECONDS
    rows = Verdict.objects.filter(photo__project=project_id).order_by("pk")
    while portion := list(rows.filter(pk__gt=after).values_list("pk", "photo")[:PORTION]):
        with transaction.atomic():
            verdicts.changed({photo for _, photo in portion})
        after = portion[-1][0]
        if time.monotonic() > until:
            _send(project_id, after)
            return


def _send(project_id: UUID, after: int) -> None:
    try:
        app.send_task(TASK, args=[str(project_id), after], ignore_result=True)
    except (OperationalError, RedisError, OSError) as error:
        log.warning("broker_away", project=str(project_id), error=type(error).__name__)
