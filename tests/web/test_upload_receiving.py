"""What the script of the upload asks, and what it is answered."""

import hashlib
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from tests.images import saved, scene
from tests.web.conftest import as_guest
from wildlife.identifications import unpacking
from wildlife.photos import arrivals
from wildlife.photos.models import Photo, Upload, UploadItem

FILES = [
    {"key": f"DCIM/{number}.jpg\n100\n7", "path": f"DCIM/{number}.jpg", "size": 100}
    for number in range(3)
]


@pytest.fixture(autouse=True)
def quiet(dispatched: list[int]) -> list[int]:
    return dispatched


def ask(client: Client, url: str, **body: object) -> Any:
    return client.post(url, body, content_type="application/json")


def begun(client: Client, files: list[dict[str, object]] = FILES) -> dict[str, Any]:
    answer = ask(client, "/uploads/", files=files)
    assert answer.status_code == 200
    told: dict[str, Any] = answer.json()
    return told


def send(client: Client, told: dict[str, Any], at: int, data: bytes) -> Any:
    file = SimpleUploadedFile("x.jpg", data)
    return client.post(told["urls"]["file"], {"item": told["items"][at]["id"], "file": file})


def test_files_are_announced_checked_and_sent(guest: Client, quiet: list[int]) -> None:
    told = begun(guest)
    assert [item["state"] for item in told["items"]] == ["expected"] * 3
    data = saved(scene())
    sent = send(guest, told, 0, data)
    photo = Photo.objects.get()
    assert sent.json() == {
        "id": told["items"][0]["id"],
        "state": "taken",
        "problem": "",
        "url": f"/photos/{photo.pk}/",
        "archive": False,
        "parts": 0,
    }
    assert (photo.guest, photo.upload, photo.filename) == ("a-guest", Upload.objects.get(), "x.jpg")
    assert quiet == [1]
    item = told["items"][1]["id"]
    known = ask(guest, told["urls"]["check"], hashes={item: hashlib.sha256(data).hexdigest()})
    assert [(one["id"], one["state"]) for one in known.json()["items"]] == [(item, "known")]
    refused = send(guest, told, 2, b"no photo").json()
    assert refused["state"] == "refused"
    assert refused["problem"].endswith(".")


def test_an_answer_that_was_lost_is_given_again(guest: Client, quiet: list[int]) -> None:
    told = begun(guest)
    first, second = (send(guest, told, 0, saved(scene())).json() for _ in range(2))
    assert first == second
    assert Photo.objects.count() == 1
    assert quiet == [1]


def test_the_same_files_go_on_with_their_upload(guest: Client) -> None:
    told = begun(guest)
    send(guest, told, 0, saved(scene()))
    again = begun(guest)
    assert again["urls"] == told["urls"]
    assert [item["state"] for item in again["items"]] == ["taken", "expected", "expected"]
    more = ask(guest, told["urls"]["announce"], files=[{**FILES[0], "key": "other"}])
    assert len(more.json()["items"]) == 1
    assert UploadItem.objects.count() == 4


def test_a_user_owns_what_they_upload(client: Client, django_user_model: type[User]) -> None:
    ada = django_user_model.objects.create_user("ada")
    client.force_login(ada)
    send(client, begun(client), 0, saved(scene()))
    assert (Photo.objects.get().owner, Photo.objects.get().guest) == (ada, "")
    assert (Upload.objects.get().owner, Upload.objects.get().guest) == (ada, "")


def test_nobody_adds_to_or_learns_of_anothers_upload(
    guest: Client, django_user_model: type[User]
) -> None:
    told = begun(guest)
    data = saved(scene())
    send(guest, told, 0, data)
    staff = Client()
    staff.force_login(django_user_model.objects.create_user("boss", is_staff=True))
    for other in (as_guest("another"), staff):
        assert send(other, told, 1, data).status_code == 404
        assert ask(other, told["urls"]["announce"], files=FILES).status_code == 404
        hashes = {told["items"][1]["id"]: hashlib.sha256(data).hexdigest()}
        assert ask(other, told["urls"]["check"], hashes=hashes).status_code == 404
        theirs = begun(other)
        mine = {theirs["items"][0]["id"]: hashlib.sha256(data).hexdigest()}
        assert ask(other, theirs["urls"]["check"], hashes=mine).json() == {"items": []}


