"""The page of an upload, the wrong clock, and places that people set."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from tests.web import builders
from tests.web.conftest import as_guest
from wildlife.library import jobs
from wildlife.photos.models import Photo, Upload, UploadItem
from wildlife.projects.models import Project
from wildlife.web.uploads.standing import standing_of

TAKEN = datetime(2020, 1, 31, 23, 30, tzinfo=UTC)


@pytest.fixture
def batch(db: None) -> Upload:
    return Upload.objects.create(guest="a-guest")


def item(
    batch: Upload, state: str = "taken", photo: Photo | None = None, **more: Any
) -> UploadItem:
    number = UploadItem.objects.count()
    values = {"key": str(number), "path": f"DCIM/{number}.jpg", "size": 1, **more}
    return UploadItem.objects.create(upload=batch, state=state, photo=photo, **values)


def taken(batch: Upload, state: str = "done", **more: Any) -> Photo:
    photo = builders.photo(state=state, upload=batch, **more)
    item(batch, photo=photo)
    return photo


def dated(batch: Upload, moment: datetime = TAKEN, **more: Any) -> Photo:
    return taken(batch, taken_at=moment, recorded_at=moment, **more)


def test_counts_tell_what_became_of_each_file(batch: Upload, guest: Client) -> None:
    for state in ("done", "waiting", "running"):
        taken(batch, state)
    taken(batch, "failed", failure="It is cut short.")
    item(batch, "known", builders.photo())
    item(batch, "refused", problem="This is no photo.")
    item(batch, "expected", path="DCIM/late.jpg")
    item(batch, "unpacked", is_archive=True)
    shown = standing_of(batch)
    assert (shown.total, shown.missing, shown.pending) == (7, 1, 2)
    assert (shown.done, shown.known, shown.failed, shown.refused) == (2, 1, 1, 1)
    assert shown.problems == 2
    page = guest.get(f"/uploads/{batch.pk}/").content.decode()
    for words in ("2 problems", "It is cut short.", "This is no photo.", "DCIM/late.jpg"):
        assert words in page
    assert "data-drop" in page


def test_progress_never_runs_backwards(batch: Upload, guest: Client) -> None:
    taken(batch)
    item(batch, "unpacking", is_archive=True)
    assert standing_of(batch).reached == 50
    for _ in range(8):
        item(batch, "expected")
    assert standing_of(batch).reached < 50
    answer = guest.get(f"/uploads/{batch.pk}/standing?reached=50.0").content.decode()
    assert 'value="50.0"' in answer
    assert guest.get(f"/uploads/{batch.pk}/standing?reached=nan").status_code == 200


def test_polling_stops_where_nothing_more_will_change(batch: Upload, guest: Client) -> None:
    taken(batch)
    assert standing_of(batch).every == 0
    assert 'hx-trigger="every' not in guest.get(f"/uploads/{batch.pk}/").content.decode()
    item(batch, "expected")
    slow = standing_of(batch).every
    taken(batch, "waiting")
    shown = standing_of(batch)
    assert 0 < shown.every < slow
    same = guest.get(f"/uploads/{batch.pk}/standing?seen={shown.version}&reached={shown.reached}")
    assert same.status_code == 204
    other = guest.get(f"/uploads/{batch.pk}/standing?seen=old&problems=3")
    assert "problems-changed" in other["HX-Trigger-After-Settle"]


def test_the_rest_is_estimated_by_the_last_minute(batch: Upload) -> None:
    for _ in range(10):
        taken(batch)
    for _ in range(20):
        taken(batch, "waiting")
    assert standing_of(batch).eta == "about 2 minutes left"
    Photo.objects.update(finished_at=timezone.now() - timedelta(minutes=5))
    assert standing_of(batch).eta == ""


def test_only_the_owner_sees_an_upload(batch: Upload, django_user_model: type[User]) -> None:
    staff = Client()
    staff.force_login(django_user_model.objects.create_user("boss", is_staff=True))
    for path in ("", "standing", "problems", "clock", "place"):
        for other in (as_guest("another"), staff):
            assert other.get(f"/uploads/{batch.pk}/{path}").status_code == 404
    assert as_guest("another").post(f"/uploads/{batch.pk}/again").status_code == 404


def test_failed_photos_are_looked_at_again(
    batch: Upload, guest: Client, dispatched: list[int]
) -> None:
    failed, other = taken(batch, "failed"), builders.photo(state="failed")
    guest.post(f"/uploads/{batch.pk}/again")
    failed.refresh_from_db()
    other.refresh_from_db()
    assert (failed.state, other.state) == ("waiting", "failed")
    assert dispatched == [1]


def test_all_photos_of_an_upload_can_be_deleted(
    batch: Upload,
    guest: Client,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    monkeypatch.setattr(jobs, "send", lambda job: jobs.go_on(job.pk))
    mine, other = taken(batch), builders.photo()
    form = {"query": f"?upload={batch.pk}", "everything": "1", "action": "delete"}
    assert f'value="?upload={batch.pk}"' in guest.get(f"/uploads/{batch.pk}/").content.decode()
    assert "1 photo" in guest.post("/library/change", form).content.decode()
    assert Photo.objects.filter(pk=mine.pk).exists()
    with django_capture_on_commit_callbacks(execute=True):
        guest.post("/library/change", {**form, "sure": "1"})
    assert list(Photo.objects.all()) == [other]


def test_the_page_takes_few_queries_however_many_files_there_are(
    batch: Upload, guest: Client, queries_of: Any
) -> None:
    for _ in range(3):
        taken(batch)
        taken(batch, "failed")
        item(batch, "expected")
    few = queries_of(guest, f"/uploads/{batch.pk}/", 12)
    for _ in range(30):
        taken(batch, "failed")
        item(batch, "refused")
        item(batch, "expected")
    assert queries_of(guest, f"/uploads/{batch.pk}/", 12) == few
    assert queries_of(guest, f"/uploads/{batch.pk}/standing", 6) <= 6


def test_home_leads_to_what_was_not_finished(batch: Upload, guest: Client) -> None:
    for _ in range(3):
        item(batch, "expected")
    page = guest.get("/").content.decode()
    assert f'href="/uploads/{batch.pk}/"' in page
    assert "3 still missing" in page
    assert "still missing" not in as_guest("another").get("/").content.decode()


def test_home_sends_nobody_on_with_the_upload_of_a_project(batch: Upload, guest: Client) -> None:
    item(batch, "expected")
    item(batch, "expected")
    Upload.objects.update(project=Project.objects.create(slug="mara", name="Mara"))
    assert "still missing" not in guest.get("/").content.decode()


# --- The clock ------------------------------------------------------------------------------------

HOURS = {"direction": "later", "days": "0", "hours": "1", "minutes": "45"}


def test_a_shift_is_shown_before_it_is_done(batch: Upload, guest: Client) -> None:
    photo = dated(batch)
    page = guest.get(f"/uploads/{batch.pk}/clock", HOURS).content.decode()
    assert "1 photo would be 1 hour 45 minutes later" in page
    assert "Feb. 1, 2020, 1:15 a.m." in page
    photo.refresh_from_db()
    assert photo.taken_at == TAKEN


def test_a_shift_is_done_and_undone(batch: Upload, guest: Client) -> None:
    photo = dated(batch)
    guest.post(f"/uploads/{batch.pk}/clock", {**HOURS, "direction": "earlier"})
    photo.refresh_from_db()
    assert photo.taken_at == TAKEN - timedelta(hours=1, minutes=45)
    page = guest.get(f"/uploads/{batch.pk}/").content.decode()
    assert "1 hour 45 minutes earlier" in page
    guest.post(f"/uploads/{batch.pk}/clock", HOURS)
    photo.refresh_from_db()
    assert photo.taken_at == TAKEN
    assert "Undo" not in guest.get(f"/uploads/{batch.pk}/").content.decode()


def test_the_true_time_of_one_photo_tells_the_shift(batch: Upload, guest: Client) -> None:
    dated(batch)
    dated(batch, TAKEN + timedelta(days=3))
    page = guest.get(f"/uploads/{batch.pk}/clock", {"moment": "2021-03-01T00:00:05"})
    assert "2 photos would be 394 days 30 minutes 5 seconds later" in page.content.decode()
    earlier = guest.get(f"/uploads/{batch.pk}/clock", {"moment": "2020-01-31T22:30"})
    assert "2 photos would be 1 hour earlier" in earlier.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        {"moment": "yesterday"},
        {"moment": "2021-13-01T00:00"},
        {"moment": ""},
        {"direction": "later", "days": "x", "hours": "0", "minutes": "0"},
        {"direction": "later", "days": "99999999", "hours": "0", "minutes": "0"},
        {"direction": "sideways", "days": "1", "hours": "0", "minutes": "0"},
    ],
)
def test_a_shift_that_makes_no_sense_moves_nothing(
    batch: Upload, guest: Client, query: dict[str, str]
) -> None:
    photo = dated(batch)
    assert "would be" not in guest.get(f"/uploads/{batch.pk}/clock", query).content.decode()
    guest.post(f"/uploads/{batch.pk}/clock", query)
    photo.refresh_from_db()
    assert photo.taken_at == TAKEN


# --- Places and times -----------------------------------------------------------------------------


def test_the_place_of_an_upload_is_for_photos_that_tell_none(batch: Upload, guest: Client) -> None:
    without = taken(batch)
    own = taken(batch, latitude=1.0, longitude=2.0, recorded_latitude=1.0, recorded_longitude=2.0)
    guest.post(f"/uploads/{batch.pk}/place", {"latitude": "-33.5", "longitude": "18.25"})
    without.refresh_from_db()
    own.refresh_from_db()
    assert (without.latitude, without.longitude, without.place_corrected) == (-33.5, 18.25, True)
    assert (own.latitude, own.place_corrected) == (1.0, False)


@pytest.mark.parametrize(
    "place",
    [
        {"latitude": "91", "longitude": "0"},
        {"latitude": "0", "longitude": "-181"},
        {"latitude": "1", "longitude": ""},
        {"latitude": "nan", "longitude": "1"},
    ],
)
def test_an_impossible_place_is_not_kept(
    batch: Upload, guest: Client, place: dict[str, str]
) -> None:
    photo = taken(batch)
    answer = guest.post(f"/uploads/{batch.pk}/place", place)
    assert answer.status_code == 200
    assert "set__error" in answer.content.decode() or "message--error" in answer.content.decode()
    guest.post(f"/photos/{photo.pk}/origin", place)
    photo.refresh_from_db()
    assert (photo.latitude, photo.longitude, photo.place_corrected) == (None, None, False)


def test_time_and_place_of_a_photo_are_shown_with_a_map(
    batch: Upload, guest: Client, taxa: Any
) -> None:
    photo = dated(
        batch, utc_offset=120, latitude=-33.51, longitude=18.25, camera_make="RECONYX",
        camera_model="Reconyx HC600",
    )  # fmt: skip
    page = guest.get(f"/photos/{photo.pk}/").content.decode()
    for words in ("Jan. 31, 2020, 11:30 p.m.", "UTC+02:00", "33.51000° S, 18.25000° E", "HC600"):
        assert words in page
    assert '"latitude": -33.51' in page
    assert f"/uploads/{batch.pk}/" in page
    assert "corrected" not in page


def test_what_a_person_says_holds_and_the_camera_can_have_its_word_again(
    batch: Upload, guest: Client
) -> None:
    photo = dated(batch, utc_offset=120)
    url = f"/photos/{photo.pk}/origin"
    guest.post(
        url, {"taken_at": "2021-05-06T07:08", "utc_offset": "", "latitude": "", "longitude": ""}
    )
    photo.refresh_from_db()
    assert (photo.taken_at, photo.utc_offset) == (datetime(2021, 5, 6, 7, 8, tzinfo=UTC), None)
    assert (photo.time_corrected, photo.place_corrected) == (True, False)
    assert "the camera wrote Jan. 31, 2020" in guest.get(f"/photos/{photo.pk}/").content.decode()
    guest.post(url, {"forget": "1"})
    photo.refresh_from_db()
    assert (photo.taken_at, photo.time_corrected) == (TAKEN, False)


def test_what_nobody_touched_still_follows_the_camera(batch: Upload, guest: Client) -> None:
    photo = dated(batch, TAKEN + timedelta(seconds=7))
    guest.post(
        f"/photos/{photo.pk}/origin",
        {"taken_at": "2020-01-31T23:30:07", "utc_offset": "", "latitude": "1", "longitude": "2"},
    )
    photo.refresh_from_db()
    assert (photo.time_corrected, photo.place_corrected) == (False, True)


def test_strangers_correct_nothing(batch: Upload) -> None:
    photo = dated(batch)
    other = as_guest("another")
    assert (
        other.post(f"/photos/{photo.pk}/origin", {"latitude": "1", "longitude": "2"}).status_code
        == 404
    )
