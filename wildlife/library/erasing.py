"""Deleting a project for good: gone for everybody at once, erased by workers bit by bit."""

from datetime import timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from wildlife.celery import app
from wildlife.photos.models import Photo
from wildlife.photos.services import delete_all
from wildlife.projects.models import Project
from wildlife.projects.rights import Somebody

log = structlog.get_logger(__name__)

TASK = "wildlife.library.tasks.erase_project"
PORTION = 200
"""Photos that one task deletes, so that other work gets its turn."""
STALE_AFTER = timedelta(minutes=2)


@transaction.atomic
def end(project: Project, by: Somebody) -> None:
    """Delete a project with all that belongs to it; from now on no member sees any of it.

    Its address is free at once.
    """
    Project.objects.filter(pk=project.pk).update(slug=project.pk.hex, erasing_at=timezone.now())
    log.info("project_ended", project=str(project.pk), by=by.pk)
    transaction.on_commit(lambda: _send(project.pk))


def erase(project_id: UUID) -> bool:
    """Delete the next portion of a project that has ended; return whether all of it is gone.

    Photos that are being looked at are left for a later call: `tend` sees to it.
    """
    ended = Project.objects.filter(pk=project_id, erasing_at__isnull=False)
    if not ended.update(erasing_at=timezone.now()):
        return True
    portion = Photo.objects.filter(project__pk=project_id).order_by("pk")[:PORTION]
    ids = list(portion.values_list("pk", flat=True))
    if ids:
        busy = delete_all(Photo.objects.filter(pk__in=ids))
        if busy < len(ids):
            _send(project_id)
        return False
    ended.delete()
    log.info("project_erased", project=str(project_id))
    return True


def tend() -> None:
    """Go on with projects whose erasure stopped."""
    stale = Q(erasing_at__lt=timezone.now() - STALE_AFTER)
    for pk in Project.objects.filter(stale).values_list("pk", flat=True):
        _send(pk)


def _send(project_id: UUID) -> None:
    try:
        app.send_task(TASK, args=[str(project_id)], ignore_result=True)
    except (OperationalError, RedisError, OSError) as error:
        log.warning("erasing_waits", project=str(project_id), error=type(error).__name__)
