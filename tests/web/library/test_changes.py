"""Many photos are changed at once: those that are chosen, and back where that is possible."""

from types import SimpleNamespace

import pytest
from django.core.files.storage import default_storage
from django.test import Client

from tests.web.conftest import as_guest
from wildlife.library import jobs
from wildlife.library.models import Job, Tag, Tagged
from wildlife.photos.models import Photo


def change(client: Client, action: str, *photos: Photo, **more: str):
    data = {"action": action, "photo": [str(one.pk) for one in photos], **more}
    response = client.post("/library/change", data, follow=True)
    assert response.status_code == 200
    return response


def labelled(name: str = "waterhole") -> set[str]:
    return set(Tagged.objects.filter(tag__name=name).values_list("photo__filename", flat=True))


def test_a_label_is_put_on_and_taken_off_and_each_is_undone(
    photos: SimpleNamespace, guest: Client
) -> None:
    page = change(guest, "tag", photos.lion, photos.both, tag=" waterhole ")
    assert labelled() == {"lion.jpg", "both.jpg"}
    assert "2 photos labelled “waterhole”." in page.content.decode()

    change(guest, "tag", photos.lion, photos.elephant, tag="waterhole")
    assert Tag.objects.count() == 1
    later = Job.objects.first()
    assert later is not None
    assert (later.changed, later.passed_over) == (1, 1)
    guest.post(f"/library/jobs/{later.pk}/undo")
    assert labelled() == {"lion.jpg", "both.jpg"}

    change(guest, "untag", photos.lion, photos.elephant, tag="waterhole")
    assert labelled() == {"both.jpg"}
    removal = Job.objects.first()
    assert removal is not None
    guest.post(f"/library/jobs/{removal.pk}/undo")
    assert labelled() == {"lion.jpg", "both.jpg"}
    guest.post(f"/library/jobs/{removal.pk}/undo")
    assert labelled() == {"lion.jpg", "both.jpg"}


def test_nobody_changes_or_undoes_what_is_somebody_elses(
    photos: SimpleNamespace, guest: Client
) -> None:
    change(guest, "tag", photos.other, photos.lion, tag="mine")
    assert labelled("mine") == {"lion.jpg"}
    job = Job.objects.get()
    stranger = as_guest("somebody-else")
    assert stranger.post(f"/library/jobs/{job.pk}/undo").status_code == 404
    assert "labelled" not in stranger.get(f"/library/jobs/{job.pk}").content.decode()
    change(guest, "delete", photos.other, sure="1")
    assert Photo.objects.filter(pk=photos.other.pk).exists()


def test_deleting_asks_first_and_then_takes_files_too(
    photos: SimpleNamespace, guest: Client, django_capture_on_commit_callbacks
) -> None:
    page = change(guest, "delete", photos.lion, photos.both).content.decode()
    assert "2 photos" in page
    assert "cannot be undone" in page
    assert Photo.objects.filter(pk=photos.lion.pk).exists()

    with django_capture_on_commit_callbacks(execute=True):
        change(guest, "delete", photos.lion, photos.both, sure="1")
    assert not Photo.objects.filter(pk__in=[photos.lion.pk, photos.both.pk]).exists()
    assert not default_storage.exists(str(photos.lion.original.name))
    assert Photo.objects.count() == 8


def test_what_is_being_looked_at_is_left_out_and_told(
    photos: SimpleNamespace, guest: Client
) -> None:
    Photo.objects.filter(pk=photos.waiting.pk).update(state="running")
    page = change(guest, "delete", photos.waiting, photos.lion, sure="1").content.decode()
    assert "1 photo deleted." in page
    assert "1 is being looked at just now" in page
    assert Photo.objects.filter(pk=photos.waiting.pk).exists()


def test_identifying_again_lets_photos_wait_as_bulk(
    photos: SimpleNamespace, guest: Client, dispatches: list[int]
) -> None:
    change(guest, "again", photos.lion, photos.failed, photos.waiting)
    for photo in (photos.lion, photos.failed):
        photo.refresh_from_db()
        assert (photo.state, photo.failure, photo.priority) == ("waiting", "", 1)
    assert dispatches == [1]


def test_all_that_match_are_left_to_workers_portion_by_portion(
    photos: SimpleNamespace, guest: Client, sent: list[str], monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks,
) -> None:  # fmt: skip
    """Photos that arrive later are not meant, and each portion goes on where the last ended."""
    with django_capture_on_commit_callbacks(execute=True):
        change(guest, "tag", query="?taxon=felidae", everything="1", tag="cats")
    job = Job.objects.get()
    assert sent == [str(job.pk)]
    assert labelled("cats") == set()

    monkeypatch.setattr(jobs, "PORTION", 1)
    monkeypatch.setattr(jobs, "SECONDS", -1.0)
    late = Photo.objects.get(pk=photos.family.pk)
    Photo.objects.filter(pk=late.pk).update(received_at=job.started_at.replace(year=2100))
    jobs.go_on(job.pk)
    assert labelled("cats") == {"both.jpg"}
    assert len(sent) == 2
    assert "Still working" in guest.get(f"/library/jobs/{job.pk}").content.decode()
    while Job.objects.get().state == Job.State.RUNNING:
        jobs.go_on(job.pk)
    assert labelled("cats") == {"both.jpg", "lion.jpg"}
    jobs.undo(Job.objects.get())
    assert labelled("cats") == set()


def test_all_of_one_reader_are_never_all_there_are(
    photos: SimpleNamespace, guest: Client, sent: list[str]
) -> None:
    change(guest, "delete", query="", everything="1", sure="1")
    jobs.go_on(Job.objects.get().pk)
    assert [row.filename for row in Photo.objects.all()] == ["other.jpg"]


def test_a_job_that_got_stuck_is_sent_again(photos: SimpleNamespace, sent: list[str]) -> None:
    job = Job.objects.create(guest="a-guest", action="again", all_matching=True)
    jobs.tend()
    assert sent == []
    Job.objects.update(alive_at=job.alive_at - 2 * jobs.STALE_AFTER)
    jobs.tend()
    assert sent == [str(job.pk)]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"action": "delete", "sure": "1"}, "No photo is chosen."),
        ({"action": "csv"}, "No photo is chosen."),
        ({"action": "tag", "everything": "1", "tag": " "}, "Type the label first."),
        ({"action": "untag", "everything": "1", "tag": "unknown"}, "Type the label first."),
    ],
)
def test_what_is_missing_is_said_and_nothing_happens(
    photos: SimpleNamespace, guest: Client, data: dict, sentence: str
) -> None:
    page = guest.post("/library/change", data, follow=True)
    assert sentence in page.content.decode()
    assert not Job.objects.exists()
    assert Photo.objects.count() == 10


def test_an_unknown_action_is_not_found(photos: SimpleNamespace, guest: Client) -> None:
    data = {"action": "paint", "everything": "1"}
    assert guest.post("/library/change", data).status_code == 404
