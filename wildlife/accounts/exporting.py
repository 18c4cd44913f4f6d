"""Exports of all that a user has here: asked for on a page, made by workers, part by part.

One task makes one file, so that a large library keeps no worker from other work for long, and a
worker that dies loses one part only. What is not finished is known to the database.
"""

import contextlib
import tempfile
from collections.abc import Iterable
from datetime import timedelta
from typing import IO
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import structlog
from django.conf import settings
from django.contrib.auth.models import User
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone

from wildlife.accounts import sending, tables
from wildlife.accounts.models import Export, ExportFile
from wildlife.photos.models import Photo

log = structlog.get_logger(__name__)

TASK = "wildlife.accounts.tasks.make_part"
STALE_AFTER = timedelta(minutes=10)
"""A part that was begun so long ago and is not there is begun again."""
CHUNK = 1024 * 1024


def ask(user: User) -> Export:
    """Let an export be made; return it, or the one that is being made already."""
    try:
        with transaction.atomic():
            export = Export.objects.create(user=user, alive_at=timezone.now())
    except IntegrityError:
        return Export.objects.get(user=user, state=Export.State.MAKING)
    transaction.on_commit(lambda: sending.send(TASK, str(export.id)))
    return export


def make_part(export_id: str | UUID) -> None:
    """Make the next file of an export, and have the one after it made where there is more."""
    began = timezone.now()
    export = Export.objects.select_related("user").filter(pk=export_id).first()
    if export is None or export.state != Export.State.MAKING:
        return
    mine = Export.objects.filter(pk=export.pk, state=Export.State.MAKING, alive_at=export.alive_at)
    if not mine.update(alive_at=began):
        return
    number = export.files.count() + 1
    key = f"exports/{export.pk}/{number}.zip"
    with tempfile.TemporaryFile() as spool:
        last, count = _write(spool, export, number)
        size = spool.tell()
        spool.seek(0)
        default_storage.save(key, File(spool, name=key))
    finished = last is None
    values: dict[str, object] = {"photos": export.photos + count, "alive_at": timezone.now()}
    if finished:
        over = timezone.now() + timedelta(days=settings.EXPORT_DAYS)
        values |= {"state": Export.State.READY, "expires_at": over}
    else:
        values |= {"last_photo": last}
    with transaction.atomic():
        if not Export.objects.filter(pk=export.pk, alive_at=began).update(**values):
            # Deleted meanwhile, or taken over by another worker that will write the same key.
            if not Export.objects.filter(pk=export.pk).exists():
                default_storage.delete(key)
            return
        ExportFile.objects.create(export=export, number=number, key=key, size=size)
    if not finished:
        sending.send(TASK, str(export.pk))


def delete(exports: Iterable[Export]) -> None:
    """Delete exports, their files first: a row without its files is better than the reverse."""
    for export in exports:
        # A part that a worker is making has no row yet.
        for number in range(1, export.files.count() + 2):
            default_storage.delete(f"exports/{export.pk}/{number}.zip")
        folder = f"exports/{export.pk}"
        export.delete()
        # Some storages have folders; one that a worker still writes to goes with its file.
        with contextlib.suppress(OSError):
            default_storage.delete(folder)


def tend() -> None:
    """Send what got stuck again, and delete exports that are over."""
    now = timezone.now()
    delete(Export.objects.filter(expires_at__lt=now))
    for export in Export.objects.filter(state=Export.State.MAKING, alive_at__lt=now - STALE_AFTER):
        sending.send(TASK, str(export.pk))


def _write(spool: IO[bytes], export: Export, number: int) -> tuple[UUID | None, int]:
    """Write one file; return its last photo, None where no more follow, and how many it holds."""
    count = 0
    last: UUID | None = None
    with ZipFile(spool, "w", ZIP_DEFLATED) as archive:
        if number == 1:
            tables.write(archive, export.user)
        photos = Photo.objects.filter(owner=export.user).order_by("pk")
        if export.last_photo:
            photos = photos.filter(pk__gt=export.last_photo)
        for photo in photos.only("id", "original", "received_at").iterator(200):
            if count and spool.tell() >= settings.EXPORT_PART_BYTES:
                return last, count
            count += _add(archive, photo)
            last = photo.pk
    return None, count


def _add(archive: ZipFile, photo: Photo) -> int:
    """Copy one original, as it is: pictures do not get smaller. Returns 0 where it is lost."""
    name = str(photo.original.name)
    entry = ZipInfo(f"originals/{name.rpartition('/')[2]}", photo.received_at.timetuple()[:6])
    entry.compress_type = ZIP_STORED
    try:
        with default_storage.open(name) as source, archive.open(entry, "w", force_zip64=True) as to:
            while chunk := source.read(CHUNK):
                to.write(chunk)
    except FileNotFoundError:
        log.warning("original_not_exported", photo=str(photo.pk))
        return 0
    return 1
