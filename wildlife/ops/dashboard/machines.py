"""Who works, what waits for them, and how much room is left."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.core.cache import cache
from django.core.files.storage import FileSystemStorage, storages
from redis.exceptions import RedisError

from wildlife.identifications.services import queues
from wildlife.ops.attendance import present
from wildlife.ops.metrics import length
from wildlife.photos.models import Photo

SAMPLE = 1_000
KEPT_FOR = 120
"""Seconds for which the size of all photos is good enough: counting a million takes a moment."""
LITTLE = 0.1


@dataclass(frozen=True, slots=True)
class Queue:
    """Messages that wait, and how many workers listen."""

    name: str
    messages: int
    workers: int


@dataclass(frozen=True, slots=True)
class Crew:
    queues: tuple[Queue, ...]
    workers: Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class Disk:
    """Bytes of the disk that holds the media; `originals` is about what photos take of it."""

    total: int
    free: int
    originals: int

    @property
    def used(self) -> float:
        """Share, 0..1."""
        return 1 - self.free / self.total

    @property
    def is_short(self) -> bool:
        return self.free < LITTLE * self.total


def crew() -> Crew | None:
    """Return who is there; None where Redis does not answer."""
    try:
        workers = present()
        found = tuple(
            Queue(name, length(name), sum(name in served for served in workers.values()))
            for name in queues()
        )
    except RedisError:
        return None
    return Crew(found, workers)


def originals() -> int:
    """Return about how many bytes the photos as they were uploaded take: at most SAMPLE exactly."""
    known: int | None = cache.get("originals-size")
    if known is None:
        newest = Photo.objects.order_by("-moment", "-pk").values_list("size", flat=True)
        sizes = list(newest[:SAMPLE])
        known = round(sum(sizes) / len(sizes) * Photo.objects.count()) if sizes else 0
        cache.set("originals-size", known, KEPT_FOR)
    return known


def disk() -> Disk | None:
    """Return how full the disk is; None where photos are not kept on one of this machine."""
    storage = storages["default"]
    if not isinstance(storage, FileSystemStorage):
        return None
    folder = Path(storage.location)
    while not folder.exists():  # nothing has been uploaded yet
        folder = folder.parent
    usage = shutil.disk_usage(folder)
    return Disk(usage.total, usage.free, originals())
