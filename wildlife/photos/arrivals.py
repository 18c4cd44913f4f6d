"""Uploads of many files: each is announced, perhaps known already, else taken or refused.

Whatever is done twice, because an answer was lost or a tab was closed, changes nothing the second
time. Nothing here decodes a pixel.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Exists, OuterRef, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from wildlife.photos.filenames import display_path
from wildlife.photos.keeper import Keeper, keeper_of
from wildlife.photos.limits import check_room
from wildlife.photos.models import Photo, Upload, UploadItem
from wildlife.photos.refusals import PhotoRefused
from wildlife.photos.services import receive
from wildlife.projects.activities import note
from wildlife.projects.models import Deployment

MANY = 6
"""From so many files on an upload is bulk: another visitor's single photo goes before it."""
MOST_ITEMS = 100_000
PART_BYTES = 8 * 1024 * 1024
"""Archives come in parts of this size, so that a lost connection costs little."""
PASSING = frozenset({"too_many", "quota"})
"""Reasons to refuse a file that do not lie in the file: it may be taken later."""
CANCELLED = "cancelled"
"""Why a file was given up that was not here yet; nothing that comes of it later counts."""

State = UploadItem.State


class UploadFull(Exception):
    """An upload has as many files as one may have. Its text is a sentence for its owner."""


@dataclass(frozen=True, slots=True)
class Announced:
    """A file that will come. `key` tells it from the upload's others; the path is only shown."""

    key: str
    path: str
    size: int

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.key.encode("utf-8", "surrogatepass")).hexdigest()


def begin(
    files: Sequence[Announced], keeper: Keeper, deployment: Deployment | None = None
) -> Upload:
    """Return the unfinished upload that has some of these files, or else a new one.

    What it brings from now on comes to `deployment`, of the keeper's project, where there is one.
    """
    theirs = Upload.objects.filter(**keeper.uploads)
    missing = UploadItem.objects.filter(upload=OuterRef("pk"), state=State.EXPECTED)
    same = UploadItem.objects.filter(
        upload=OuterRef("pk"), key__in=[file.digest for file in files], archive=None
    )
    unfinished = theirs.filter(Exists(missing), Exists(same))
    upload = unfinished.first() or open_for(keeper)
    if deployment is not None and upload.deployment_id != deployment.pk:
        upload.deployment = deployment
        upload.save(update_fields=["deployment"])
    return upload


def open_for(keeper: Keeper, deployment: Deployment | None = None) -> Upload:
    """Return a new upload; one for a project is noted there.

    What it brings comes to `deployment`, of the keeper's project, where there is one.
    """
    upload = Upload.objects.create(**keeper.uploads, deployment=deployment)
    if keeper.project is not None:
        note(keeper.project, "upload_begun", keeper.owner, upload=str(upload.pk))
    return upload


def announce(upload: Upload, files: Sequence[Announced]) -> list[UploadItem]:
    """Note that files will come; return their items in the same order, with what is settled.

    Raises UploadFull.
    """
    if upload.items.count() + len(files) > MOST_ITEMS:
        raise UploadFull(
            _("One upload takes up to %(most)d files. Start another one for the rest.")
            % {"most": MOST_ITEMS}
        )
    UploadItem.objects.bulk_create(
        (_expected(upload, file) for file in files), ignore_conflicts=True
    )
    rows = upload.items.filter(key__in=[file.digest for file in files]).select_related("photo")
    items = {row.key: row for row in rows}
    return [items[file.digest] for file in files]


def _expected(upload: Upload, file: Announced) -> UploadItem:
    path = display_path(file.path)
    item = UploadItem(
        upload=upload,
        key=file.digest,
        path=path,
        size=file.size,
        is_archive=path.lower().endswith(".zip"),
    )
    if item.is_archive and file.size > settings.MAX_ARCHIVE_BYTES:
        item.state, item.code = State.REFUSED, "too_large"
        item.problem = gettext_noop(
            "This archive is larger than %(most).4g GB, the most we take. Pack the photos into "
            "several smaller ones, or drop their folder as it is."
        ) % {"most": settings.MAX_ARCHIVE_BYTES / 1024**3}
    return item


def skip_known(upload: Upload, hashes: Mapping[int, str]) -> list[UploadItem]:
    """Settle those items whose content the same keeper has already; return them.

    `hashes` maps ids of items to SHA-256. A photo that failed is asked for again: its file may
    have been lost.
    """
    theirs = Photo.objects.filter(sha256__in=set(hashes.values()), **keeper_of(upload).photos)
    known = {photo.sha256: photo for photo in theirs.exclude(state=Photo.State.FAILED)}
    items = upload.items.filter(pk__in=hashes, state=State.EXPECTED, is_archive=False)
    settled = [item for item in items if hashes[item.pk] in known]
    for item in settled:
        _settle_with(item, known[hashes[item.pk]], created=False)
    return settled


