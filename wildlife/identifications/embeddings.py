"""Animals as an embedder sees them, for photos that were identified before that was kept.

What is missing is known to the database: whatever ends in between is gone on with by the next call.
"""

import time
from typing import BinaryIO, cast
from uuid import UUID

import numpy as np
import structlog
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet
from kombu.exceptions import OperationalError
from PIL import Image, UnidentifiedImageError
from redis.exceptions import RedisError

from models_registry.services import registry
from pipelines.identify import Member, expert_step
from wildlife.celery import app
from wildlife.identifications import lineup
from wildlife.identifications.models import Detection, Embedding
from wildlife.identifications.services import PATIENCE
from wildlife.photos.models import Photo
from wildlife.projects.models import Project

log = structlog.get_logger(__name__)

TASK = "wildlife.identifications.tasks.embed"
AT_ONCE = 100
SECONDS = 10.0
ASKED_FOR = 60
"""Seconds without a sign of a worker after which it is asked again."""


def embedder() -> Member | None:
    """Return the expert whose vectors are kept: of those that compare the first by name."""
    return min(lineup.comparing(), key=lambda one: one.name, default=None)


def unseen(project: Project | UUID, release: str) -> QuerySet[Detection]:
    """Return the animals of a project that wait for a word and that a release has not looked at."""
    waiting = Detection.objects.filter(
        photo__project=project, photo__state=Photo.State.DONE, photo__settled=False
    )
    return waiting.exclude(crop="").exclude(embedding__release=release)


def look(project: Project | UUID, release: str) -> int:
    """Look at some of the animals that are not looked at; return how many were new.

    The crops are those that the experts saw. One that is gone is kept as seen, without a vector.
    Raises as the registry does.
    """
    rows = list(unseen(project, release).order_by("pk")[:AT_ONCE])
    crops = {row.pk: crop for row in rows if (crop := _crop(row)) is not None}
    seen = registry().embedder(release).embed(list(crops.values())) if crops else ()
    vectors = dict(zip(crops, seen, strict=True))
    with transaction.atomic():
        # Photos are deleted, and looked at again, meanwhile.
        there = Detection.objects.select_for_update().filter(pk__in=[row.pk for row in rows])
        Embedding.objects.bulk_create(
            (
                Embedding(detection=row, release=release, vector=_bytes(vectors.get(row.pk)))
                for row in there
            ),
            update_conflicts=True,
            unique_fields=["detection"],
            update_fields=["release", "vector"],
        )
    return len(rows)


def ask_for(project: Project) -> None:
    """Let a worker look at what is not looked at, unless one does already.

    Where the broker is away, whoever opens the page again asks again.
    """
    if cache.add(_asked(project.pk), True, ASKED_FOR):
        _send(project.pk)


def go_on(project_id: UUID) -> None:
    """Look at some portions, and let a worker go on where more are left."""
    if (member := embedder()) is None:
        return
    until = time.monotonic() + SECONDS
    while more := look(project_id, member.release):
        cache.set(_asked(project_id), True, ASKED_FOR)
        if time.monotonic() > until:
            break
    if more:
        _send(project_id)
    else:
        cache.delete(_asked(project_id))


def _asked(project_id: UUID) -> str:
    return f"embed:{project_id}"


def _send(project_id: UUID) -> None:
    if (member := embedder()) is None:
        return
    queue = member.queue or expert_step(member)
    try:
        # New photos go first.
        app.send_task(
            TASK,
            args=[str(project_id)],
            queue=queue,
            priority=9,
            expires=PATIENCE,
            ignore_result=True,
        )
    except (OperationalError, RedisError, OSError) as error:
        log.warning("broker_away", project=str(project_id), error=type(error).__name__)


def _crop(row: Detection) -> Image.Image | None:
    try:
        with default_storage.open(row.crop) as stored, Image.open(cast(BinaryIO, stored)) as image:
            return image.convert("RGB")
    except (OSError, UnidentifiedImageError) as error:
        log.warning("crop_not_seen", detection=row.pk, error=str(error))
        return None


def _bytes(vector: "np.ndarray | None") -> bytes:
    return b"" if vector is None else vector.astype(np.float16).tobytes()
