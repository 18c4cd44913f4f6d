"""What the worker reads of time, place and camera comes to the photo with its answer."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from pipelines.types import Origin, Scene
from tests.photos.build import photo_of
from wildlife.identifications.describe import describe
from wildlife.identifications.models import Run
from wildlife.photos.models import Photo, Upload

pytestmark = pytest.mark.django_db

CAMERA = Origin(datetime(2020, 1, 2, 3, 4, 5), -33.5, 18.25, 120, "RECONYX", "HC600")


@pytest.fixture(autouse=True)
def places(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def described(photo: Photo, scene: Scene) -> Photo:
    run = Run.objects.create(lineup={}, alive_at=timezone.now())
    run.photos.add(photo)
    describe(run, [scene], [], [], [])
    photo.refresh_from_db()
    return photo


def running(**values: object) -> Photo:
    batch = Upload.objects.create(guest="guest", clock_shift=timedelta(hours=-1))
    return photo_of(state="running", upload=batch, **values)


def test_a_photo_gets_what_its_file_tells_moved_by_the_shift_of_its_upload() -> None:
    photo = running()
    described(photo, Scene(str(photo.pk), 64, 48, "previews/x.jpg", origin=CAMERA))
    assert photo.recorded_at == datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert photo.taken_at == datetime(2020, 1, 2, 2, 4, 5, tzinfo=UTC)
    assert (photo.latitude, photo.longitude, photo.utc_offset) == (-33.5, 18.25, 120)
    assert (photo.camera_make, photo.camera_model) == ("RECONYX", "HC600")


def test_looking_again_keeps_what_a_person_corrected() -> None:
    right = datetime(2024, 5, 6, tzinfo=UTC)
    photo = running(
        taken_at=right, time_corrected=True, latitude=1.0, longitude=2.0, place_corrected=True
    )
    described(photo, Scene(str(photo.pk), 64, 48, "previews/x.jpg", origin=CAMERA))
    assert (photo.taken_at, photo.latitude, photo.longitude) == (right, 1.0, 2.0)


def test_a_file_that_could_not_be_read_changes_nothing_that_was_known() -> None:
    photo = running(taken_at=datetime(2024, 5, 6, tzinfo=UTC))
    described(photo, Scene(str(photo.pk), failure="It is cut short."))
    assert photo.taken_at == datetime(2024, 5, 6, tzinfo=UTC)
