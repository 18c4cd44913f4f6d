"""Taking photos out of archives, in workers and portion by portion.

What is left to do is known to the database: a worker that dies, or a broker that is away, only
makes it later.
"""

import hashlib
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from zipfile import ZipFile

import structlog
from django.core.files.storage import default_storage
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from wildlife.celery import app
from wildlife.identifications.services import dispatch
from wildlife.photos.archives import Member, archive_file, members_of, opened, unpacked
from wildlife.photos.arrivals import CANCELLED, forget_parts, give_up, refuse, take
from wildlife.photos.filenames import display_path
from wildlife.photos.models import Photo, Upload, UploadItem
from wildlife.photos.refusals import PhotoRefused

log = structlog.get_logger(__name__)

TASK = "wildlife.identifications.tasks.unpack"
SECONDS = 8.0
"""A worker then lets others have their turn."""
STALE_AFTER = timedelta(seconds=60)
AT_ONCE = 50
"""Rows read at once: a query kept open would keep SQLite from writing."""
MOST_ATTEMPTS = 3
KEPT_UNFINISHED = timedelta(days=7)
"""So long the parts of an archive wait for the rest of it."""
State = UploadItem.State


def send(item_id: int) -> None:
    """Let a worker unpack an archive; where the broker is away `tend` does it later."""
    try:
        app.send_task(TASK, args=[item_id], ignore_result=True)
    except (OperationalError, RedisError, OSError) as error:
        log.warning("archive_waits", item=item_id, error=type(error).__name__)


def go_on(item_id: int) -> None:
    """Take some photos out of an archive, and let a worker go on with it where more are left."""
    item = _claimed(item_id)
    if item is None:
        return
    finished = True
    try:
        finished = _portion(item)
    except PhotoRefused as error:
        refuse(item, error.code, str(error))
    except FileNotFoundError:
        refuse(item, "damaged", _("A part of this archive is gone. Upload it again."))
    dispatch()
    if finished:
        forget_parts(item)
        return
    # Free for whoever gets the message; should that be lost, `tend` sends another.
    UploadItem.objects.filter(pk=item_id).update(alive_at=None)
    send(item_id)


def tend() -> None:
    """Send archives again that got stuck, and forget what nobody can ask for any more."""
    stale = timezone.now() - STALE_AFTER
    for item_id in _waiting(UploadItem.objects.all(), stale).values_list("pk", flat=True):
        send(item_id)


def tidy() -> None:
    """Forget archives whose rest never came, parts of deleted uploads, and empty uploads."""
    old = timezone.now() - KEPT_UNFINISHED
    unfinished = UploadItem.objects.filter(state=State.EXPECTED, parts__gt=0)
    for item in unfinished.filter(upload__started_at__lt=old):
        forget_parts(item)
        UploadItem.objects.filter(pk=item.pk).update(parts=0)
    Upload.objects.filter(started_at__lt=old, items=None, photos=None).delete()
    _forget_orphans()


def _forget_orphans() -> None:
    """Delete the parts of archives whose upload went, with its account for example."""
    try:
        names, _files = default_storage.listdir("archives")
    except FileNotFoundError:
        return
    there = {str(pk) for pk in Upload.objects.filter(pk__in=names).values_list("pk", flat=True)}
    for name in set(names) - there:
        _delete_folder(f"archives/{name}")


def _delete_folder(path: str) -> None:
    folders, files = default_storage.listdir(path)
    for name in files:
        default_storage.delete(f"{path}/{name}")
    for name in folders:
        _delete_folder(f"{path}/{name}")
    default_storage.delete(path)


# --- One portion --------------------------------------------------------------------------------


def _waiting(items: QuerySet[UploadItem], stale: datetime) -> QuerySet[UploadItem]:
    free = Q(alive_at=None) | Q(alive_at__lt=stale)
    return items.filter(free, state=State.UNPACKING)


def _claimed(item_id: int) -> UploadItem | None:
    """Return an archive that no other worker has, now this one's."""
    now = timezone.now()
    mine = UploadItem.objects.filter(pk=item_id)
    if not _waiting(mine, now - STALE_AFTER).update(alive_at=now):
        return None
    return mine.select_related("upload__owner").get()


def _portion(item: UploadItem) -> bool:
    """Take photos until the time is over; return whether nothing is left to do: all are taken, or
    the archive was cancelled meanwhile. Raises PhotoRefused."""
    until = time.monotonic() + SECONDS
    with archive_file(item) as file, opened(file) as archive:
        members = {_key(item, member): member for member in members_of(archive)}
        if not members:
            raise PhotoRefused(_("This archive is empty: there is no file in it."), "empty")
        _announce(item, members)
        mine = UploadItem.objects.filter(pk=item.pk, state=State.UNPACKING)
        waiting = item.members.filter(state=State.EXPECTED).select_related("upload__owner")
        while some := list(waiting[:AT_ONCE]):
            for row in some:
                if time.monotonic() > until:
                    return False
                if not mine.update(alive_at=timezone.now()):
                    give_up(item.members.filter(state=State.EXPECTED, archive__code=CANCELLED))
                    return True
                _take(archive, members[row.key], row)
    mine.update(state=State.UNPACKED, alive_at=None)
    return True


def _announce(item: UploadItem, members: Mapping[str, Member]) -> None:
    """Make a row of each file in the archive, once."""
    if item.members.exists():
        return
    UploadItem.objects.bulk_create(
        (
            UploadItem(
                upload_id=item.upload_id,
                archive=item,
                key=key,
                path=display_path(f"{item.path}/{member.path}"),
                size=member.size,
            )
            for key, member in members.items()
        ),
        batch_size=1000,
        ignore_conflicts=True,
    )


def _key(item: UploadItem, member: Member) -> str:
    return hashlib.sha256(f"{item.key}/{member.key}".encode("utf-8", "surrogatepass")).hexdigest()


def _take(archive: ZipFile, member: Member, row: UploadItem) -> None:
    if row.attempts >= MOST_ATTEMPTS:
        sentence = _(
            "Unpacking this file stopped the program several times, so it was set aside. "
            "Upload it by itself."
        )
        refuse(row, "damaged", sentence)
        return
    UploadItem.objects.filter(pk=row.pk).update(attempts=F("attempts") + 1)
    try:
        with unpacked(archive, member) as file:
            take(row, file, Photo.Priority.BULK)
    except PhotoRefused as error:
        refuse(row, error.code, str(error))
