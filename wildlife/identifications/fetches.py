"""Fetching photos from addresses, in workers and portion by portion, as archives are unpacked.

What is left to do is known to the database: a worker that dies, or a broker that is away, only
makes it later.
"""

import time
from datetime import timedelta
from uuid import UUID

import structlog
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from wildlife.celery import app
from wildlife.identifications.services import dispatch
from wildlife.photos.arrivals import priority_of, refuse, take
from wildlife.photos.fetching import fetched
from wildlife.photos.models import UploadItem
from wildlife.photos.refusals import PhotoRefused

log = structlog.get_logger(__name__)

TASK = "wildlife.identifications.tasks.fetch"
SECONDS = 8.0
"""A worker then lets others have their turn."""
STALE_AFTER = timedelta(seconds=120)
MOST_ATTEMPTS = 3
State = UploadItem.State


def send(upload_id: UUID) -> None:
    """Let a worker fetch what an upload waits for; where the broker is away `tend` does it."""
    try:
        app.send_task(TASK, args=[str(upload_id)], ignore_result=True)
    except (OperationalError, RedisError, OSError) as error:
        log.warning("addresses_wait", upload=str(upload_id), error=type(error).__name__)


def go_on(upload_id: UUID) -> None:
    """Fetch some photos, and let a worker go on where more are left."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        item = _claimed(upload_id)
        if item is None:
            return
        _fetch(item)
        dispatch()
    send(upload_id)


def tend() -> None:
    """Go on with uploads whose worker got lost."""
    stale = timezone.now() - STALE_AFTER
    items = UploadItem.objects.filter(state=State.FETCHING)
    busy = items.filter(alive_at__gte=stale).values("upload")
    for upload_id in items.exclude(upload__in=busy).values_list("upload", flat=True).distinct():
        send(upload_id)


def _waiting(items: QuerySet[UploadItem]) -> QuerySet[UploadItem]:
    stale = timezone.now() - STALE_AFTER
    return items.filter(Q(alive_at=None) | Q(alive_at__lt=stale), state=State.FETCHING)


def _claimed(upload_id: UUID) -> UploadItem | None:
    """Return a file of an upload, now this worker's; None where there is none.

    None as well where another worker is at it: it goes on with the rest, so that however often
    an upload is sent, it takes one worker from the others.
    """
    items = UploadItem.objects.filter(upload=upload_id)
    if items.filter(state=State.FETCHING, alive_at__gte=timezone.now() - STALE_AFTER).exists():
        return None
    waiting = _waiting(items)
    while (pk := waiting.values_list("pk", flat=True).first()) is not None:
        mine = UploadItem.objects.filter(pk=pk)
        if _waiting(mine).update(alive_at=timezone.now(), attempts=F("attempts") + 1):
            return mine.select_related("upload__owner", "upload__project").get()
    return None


def _fetch(item: UploadItem) -> None:
    with override(None):  # what is stored of a refusal is in English
        if item.attempts > MOST_ATTEMPTS:
            refuse(item, "unreachable", _("Fetching this file stopped the program several times."))
            return
        try:
            with fetched(item.source_url) as file:
                item.size = file.size or 0
                there = UploadItem.objects.filter(pk=item.pk, state=State.FETCHING)
                if not there.update(size=item.size):
                    return  # it was cancelled meanwhile
                take(item, file, priority_of(item.upload))
        except PhotoRefused as error:
            refuse(item, error.code, str(error))
