"""Receiving photos and deleting them. Nothing here decodes a pixel."""

import hashlib
import uuid
from dataclasses import dataclass
from typing import BinaryIO, cast

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.storage import Storage
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from pipelines.keys import crop_folder
from pipelines.pictures import EXTENSIONS, PictureUnreadable, media_type_of
from wildlife.photos.filenames import display_name
from wildlife.photos.keeper import Keeper
from wildlife.photos.leftovers import leave, stored
from wildlife.photos.limits import check_room
from wildlife.photos.models import Photo, Upload
from wildlife.photos.refusals import PhotoRefused
from wildlife.projects.deployments import ask_for_events
from wildlife.projects.models import Project


class PhotoBusy(Exception):
    """The photo is being looked at just now; a few seconds later it can be deleted."""


@dataclass(frozen=True, slots=True)
class Received:
    """The row of an uploaded photo, and whether it is new."""

    photo: Photo
    created: bool


def receive(
    file: UploadedFile,
    *,
    owner: User | None = None,
    guest: str = "",
    project: Project | None = None,
    priority: Photo.Priority = Photo.Priority.INTERACTIVE,
    upload: Upload | None = None,
) -> Received:
    """Keep an uploaded photo for a project, else for its owner, else for a guest's session.

    The same file of the same keeper is kept once: they get the photo that they have, and
    one that failed waits again. What others have plays no part. A new photo belongs to `upload`.
    Time and place are read later, where the pixels are. The caller calls
    `wildlife.identifications.services.dispatch` afterwards, once per upload.

    The bytes are read once to hash them; Django then moves the temporary file into a local
    storage, or streams it to a remote one.

    Raises `PhotoRefused`. Then, as after any other error, neither a row nor a file is left.
    """
    media_type = _accepted(file)
    sha256 = _sha256(file)
    keeper = Keeper(owner, guest, project)
    theirs = Photo.objects.filter(sha256=sha256, **keeper.photos)
    if (existing := theirs.first()) is not None:
        return Received(_again(existing, file, priority), created=False)
    check_room(keeper, file.size or 0)
    photo = Photo(
        **keeper.photos,
        filename=display_name(file.name),
        media_type=media_type,
        size=file.size or 0,
        sha256=sha256,
        priority=priority,
        upload=upload,
    )
    if upload is not None and upload.deployment_id is not None:
        photo.deployment_id, photo.assigned_by = upload.deployment_id, Photo.AssignedBy.UPLOAD
    try:
        with stored(_storage_name(photo), file) as name:
            photo.original = name
            photo.save(force_insert=True)
    except IntegrityError:
        # Somebody uploaded the same photo between our look and our insert: theirs counts.
        if (winner := theirs.first()) is None:
            raise
        return Received(winner, created=False)
    return Received(photo, created=True)


def try_again(photo: Photo, priority: Photo.Priority = Photo.Priority.INTERACTIVE) -> Photo:
    """Let a photo that failed wait once more; one in any other state stays as it is."""
    Photo.objects.filter(pk=photo.pk, state=Photo.State.FAILED).update(
        state=Photo.State.WAITING, failure="", attempts=0, priority=priority, finished_at=None
    )
    photo.refresh_from_db()
    return photo


def look_again(photos: QuerySet[Photo]) -> int:
    """Let photos that were looked at, well or not, wait once more; return how many do."""
    ended = photos.filter(state__in=(Photo.State.DONE, Photo.State.FAILED))
    return ended.update(
        state=Photo.State.WAITING,
        failure="",
        attempts=0,
        priority=Photo.Priority.BULK,
        finished_at=None,
    )


def delete(photo: Photo) -> None:
    """Delete a photo for good: its rows at once, its files when the transaction has ended.

    Raises `PhotoBusy` while a run has it, because the run would write files again.
    """
    with transaction.atomic():
        row = Photo.objects.select_for_update().filter(pk=photo.pk).first()
        if row is None:
            return
        if row.state == Photo.State.RUNNING:
            raise PhotoBusy
        storage = row.original.storage
        names = [str(row.original.name), row.preview, *_crops(storage, row.pk)]
        if row.deployment_id is not None:
            ask_for_events([row.deployment_id], row.taken_at, row.taken_at)
        row.delete()
        leave(filter(None, names))


def delete_all(photos: QuerySet[Photo]) -> int:
    """Delete those photos that are not being looked at; return how many were passed over."""
    busy = 0
    for photo in photos.iterator():
        try:
            delete(photo)
        except PhotoBusy:
            busy += 1
    return busy


# --- Receiving --------------------------------------------------------------------------------


def _accepted(file: UploadedFile) -> str:
    if (file.size or 0) > settings.MAX_UPLOAD_BYTES:
        limit = settings.MAX_UPLOAD_BYTES / 1024**2
        raise PhotoRefused(
            f"This file is larger than {limit:,.4g} MB, the most we take. "
            "Make it smaller and upload it again.",
            "too_large",
        )
    try:
        return media_type_of(_binary(file), max_pixels=settings.MAX_PHOTO_PIXELS)
    except PictureUnreadable as error:
        raise PhotoRefused(str(error), error.code) from error


def _sha256(file: UploadedFile) -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    return digest.hexdigest()


def _binary(file: UploadedFile) -> BinaryIO:
    return cast(BinaryIO, file.file)


def _storage_name(photo: Photo) -> str:
    """Return a name that tells nothing and cannot be chosen: two levels keep folders small."""
    return f"originals/{photo.pk.hex[:2]}/{photo.pk}{EXTENSIONS[photo.media_type]}"


def _again(photo: Photo, file: UploadedFile, priority: Photo.Priority) -> Photo:
    """Let a photo that failed wait once more, with its file back in place if that was lost."""
    if photo.state != Photo.State.FAILED:
        return photo
    storage, name = photo.original.storage, str(photo.original.name)
    if not storage.exists(name):
        storage.save(name, file)
    return try_again(photo, priority)


# --- Deleting ---------------------------------------------------------------------------------


def _crops(storage: Storage, photo_id: uuid.UUID) -> list[str]:
    """Return the files under the photo's folder of crops, and the folder itself, last."""
    folder = crop_folder(str(photo_id))
    try:
        _, files = storage.listdir(folder)
    except FileNotFoundError:
        return []
    return [*(f"{folder}/{name}" for name in files), folder]
