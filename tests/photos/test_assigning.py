"""Photos come to deployments by folder, by time and place, and by hand; clocks follow."""

from datetime import UTC, datetime, timedelta

import pytest

from wildlife.photos import origins
from wildlife.photos.assigning import assign, carry_out, plan_by_folder, plan_by_time
from wildlife.photos.models import Photo, Upload, UploadItem
from wildlife.photos.origins import ShiftRefused, correct_time, set_clock, shift_clock
from wildlife.projects.models import Deployment, EventsDue, Project

pytestmark = pytest.mark.django_db

NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
By = Photo.AssignedBy


@pytest.fixture
def mara() -> Project:
    return Project.objects.create(slug="mara", name="Mara")


def stood(project: Project, name: str, **more: object) -> Deployment:
    return Deployment.objects.create(project=project, name=name, **more)


def taken(project: Project, path: str = "", at: datetime | None = NOON, **more: object) -> Photo:
    number = Photo.objects.count()
    photo = Photo.objects.create(
        project=project, sha256=f"{number:064}", size=1, recorded_at=at, taken_at=at, **more
    )
    if path:
        upload = Upload.objects.create(guest="guest")
        UploadItem.objects.create(upload=upload, key=str(number), path=path, size=1, photo=photo)
    return photo


def home(photo: Photo) -> tuple[str | None, str]:
    photo.refresh_from_db()
    return photo.deployment.name if photo.deployment else None, photo.assigned_by


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("Bridge/IMG_1.JPG", "bridge"),
        ("card 3/BRIDGE/100RECNX/IMG_1.JPG", "bridge"),
        ("bridge/ford/IMG_1.JPG", "bridge"),
        ("L7/IMG_1.JPG", "ford"),
        ("bridge", None),
        ("bridges/IMG_1.JPG", None),
        ("x/bridge.JPG", None),
    ],
)
def test_the_first_folder_that_is_called_like_a_deployment_counts(
    mara: Project, path: str, name: str | None
) -> None:
    stood(mara, "bridge")
    stood(mara, "ford", location_id="l7")
    photo = taken(mara, path)
    plan = plan_by_folder(mara)
    assert (plan.total, plan.unmatched, plan.unclear) == ((1, 0, 0) if name else (0, 1, 0))
    assert carry_out(plan) == (1 if name else 0)
    assert home(photo) == (name, "folder" if name else "")


def test_of_several_at_one_location_the_time_decides(mara: Project) -> None:
    stood(mara, "spring", location_id="L1", start=NOON - DAY, end=NOON)
    stood(mara, "summer", location_id="L1", start=NOON + HOUR, end=NOON + DAY)
    early, late = taken(mara, "L1/a.jpg"), taken(mara, "L1/b.jpg", NOON + 2 * HOUR)
    between, undated = taken(mara, "L1/c.jpg", NOON + HOUR / 2), taken(mara, "L1/d.jpg", None)
    plan = plan_by_folder(mara)
    assert (plan.total, plan.unclear) == (2, 2)
    carry_out(plan)
    assert [home(one)[0] for one in (early, late, between, undated)] == [
        "spring", "summer", None, None,
    ]  # fmt: skip


def test_time_and_place_must_fit_just_one(mara: Project) -> None:
    stood(mara, "a", start=NOON - DAY, end=NOON, latitude=-1.5, longitude=35.0)
    stood(mara, "b", start=NOON - DAY, latitude=-1.9, longitude=35.0)
    stood(mara, "undated")
    both = taken(mara)
    at_a = taken(mara, latitude=-1.501, longitude=35.0)
    only_b = taken(mara, at=NOON + HOUR)
    nowhere = taken(mara, latitude=50.0, longitude=8.0)
    before, undated = taken(mara, at=NOON - 2 * DAY), taken(mara, at=None)
    plan = plan_by_time(mara)
    assert (plan.total, plan.unclear, plan.unmatched) == (2, 1, 3)
    assert carry_out(plan) == 2
    photos = (both, at_a, only_b, nowhere, before, undated)
    assert [home(one)[0] for one in photos] == [None, "a", "b", None, None, None]
    assert home(at_a)[1] == By.TIME


