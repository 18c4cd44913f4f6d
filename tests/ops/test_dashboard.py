"""The staff's dashboard: figures from stored rows, trying again, and who may look."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from redis.exceptions import ConnectionError as RedisAway

from tests.web import builders
from wildlife.identifications.models import Identification, Run, StepResult
from wildlife.ops.dashboard import charts, machines, reading, views
from wildlife.photos.models import Photo

PAGE, LIVE, RETRY = "/admin/operations/", "/admin/operations/live", "/admin/operations/retry"
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def place(settings, tmp_path, monkeypatch) -> list[int]:
    """Media of one test, one worker, and one entry per call of dispatch, which starts nothing."""
    settings.MEDIA_ROOT = tmp_path
    calls: list[int] = []
    monkeypatch.setattr(views, "dispatch", lambda: calls.append(1))
    monkeypatch.setattr(machines, "present", lambda: {"one@here": ["control", "detect"]})
    monkeypatch.setattr(machines, "length", lambda name: 7)
    return calls


@pytest.fixture
def staff(db: None) -> Client:
    user = User.objects.create_user("ops", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_run"))
    client = Client()
    client.force_login(user)
    return client


def steps(*rows: tuple[str, int, float]) -> Run:
    """Make a run of (step, minutes before NOW, seconds taken)."""
    made = builders.run(steps=())
    for step, minutes, seconds in rows:
        at = NOW - timedelta(minutes=minutes)
        StepResult.objects.create(
            run=made, step=step, started_at=at - timedelta(seconds=seconds), finished_at=at
        )
    return made


def test_the_backlog_counts_what_is_not_done_and_knows_the_oldest(db) -> None:
    assert reading.backlog() == reading.Backlog(0, 0, 0, None)
    for state in ("waiting", "waiting", "running", "failed", "done"):
        builders.photo(state=state)
    first = Photo.objects.filter(state="waiting").first()
    Photo.objects.filter(pk=first.pk).update(received_at=NOW, priority=1)
    assert reading.backlog() == reading.Backlog(2, 1, 1, NOW)


def test_photos_are_counted_in_the_minute_in_which_they_were_done(db) -> None:
    for minutes, photos in ((0.5, 2), (1.5, 1), (59.5, 3), (60.5, 5)):
        run = builders.run(*[builders.photo() for _ in range(photos)], steps=("fuse",))
        StepResult.objects.create(
            run=run, step="describe", finished_at=NOW - timedelta(minutes=minutes)
        )
    counts = reading.per_minute(NOW)
    assert (counts[-1], counts[-2], counts[0], sum(counts)) == (2, 1, 3, 6)


def test_latencies_are_of_each_step_by_its_release(db) -> None:
    for tenth in range(1, 21):
        steps(("expert.mammals", 1, tenth / 10), ("detect", 1, 0.05))
    StepResult.objects.filter(run=steps(("expert.mammals", 1, 9.0))).update(error="It broke.")
    steps(("detect", 1, 0.05)).results.update(finished_at=None)
    detect, mammals = reading.latencies()
    assert (detect.step, detect.release, detect.runs) == ("detect", "detector@1", 20)
    assert (mammals.release, mammals.runs, mammals.abstained) == ("mammals@3", 21, 1)
    assert mammals.median == pytest.approx(1100)
    assert mammals.slow == pytest.approx(2000)


def test_the_trend_goes_from_the_oldest_answers_to_the_newest(taxa_of_all) -> None:
    for number in range(60):
        photo = builders.photo()
        run = builders.answered(
            photo, taxa_of_all["panthera-leo"], confidence=number / 60, agreement=0.5
        )
        Run.objects.filter(pk=run.pk).update(created_at=NOW + timedelta(days=number))
    told = reading.trend()
    assert len(told) == reading.SLICES
    assert told[0].at == NOW
    assert told[0].confidence == pytest.approx((0 + 1 / 60) / 2)
    assert told[-1].confidence == pytest.approx((58 / 60 + 59 / 60) / 2)
    assert {one.agreement for one in told} == {0.5}
    Identification.objects.all().delete()
    assert reading.trend() == []


@pytest.fixture
def taxa_of_all(db):
    return builders.plant()


def test_the_charts_say_what_they_show() -> None:
    counts = [0] * 59 + [1200]
    chart = charts.speed(counts)
    assert "1,200 photos" in chart.sentence
    assert [mark.words for mark in chart.marks] == ["0 minutes ago: 1,200"]
    assert charts.speed([0] * 60).marks == ()
    one = reading.Moment(NOW, 0.5, 0.5)
    assert charts.answers([one]) is None
    assert charts.answers([one, reading.Moment(NOW, 0.9, 0.8)]).sentence.startswith("Now: 90% sure")


def test_the_page_and_its_live_part_tell_everything(staff) -> None:
    builders.photo(state="failed", failure="The file ends in the middle.", name="IMG_9.JPG")
    builders.photo(state="waiting")
    steps(("detect", 1, 0.05))
    page = staff.get(PAGE).text
    for told in ("IMG_9.JPG", "The file ends in the middle.", "one@here", "detector@1", "control"):
        assert told in page
    live = staff.get(LIVE).text
    assert "IMG_9.JPG" in live
    assert "<html" not in live


def test_without_redis_the_page_says_so(staff, monkeypatch) -> None:
    def away():
        raise RedisAway

    monkeypatch.setattr(machines, "present", away)
    page = staff.get(PAGE)
    assert page.status_code == 200
    assert "Redis does not answer" in page.text


def test_many_rows_take_no_more_queries(staff, taxa_of_all) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as told:
            assert staff.get(LIVE).status_code == 200
        return len(told)

    builders.photo(state="failed")
    builders.answered(builders.photo(), taxa_of_all["panthera-leo"])
    few = queries()
    for _ in range(6):
        builders.photo(state="failed")
        builders.answered(builders.photo(), taxa_of_all["panthera-leo"])
    assert queries() <= few <= 26


def test_one_photo_or_all_are_tried_again(staff, place) -> None:
    one, two, three = (builders.photo(state="failed", failure="x") for _ in range(3))
    done = builders.photo()
    assert staff.post(RETRY, {"photo": str(one.pk)}).headers["Location"] == PAGE
    assert waiting() == {one.pk}
    staff.post(RETRY, {"photo": str(done.pk)})
    staff.post(RETRY, {"photo": "nonsense"})
    assert (waiting(), len(place)) == ({one.pk}, 1)
    assert staff.get(RETRY).status_code == 405
    staff.post(RETRY, {"all": "1"})
    assert waiting() == {one.pk, two.pk, three.pk}
    done.refresh_from_db()
    assert (done.state, len(place)) == ("done", 2)


def waiting() -> set:
    return set(Photo.objects.filter(state="waiting").values_list("pk", flat=True))


@pytest.mark.parametrize("path", [PAGE, LIVE, RETRY])
def test_only_staff_with_the_right_come_in(db, path) -> None:
    photo = builders.photo(state="failed")
    for name, is_staff, code in (("user", False, 302), ("staff", True, 403)):
        client = Client()
        client.force_login(User.objects.create_user(name, is_staff=is_staff))
        send = client.post if path == RETRY else client.get
        assert send(path, {"photo": str(photo.pk)}).status_code == code
    assert (Client().post if path == RETRY else Client().get)(path).status_code == 302
    photo.refresh_from_db()
    assert photo.state == "failed"


def test_a_disk_that_is_nearly_full_is_told(db) -> None:
    builders.photo()
    assert machines.disk().originals == 1234567
    assert machines.Disk(100, 5, 0).is_short
    assert not machines.Disk(100, 50, 0).is_short