def take(item: UploadItem, file: UploadedFile, priority: Photo.Priority) -> None:
    """Receive the file of an item, and settle the item by it: taken, known, or refused.

    An item that has its photo, or was cancelled, stays as it is. Raises PhotoRefused where the
    file is refused for a reason that passes.
    """
    if item.photo_id is not None or item.code == CANCELLED:
        return
    upload = item.upload
    try:
        with override(None):  # what is stored of a refusal is in English (wildlife.told)
            received = receive(
                file,
                owner=upload.owner,
                guest=upload.guest,
                project=upload.project,
                priority=priority,
                upload=upload,
            )
    except PhotoRefused as error:
        if error.code in PASSING:
            raise
        refuse(item, error.code, str(error))
    else:
        _settle_with(item, received.photo, created=received.created)


def refuse(item: UploadItem, code: str, sentence: str) -> None:
    """Settle an item: its file is not taken, and the sentence says why."""
    _settle(item, state=State.REFUSED, code=code, problem=sentence[:300], photo=None)


def give_up(items: QuerySet[UploadItem]) -> int:
    """Settle items whose upload was cancelled; return how many."""
    sentence = gettext_noop("The upload was cancelled before this file was here.")
    return items.update(state=State.REFUSED, code=CANCELLED, problem=sentence, alive_at=None)


def _settle_with(item: UploadItem, photo: Photo, *, created: bool) -> None:
    """Settle an item with its photo. One that came a moment ago, but whose answer was lost before
    the item knew of it, counts as taken."""
    first = created or (
        photo.upload_id == item.upload_id and not photo.upload_items.exclude(pk=item.pk).exists()
    )
    state = State.TAKEN if first else State.KNOWN
    _settle(item, state=state, photo=photo, code="", problem="")


def _settle(item: UploadItem, **values: Any) -> None:
    """Write down what became of an item, unless it was cancelled meanwhile; the item then says so.

    A photo that was here before it was cancelled stays.
    """
    if UploadItem.objects.filter(pk=item.pk).exclude(code=CANCELLED).update(**values):
        for name, value in values.items():
            setattr(item, name, value)
    else:
        item.refresh_from_db(fields=list(values))


def priority_of(upload: Upload) -> Photo.Priority:
    """Return how urgent the photos of an upload are, by how many it has."""
    many = upload.items.order_by()[:MANY].count() >= MANY
    return Photo.Priority.BULK if many else Photo.Priority.INTERACTIVE


# --- Archives -----------------------------------------------------------------------------------


def part_name(item: UploadItem, number: int) -> str:
    """Return under which name a part of an archive is kept in storage."""
    return f"{parts_folder(item)}/{number:06d}"


def parts_folder(item: UploadItem) -> str:
    return f"archives/{item.upload_id}/{item.pk}"


def keep_part(item: UploadItem, number: int, file: UploadedFile) -> bool:
    """Keep one part of an archive; return whether the archive is complete and can be unpacked.

    Parts come in order; one that is there already is not kept again. Raises PhotoRefused where
    the owner has no room, ValueError for a part that does not fit.
    """
    if item.state != State.EXPECTED or number < item.parts:
        return False
    size = min(PART_BYTES, item.size - number * PART_BYTES)
    if number != item.parts or size <= 0 or file.size != size:
        raise ValueError("this is not the part that comes next")
    if number == 0:
        _check_room_for_archive(item)
    default_storage.save(part_name(item, number), file)
    complete = (number + 1) * PART_BYTES >= item.size
    item.parts, item.state = number + 1, State.UNPACKING if complete else State.EXPECTED
    there = UploadItem.objects.filter(pk=item.pk).exclude(code=CANCELLED)
    if there.update(parts=item.parts, state=item.state):
        return complete
    forget_parts(item)
    item.refresh_from_db()
    return False


def _check_room_for_archive(item: UploadItem) -> None:
    """Refuse an archive that would not fit beside the owner's photos and other archives."""
    upload = item.upload
    theirs = Upload.objects.filter(project=upload.project)
    if upload.project is None:
        theirs = theirs.filter(owner=upload.owner, guest=upload.guest)
    others = UploadItem.objects.filter(
        upload__in=theirs,
        is_archive=True,
        parts__gt=0,
        state__in=(State.EXPECTED, State.UNPACKING),
    )
    pending: int = others.aggregate(total=Sum("size"))["total"] or 0
    check_room(keeper_of(upload), pending + item.size)


def forget_parts(item: UploadItem) -> None:
    """Delete what is kept of an archive in storage."""
    for number in range(item.parts):
        default_storage.delete(part_name(item, number))
    default_storage.delete(parts_folder(item))
