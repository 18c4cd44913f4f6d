"""When and where photos were taken: what the file says, and what people know better.

`recorded_*` is what the camera wrote and stays as it is. `taken_at`, `latitude` and `longitude`
are what holds: the camera's word, moved by the clock shift of its upload, unless a person
corrected it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from pipelines.types import Origin
from wildlife.photos.models import Photo, Upload
from wildlife.projects.deployments import ask_for_events
from wildlife.projects.models import Deployment

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
    """Set on a photo what its file says. `shift` is its upload's and its deployment's together.

    Corrections stay. Not saved.
    """
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
    """Return the clock shifts of the photos' uploads and deployments, by their ids.

    Nobody changes them until the transaction ends. To be called before the photos are locked: all
    that moves times locks in this order, uploads, deployments, photos.
    """
    pairs = list(photos.order_by().values_list("upload_id", "deployment_id").distinct())
    shifts: dict[UUID | None, timedelta] = {}
    for model, column in ((Upload, 0), (Deployment, 1)):
        if ids := {pair[column] for pair in pairs} - {None}:
            held = model._default_manager.select_for_update(no_key=True).filter(pk__in=ids)
            shifts |= {row.pk: row.clock_shift for row in held.order_by("pk")}
    return shifts


def shift_of(photo: Photo, shifts: Mapping[UUID | None, timedelta]) -> timedelta:
    """Return what is added to a photo's time, of the shifts that `shifts_of` gave."""
    ids = (photo.upload_id, photo.deployment_id)
    return sum((shifts.get(one, timedelta()) for one in ids if one), timedelta())


def _shifted(recorded: datetime | None, shift: timedelta) -> datetime | None:
    return None if recorded is None else min(max(recorded + shift, EARLIEST), LATEST)


@transaction.atomic
def correct_time(photo: Photo, taken_at: datetime | None, utc_offset: int | None) -> None:
    """Let a person's word hold instead of the camera's.

    `taken_at` is the clock on the spot written as UTC, None where it is not known; `utc_offset` is
    in minutes.
    """
    _events_move(photo)
    photo.taken_at, photo.utc_offset, photo.time_corrected = taken_at, utc_offset, True
    _events_move(photo)
    photo.save(update_fields=["taken_at", "utc_offset", "time_corrected"])


def correct_place(photo: Photo, latitude: float | None, longitude: float | None) -> None:
    """Let a person's word hold instead of the camera's: degrees, None where it is not known."""
    photo.latitude, photo.longitude, photo.place_corrected = latitude, longitude, True
    photo.answer_due = True
    photo.save(update_fields=["latitude", "longitude", "place_corrected", "answer_due"])


@transaction.atomic
def forget_corrections(photo: Photo) -> None:
    """Let what the camera wrote hold again, with the shifts of its upload and deployment."""
    homes = [home for home in (photo.upload, photo.deployment) if home is not None]
    shift = sum((home.clock_shift for home in homes), timedelta())
    _events_move(photo)
    photo.taken_at = _shifted(photo.recorded_at, shift)
    _events_move(photo)
    photo.latitude, photo.longitude = photo.recorded_latitude, photo.recorded_longitude
    photo.answer_due = True
    photo.time_corrected = photo.place_corrected = False
    photo.save(
        update_fields=[
            "taken_at",
            "latitude",
            "longitude",
            "time_corrected",
            "place_corrected",
            "answer_due",
        ]
    )


def _events_move(photo: Photo) -> None:
    """Let the events be made anew around when a photo was taken, before a change and after it."""
    if photo.deployment_id is not None and photo.taken_at is not None:
        ask_for_events([photo.deployment_id], photo.taken_at, photo.taken_at)


def shiftable(home: Upload | Deployment) -> QuerySet[Photo]:
    """Return the photos whose time moves with the clock of their upload or deployment.

    Those corrected by hand do not.
    """
    return home.photos.filter(recorded_at__isnull=False, time_corrected=False)


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
        shifts_of(shiftable(held))
        return retime(shiftable(held))


def set_clock(deployment: Deployment, shift: timedelta) -> int:
    """Let the clock of a deployment's camera have been wrong by `shift`; return how many photos
    have another time now.

    Raises ShiftRefused where photos would leave the calendar.
    """
    if abs(shift) > LARGEST_SHIFT:
        raise ShiftRefused(_("No camera's clock is wrong by more than a hundred years."))
    with transaction.atomic():
        shifts_of(shiftable(deployment))
        held = Deployment.objects.select_for_update(no_key=True).get(pk=deployment.pk)
        if held.clock_shift == shift:
            return 0
        held.clock_shift = deployment.clock_shift = shift
        held.save(update_fields=["clock_shift"])
        return retime(shiftable(held))


def retime(photos: QuerySet[Photo]) -> int:
    """Give photos the time that their camera wrote with all shifts that hold for them.

    Those corrected by hand, or without a time, stay as they are. Returns how many have theirs anew.
    To be called after `shifts_of`, so that no shift changes meanwhile.
    """
    moving = photos.filter(recorded_at__isnull=False, time_corrected=False).order_by()
    ask_for_events(set(moving.values_list("deployment_id", flat=True)) - {None})
    moved = 0
    shifts = moving.values_list("upload__clock_shift", "deployment__clock_shift").distinct()
    for upload, deployment in list(shifts):
        same = moving.filter(_having("upload__clock_shift", upload))
        same = same.filter(_having("deployment__clock_shift", deployment))
        total = (upload or timedelta()) + (deployment or timedelta())
        moved += same.update(taken_at=F("recorded_at") + total)
    return moved


def _having(name: str, shift: timedelta | None) -> Q:
    return Q(**{f"{name}__isnull": True}) if shift is None else Q(**{name: shift})


def placeless(upload: Upload) -> QuerySet[Photo]:
    """Return the photos of an upload that were looked at and whose files tell no place."""
    return upload.photos.filter(state=Photo.State.DONE, recorded_latitude=None)


def place_all(upload: Upload, latitude: float | None, longitude: float | None) -> int:
    """Let the photos that tell no place have this one (degrees, or None); return how many."""
    return placeless(upload).update(
        latitude=latitude, longitude=longitude, place_corrected=True, answer_due=True
    )
