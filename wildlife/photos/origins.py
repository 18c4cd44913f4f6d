"""When and where photos were taken: what the file says, and what people know better.

`recorded_*` is what the camera wrote and stays as it is. `taken_at`, `latitude` and `longitude`
are what holds: the camera's word, moved by the clock shift of its upload, unless a person
corrected it.
"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from pipelines.types import Origin
from wildlife.photos.models import Photo, Upload

FILLED = (
    "recorded_at",
    "recorded_latitude",
    "recorded_longitude",
    "utc_offset",
    "camera_make",
    "camera_model",
    "taken_at",
    "latitude",
    "longitude",
)
"""The columns that `fill` may change."""
LARGEST_SHIFT = timedelta(days=36_500)
EARLIEST, LATEST = datetime(1800, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""No time leaves these bounds, whatever it is shifted by."""


class ShiftRefused(Exception):
    """This shift cannot be made. Its text is a sentence for the person who asked for it."""


def fill(photo: Photo, origin: Origin, shift: timedelta) -> None:
    """Set on a photo what its file says; `shift` is its upload's. Corrections stay. Not saved."""
    recorded = origin.taken_at.replace(tzinfo=UTC) if origin.taken_at else None
    photo.recorded_at = recorded
    photo.recorded_latitude, photo.recorded_longitude = origin.latitude, origin.longitude
    photo.camera_make, photo.camera_model = origin.camera_make, origin.camera_model
    if not photo.time_corrected:
        photo.utc_offset = origin.utc_offset
        photo.taken_at = _shifted(recorded, shift)
    if not photo.place_corrected:
        photo.latitude, photo.longitude = origin.latitude, origin.longitude


def shifts_of(photos: QuerySet[Photo]) -> dict[UUID | None, timedelta]:
    """Return the clock shifts of the photos' uploads, which nobody changes until the transaction
    ends. To be called before the photos are locked: `shift_clock` locks in this order."""
    ids = set(photos.exclude(upload=None).order_by().values_list("upload_id", flat=True))
    held = Upload.objects.select_for_update().filter(pk__in=ids).order_by("pk")
    return {upload.pk: upload.clock_shift for upload in held}


def _shifted(recorded: datetime | None, shift: timedelta) -> datetime | None:
    return None if recorded is None else min(max(recorded + shift, EARLIEST), LATEST)


def correct_time(photo: Photo, taken_at: datetime | None, utc_offset: int | None) -> None:
    """Let a person's word hold instead of the camera's.

    `taken_at` is the clock on the spot written as UTC, None where it is not known; `utc_offset` is
    in minutes.
    """
    photo.taken_at, photo.utc_offset, photo.time_corrected = taken_at, utc_offset, True
    photo.save(update_fields=["taken_at", "utc_offset", "time_corrected"])


def correct_place(photo: Photo, latitude: float | None, longitude: float | None) -> None:
    """Let a person's word hold instead of the camera's: degrees, None where it is not known."""
    photo.latitude, photo.longitude, photo.place_corrected = latitude, longitude, True
    photo.save(update_fields=["latitude", "longitude", "place_corrected"])


def forget_corrections(photo: Photo) -> None:
    """Let what the camera wrote hold again, with its upload's shift."""
    shift = photo.upload.clock_shift if photo.upload else timedelta()
    photo.taken_at = _shifted(photo.recorded_at, shift)
    photo.latitude, photo.longitude = photo.recorded_latitude, photo.recorded_longitude
    photo.time_corrected = photo.place_corrected = False
    photo.save(
        update_fields=["taken_at", "latitude", "longitude", "time_corrected", "place_corrected"]
    )


def shiftable(upload: Upload) -> QuerySet[Photo]:
    """Return the photos whose time moves with the upload's clock: not those corrected by hand."""
    return upload.photos.filter(recorded_at__isnull=False, time_corrected=False)


def shift_clock(upload: Upload, by: timedelta) -> int:
    """Move the times of a whole upload, of photos still to come as well; return how many moved.

    A second shift adds to the first, and the opposite one undoes it. Raises ShiftRefused where
    photos would leave the calendar.
    """
    with transaction.atomic():
        held = Upload.objects.select_for_update().get(pk=upload.pk)
        total = held.clock_shift + by
        if abs(total) > LARGEST_SHIFT:
            raise ShiftRefused(_("No camera's clock is wrong by more than a hundred years."))
        held.clock_shift = upload.clock_shift = total
        held.save(update_fields=["clock_shift"])
        return shiftable(held).update(taken_at=F("recorded_at") + total)


def placeless(upload: Upload) -> QuerySet[Photo]:
    """Return the photos of an upload that were looked at and whose files tell no place."""
    return upload.photos.filter(state=Photo.State.DONE, recorded_latitude=None)


def place_all(upload: Upload, latitude: float | None, longitude: float | None) -> int:
    """Let the photos that tell no place have this one (degrees, or None); return how many."""
    return placeless(upload).update(latitude=latitude, longitude=longitude, place_corrected=True)
