"""A deployment's clock moves its photos' times; they outlive it, without its clock."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from tests.web import builders
from wildlife.photos import deployments
from wildlife.photos.models import Photo, Upload
from wildlife.photos.origins import ShiftRefused
from wildlife.projects.models import Activity, Deployment, Event, EventsDue, Project

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 5, 31, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
NOBODY = AnonymousUser()


@pytest.fixture(autouse=True)
def media(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def camera() -> Deployment:
    project = Project.objects.create(slug="mara", name="Mara")
    one = Deployment(project=project, name="C1")
    deployments.add(one, NOBODY)
    return one


def taken(camera: Deployment, **more) -> Photo:
    """A photo of the camera, taken at noon by its clock."""
    return builders.photo(
        guest="", project=camera.project, deployment=camera, taken_at=NOON, recorded_at=NOON,
        assigned_by="hand", **more,
    )  # fmt: skip


def test_a_clock_that_was_wrong_moves_its_photos_and_all_else_is_kept(camera: Deployment) -> None:
    upload = Upload.objects.create(project=camera.project, guest="g", clock_shift=2 * HOUR)
    photo, corrected = taken(camera, upload=upload), taken(camera, time_corrected=True)
    camera.clock_shift, camera.habitat = HOUR, "savanna"
    assert deployments.change(camera, NOBODY) == 1
    photo.refresh_from_db()
    corrected.refresh_from_db()
    assert (photo.taken_at, corrected.taken_at) == (NOON + 3 * HOUR, NOON)
    camera.refresh_from_db()
    assert (camera.clock_shift, camera.habitat) == (HOUR, "savanna")
    assert EventsDue.objects.filter(deployment=camera).exists()


def test_a_clock_cannot_have_been_wrong_by_centuries(camera: Deployment) -> None:
    camera.clock_shift, camera.habitat = timedelta(days=40_000), "savanna"
    with pytest.raises(ShiftRefused):
        deployments.change(camera, NOBODY)
    camera.refresh_from_db()
    assert (camera.clock_shift, camera.habitat) == (timedelta(), "")


def test_photos_outlive_their_deployment_without_its_clock(camera: Deployment) -> None:
    photo = taken(camera)
    camera.clock_shift = HOUR
    deployments.change(camera, NOBODY)
    Event.objects.create(deployment=camera, start=NOON, end=NOON)
    deployments.remove(camera, NOBODY)
    photo.refresh_from_db()
    assert (photo.deployment, photo.assigned_by, photo.taken_at) == (None, "", NOON)
    assert not Deployment.objects.exists()
    assert not Event.objects.exists()
    verbs = Activity.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["deployment_made", "deployment_changed", "deployment_deleted"]