def test_a_wrong_clock_is_taken_into_account_before_it_is_looked_up(mara: Project) -> None:
    stood(mara, "a", start=NOON, end=NOON + HOUR, clock_shift=DAY)
    camera, corrected = taken(mara, at=NOON - DAY), taken(mara, at=NOON - DAY)
    correct_time(corrected, NOON + HOUR, None)
    assert carry_out(plan_by_time(mara)) == 2
    camera.refresh_from_db()
    corrected.refresh_from_db()
    assert (camera.taken_at, corrected.taken_at) == (NOON, NOON + HOUR)


def test_what_was_assigned_meanwhile_is_left_alone(mara: Project) -> None:
    bridge, ford = stood(mara, "bridge"), stood(mara, "ford")
    photo = taken(mara, "bridge/a.jpg")
    plan = plan_by_folder(mara)
    assign(Photo.objects.all(), ford, By.HAND)
    assert carry_out(plan) == 0
    assert home(photo) == ("ford", "hand")
    bridge.delete()
    Photo.objects.update(deployment=None)
    assert carry_out(plan) == 0


def test_photos_of_others_never_come_to_a_project(mara: Project) -> None:
    bridge = stood(mara, "bridge", start=NOON - DAY)
    kruger = Project.objects.create(slug="kruger", name="Kruger")
    theirs = taken(kruger, "bridge/a.jpg")
    own = Photo.objects.create(guest="guest", sha256="x", size=1, taken_at=NOON)
    assert plan_by_folder(mara).total == plan_by_time(mara).total == 0
    assert assign(Photo.objects.all(), bridge, By.HAND) == 0
    assert home(theirs) == home(own) == (None, "")


def test_photos_move_and_leave_by_hand_and_events_follow(mara: Project) -> None:
    bridge, ford = stood(mara, "bridge", clock_shift=HOUR), stood(mara, "ford", clock_shift=DAY)
    photo = taken(mara)
    for to, shift in ((bridge, HOUR), (ford, DAY), (None, timedelta())):
        EventsDue.objects.all().delete()
        left = Photo.objects.get().deployment
        assert assign(Photo.objects.all(), to, By.HAND) == 1
        assert home(photo) == (to.name if to else None, "hand" if to else "")
        assert photo.taken_at == NOON + shift
        due = {one.deployment for one in EventsDue.objects.all()}
        assert due == {one for one in (left, to) if one is not None}
        assert assign(Photo.objects.all(), to, By.HAND) == 0


def test_the_clocks_of_upload_and_deployment_add_up(mara: Project) -> None:
    bridge = stood(mara, "bridge")
    upload = Upload.objects.create(guest="guest")
    photo, corrected = taken(mara, upload=upload), taken(mara, upload=upload)
    elsewhere = taken(mara)
    assign(Photo.objects.filter(upload=upload), bridge, By.HAND)
    correct_time(corrected, NOON - DAY, None)
    assert set_clock(bridge, HOUR) == 1
    assert set_clock(bridge, HOUR) == 0
    assert shift_clock(upload, DAY) == 1
    for one in (photo, corrected, elsewhere):
        one.refresh_from_db()
    assert (photo.taken_at, photo.recorded_at) == (NOON + HOUR + DAY, NOON)
    assert (corrected.taken_at, elsewhere.taken_at) == (NOON - DAY, NOON)
    origins.forget_corrections(Photo.objects.get(pk=corrected.pk))
    corrected.refresh_from_db()
    assert corrected.taken_at == NOON + HOUR + DAY
    set_clock(bridge, timedelta())
    photo.refresh_from_db()
    assert photo.taken_at == NOON + DAY
    with pytest.raises(ShiftRefused):
        set_clock(bridge, timedelta(days=40_000))