def test_a_limit_says_how_long_to_wait(guest: Client, settings: Settings) -> None:
    settings.RATE_GUEST_UPLOADS = "1/h"
    told = begun(guest)
    send(guest, told, 0, saved(scene()))
    answer = send(guest, told, 1, saved(scene(65)))
    assert answer.status_code == 429
    assert 0 < answer.json()["wait"] <= 3600
    assert answer["Retry-After"] == str(answer.json()["wait"])
    assert UploadItem.objects.filter(state="expected").count() == 2


def test_where_there_is_no_room_the_file_may_come_later(guest: Client, settings: Settings) -> None:
    settings.GUEST_QUOTA_BYTES = 10
    answer = send(guest, begun(guest), 0, saved(scene()))
    assert answer.status_code == 409
    assert "Delete some" in answer.json()["sentence"]
    assert UploadItem.objects.filter(state="expected").count() == 3


def test_a_full_upload_says_so(guest: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrivals, "MOST_ITEMS", 2)
    answer = ask(guest, "/uploads/", files=FILES)
    assert (answer.status_code, "up to 2 files" in answer.json()["sentence"]) == (409, True)


def test_an_archive_comes_in_parts(guest: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[int] = []
    monkeypatch.setattr(unpacking, "send", sent.append)
    monkeypatch.setattr(arrivals, "PART_BYTES", 10)
    told = begun(guest, [{"key": "a", "path": "a.zip", "size": 15}])
    item = told["items"][0]
    assert item["archive"]

    def part(number: int, size: int) -> Any:
        file = SimpleUploadedFile("part", b"x" * size)
        fields = {"item": item["id"], "number": number, "file": file}
        return guest.post(told["urls"]["part"], fields)

    assert part(1, 5).status_code == 400
    assert part(0, 10).json()["parts"] == part(0, 10).json()["parts"] == 1
    assert begun(guest, [{"key": "a", "path": "a.zip", "size": 15}])["items"][0]["parts"] == 1
    assert part(1, 5).json()["state"] == "unpacking"
    assert part(1, 5).json()["state"] == "unpacking"
    assert sent == [item["id"]]
    assert send(guest, told, 0, saved(scene())).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"files": []}',
        b'{"files": [{"key": "", "path": "", "size": 1}]}',
        b'{"files": [{"key": "a", "path": "a", "size": -1}]}',
        b'{"files": [{"key": "a", "path": "a", "size": 1e99}]}',
        b'{"files": "' + b"x" * 100 + b'"}',
    ],
)
def test_nonsense_is_a_bad_request(guest: Client, body: bytes) -> None:
    answer = guest.post("/uploads/", body, content_type="application/json")
    assert answer.status_code == 400
    assert not Upload.objects.exists()


def test_other_sites_cannot_begin_uploads(db: None) -> None:
    browser = Client(enforce_csrf_checks=True)
    assert ask(browser, "/uploads/", files=FILES).status_code == 403


def test_many_files_take_few_queries(
    guest: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    files = [{"key": str(number), "path": "a.jpg", "size": 1} for number in range(500)]
    with django_assert_max_num_queries(14):
        told = begun(guest, files)
    assert len(told["items"]) == 500
    hashes = {item["id"]: "0" * 64 for item in told["items"]}
    with django_assert_max_num_queries(6):
        assert ask(guest, told["urls"]["check"], hashes=hashes).json() == {"items": []}
    with django_assert_max_num_queries(16):
        send(guest, told, 0, saved(scene()))
