"""Uploads that programs bring: opened, filled, closed, cancelled, tried again."""

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from wildlife.photos import arrivals
from wildlife.photos.arrivals import PART_BYTES, Announced
from wildlife.photos.fetching import refuse_unusable
from wildlife.photos.filenames import display_path
from wildlife.photos.keeper import Keeper
from wildlife.photos.models import Photo, Upload, UploadItem
from wildlife.photos.refusals import PhotoRefused
from wildlife.photos.services import look_again
from wildlife.projects.models import Happening
from wildlife.projects.outbox import tell

TRY_AGAIN = ("unreachable", "too_slow", *arrivals.PASSING)
"""Why the file of an address was given up that may be had, or taken, another time."""

State = UploadItem.State


class UploadClosed(Exception):
    """The upload takes no more files. Its text is a sentence for its owner."""


def check_open(upload: Upload) -> None:
    """Raise UploadClosed where an upload takes no more files."""
    if upload.cancelled_at:
        raise UploadClosed(_("This upload was cancelled. Open another one."))
    if upload.closed_at:
        raise UploadClosed(_("This upload is closed. Open another one for more files."))


def known_to(keeper: Keeper, hashes: Collection[str]) -> Mapping[str, Photo]:
    """Return the photos that a keeper has of these files, by SHA-256; what others have plays no
    part. One that failed is not among them: its file may have been lost."""
    theirs = Photo.objects.filter(sha256__in=set(hashes), **keeper.photos)
    return {photo.sha256: photo for photo in theirs.exclude(state=Photo.State.FAILED)}


@dataclass(frozen=True, slots=True)
class Added:
    """The item of a file that came. One that is not taken for a reason that passes is still
    expected, and `passing` says why; `unpack` tells that it is an archive which is here now."""

    item: UploadItem
    passing: PhotoRefused | None = None
    unpack: bool = False


def add(
    upload: Upload,
    files: Sequence[UploadedFile],
    count: Callable[[], None],
    paths: Sequence[str] = (),
) -> list[Added]:
    """Take files of an upload, each on its own; return what became of them, in the same order.

    `paths` say in which folder each lay; else its name is all. The same file at the same path is
    one item, however often it is sent. `count` is called for each that is still expected, and
    raises PhotoRefused where it is one too many for now. Raises UploadFull.
    """
    paths = paths or [file.name or "" for file in files]
    items = arrivals.announce(upload, list(map(_announced, files, paths)))
    priority = arrivals.priority_of(upload)
    return [_added(upload, *one, priority, count) for one in zip(items, files, strict=True)]


def _announced(file: UploadedFile, path: str) -> Announced:
    path = display_path(path)
    return Announced(f"{path}\0{_sha256(file)}", path, file.size or 0)


def _added(
    upload: Upload,
    item: UploadItem,
    file: UploadedFile,
    priority: Photo.Priority,
    count: Callable[[], None],
) -> Added:
    item.upload = upload
    if item.state != State.EXPECTED:
        return Added(item)
    try:
        count()
        if item.is_archive:
            return Added(item, unpack=_kept(item, file))
        arrivals.take(item, file, priority)
    except PhotoRefused as error:
        return Added(item, passing=error)
    return Added(item)


def _kept(item: UploadItem, file: UploadedFile) -> bool:
    """Keep an archive that came whole; return whether it can be unpacked. Raises PhotoRefused."""
    complete = False
    file.seek(0)
    for number in range(max(1, -(-item.size // PART_BYTES))):
        chunk = file.read(PART_BYTES)
        if not chunk:
            with override(None):
                sentence = _("This file is empty: nothing was copied into it.")
            arrivals.refuse(item, "empty", sentence)
            return False
        part = UploadedFile(ContentFile(chunk), "part", "", len(chunk))
        try:
            complete = arrivals.keep_part(item, number, part)
        except ValueError as error:
            raise PhotoRefused(
                _("This archive is being sent by another request just now."), "busy", 1
            ) from error
    return complete


def add_addresses(upload: Upload, urls: Sequence[str]) -> list[UploadItem]:
    """Note that a worker is to fetch these; return their items, in the same order.

    What is no address is refused at once. Raises UploadFull.
    """
    files = [Announced(url, url.partition("?")[0].rpartition("/")[2], 0) for url in urls]
    items = arrivals.announce(upload, files)
    new = []
    for item, url in zip(items, urls, strict=True):
        if item.state != State.EXPECTED or item.source_url:
            continue
        try:
            with override(None):
                refuse_unusable(url)
        except PhotoRefused as error:
            arrivals.refuse(item, error.code, str(error))
            continue
        item.state, item.source_url, item.is_archive = State.FETCHING, url, False
        new.append(item)
    # In one transaction; what an equal request noted meanwhile, and a worker has, stays as it is.
    upload.items.filter(state=State.EXPECTED).bulk_update(
        new, ["state", "source_url", "is_archive"]
    )
    return items


def close(upload: Upload) -> None:
    """Let an upload take no more files."""
    if upload.closed_at is None:
        upload.closed_at = timezone.now()
        with transaction.atomic():
            upload.save(update_fields=["closed_at"])
            if upload.project_id is not None:  # its photos may all have been looked at already
                tell(Happening.Kind.UPLOADED, [(upload.project_id, upload.pk)])


def cancel(upload: Upload) -> int:
    """Give up what is not here yet; return how many files. Photos that are here stay."""
    now = timezone.now()
    upload.closed_at, upload.cancelled_at = upload.closed_at or now, upload.cancelled_at or now
    upload.save(update_fields=["closed_at", "cancelled_at"])
    missing = upload.items.filter(state__in=(State.EXPECTED, State.FETCHING, State.UNPACKING))
    given_up = arrivals.give_up(missing)
    for archive in upload.items.filter(code=arrivals.CANCELLED, is_archive=True, parts__gt=0):
        arrivals.forget_parts(archive)
    return given_up


def retry(upload: Upload) -> int:
    """Let what failed, and nothing else, be tried once more; return how many files that are.

    Photos are looked at again; addresses that could not be reached, or had no room, are fetched
    again.
    """
    failed = upload.items.filter(photo__state=Photo.State.FAILED).values("photo")
    again = look_again(Photo.objects.filter(pk__in=failed))
    unreached = upload.items.filter(
        ~Q(source_url=""), state=State.REFUSED, code__in=TRY_AGAIN, photo=None
    )
    return again + unreached.update(
        state=State.FETCHING, code="", problem="", attempts=0, alive_at=None
    )


def _sha256(file: UploadedFile) -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    return digest.hexdigest()
