"""What the camera wrote, what a person knows better, and clocks that were wrong."""

from datetime import UTC, datetime, timedelta

import pytest

from pipelines.types import Origin
from tests.photos.build import photo_of
from wildlife.photos import origins
from wildlife.photos.models import Photo, Upload
from wildlife.photos.origins import ShiftRefused, correct_place, correct_time, fill, shift_clock

pytestmark = pytest.mark.django_db

CAMERA = Origin(datetime(2020, 1, 2, 3, 4, 5), -33.5, 18.25, 120, "RECONYX", "HC600")
HOUR = timedelta(hours=1)
NOW = datetime(2024, 5, 6, tzinfo=UTC)


@pytest.fixture
def batch() -> Upload:
    return Upload.objects.create(guest="guest")


def seen(batch: Upload, side: int = 64, origin: Origin = CAMERA) -> Photo:
    """A photo that was looked at."""
    photo = photo_of(side=side, upload=batch, state="done")
    fill(photo, origin, batch.clock_shift)
    photo.save()
    return photo


def test_what_the_camera_wrote_holds_until_somebody_corrects_it(batch: Upload) -> None:
    photo = seen(batch)
    assert photo.taken_at == datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert (photo.latitude, photo.longitude, photo.utc_offset) == (-33.5, 18.25, 120)
    assert (photo.camera_make, photo.camera_model) == ("RECONYX", "HC600")
    correct_time(photo, NOW, None)
    correct_place(photo, 1.0, 2.0)
    fill(photo, CAMERA, HOUR)
    photo.save()
    photo.refresh_from_db()
    assert (photo.taken_at, photo.latitude, photo.longitude) == (NOW, 1.0, 2.0)
    assert photo.recorded_at == datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert (photo.recorded_latitude, photo.recorded_longitude) == (-33.5, 18.25)
    origins.forget_corrections(photo)
    photo.refresh_from_db()
    assert photo.taken_at == photo.recorded_at
    assert (photo.latitude, photo.longitude) == (-33.5, 18.25)


def test_a_shift_moves_all_times_but_those_corrected_by_hand(batch: Upload) -> None:
    photo, corrected, timeless = seen(batch), seen(batch, 65), seen(batch, 66, Origin())
    elsewhere = seen(Upload.objects.create(guest="guest"), 67)
    correct_time(corrected, NOW, None)
    assert shift_clock(batch, timedelta(days=365, hours=-2, minutes=3)) == 1
    for one in (photo, corrected, timeless, elsewhere):
        one.refresh_from_db()
    assert photo.taken_at == datetime(2021, 1, 1, 1, 7, 5, tzinfo=UTC)
    assert photo.recorded_at == datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert (corrected.taken_at, timeless.taken_at) == (NOW, None)
    assert elsewhere.taken_at == elsewhere.recorded_at


def test_shifting_back_undoes_a_shift_exactly(batch: Upload) -> None:
    photo = seen(batch)
    shift_clock(batch, 5 * HOUR)
    shift_clock(batch, -5 * HOUR)
    photo.refresh_from_db()
    assert photo.taken_at == photo.recorded_at
    assert batch.clock_shift == timedelta()


def test_photos_that_are_looked_at_later_are_shifted_too(batch: Upload) -> None:
    shift_clock(batch, 5 * HOUR)
    photo = seen(batch)
    assert photo.taken_at == datetime(2020, 1, 2, 8, 4, 5, tzinfo=UTC)
    assert origins.shifts_of(Photo.objects.all()) == {batch.pk: 5 * HOUR}


def test_no_shift_leaves_the_calendar(batch: Upload) -> None:
    photo = seen(batch)
    shift_clock(batch, timedelta(days=30_000))
    with pytest.raises(ShiftRefused):
        shift_clock(batch, timedelta(days=30_000))
    photo.refresh_from_db()
    batch.refresh_from_db()
    assert batch.clock_shift == timedelta(days=30_000)
