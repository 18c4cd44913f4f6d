"""Uploads of many files by programs."""

import io
import zipfile
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries, Settings
from rest_framework.test import APIClient

from tests.api.conftest import bearer
from tests.images import bomb, saved, scene
from tests.photos.build import files_in, upload
from wildlife.api import upload_items, uploads
from wildlife.identifications import fetches, unpacking
from wildlife.photos import fetching
from wildlife.photos.models import Photo, Upload, UploadItem
from wildlife.projects import services
from wildlife.projects.models import Deployment

URL = "/api/v1/uploads"


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Takes the place of the broker, and gets what a worker would be asked for."""
    asked: list[Any] = []
    monkeypatch.setattr(unpacking, "send", asked.append)
    monkeypatch.setattr(fetches, "send", asked.append)
    for module in (upload_items, uploads, unpacking, fetches):
        monkeypatch.setattr(module, "dispatch", lambda: None)
    return asked


@pytest.fixture
def batch(client: APIClient) -> str:
    """The address of an upload of a guest's."""
    response = client.post(URL, {}, format="json")
    assert response.status_code == 201
    return str(response["Location"]).removeprefix("http://testserver")


def picture(number: int = 0) -> bytes:
    return saved(scene(60 + number, 48))


def packed(files: dict[str, bytes]) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return kept.getvalue()


def add(client: APIClient, batch: str, *files: tuple[str, bytes]) -> list[dict[str, Any]]:
    some = [upload(data, name) for name, data in files]
    response = client.post(f"{batch}/files", {"file": some}, format="multipart")
    assert response.status_code == 207, response.content
    items: list[dict[str, Any]] = response.json()["items"]
    return items


def unpack(items: list[dict[str, Any]]) -> None:
    for item in items:
        unpacking.go_on(item["id"])


def test_files_are_added_and_told_each_on_its_own(client: APIClient, batch: str) -> None:
    items = add(
        client,
        batch,
        ("a.jpg", picture()),
        ("empty.jpg", b""),
        ("notes.jpg", b"hello"),
        ("cut.jpg", picture()[:40]),
        ("huge.jpg", bomb()),
        ("../../etc/passwd.jpg", picture(1)),
        ("/absolute/b.jpg", picture(2)),
        ("相机/陷阱 é.jpg", picture(3)),
        ("again.jpg", picture()),
    )
    told = [(one["state"], one["problem"] and one["problem"]["code"]) for one in items]
    assert told == [
        ("taken", None),
        ("refused", "empty"),
        ("refused", "not_an_image"),
        ("refused", "cut_short"),
        ("refused", "too_many_pixels"),
        ("taken", None),
        ("taken", None),
        ("taken", None),
        ("known", None),
    ]
    assert items[0]["photo"] == items[8]["photo"]
    assert client.get(items[0]["photo"]).json()["upload"] == batch.rpartition("/")[2]
    paths = [one["path"] for one in items]
    assert not any(".." in path or path.startswith("/") for path in paths)
    assert paths[7].endswith("陷阱 é.jpg")
    assert Photo.objects.count() == 4


def test_the_same_file_is_one_item_however_often_it_is_sent(client: APIClient, batch: str) -> None:
    first = add(client, batch, ("a.jpg", picture()))
    again = add(client, batch, ("a.jpg", picture()))
    assert again == first
    assert client.get(batch).json()["counts"]["total"] == 1


def test_an_archive_is_unpacked_with_what_is_bad_in_it_left_out(
    client: APIClient, batch: str, sent: list[Any], media: Path
) -> None:
    data = packed(
        {
            "a.jpg": picture(),
            "../climbs.jpg": picture(1),
            "/absolute.jpg": picture(2),
            "注.txt": b"words",
            "bomb.jpg": b"\xff\xd8\xff" + bytes(20_000_000),
            "相机/b.jpg": picture(3),
        }
    )
    (archive,) = items = add(client, batch, ("card.zip", data))
    assert (archive["state"], sent) == ("unpacking", [archive["id"]])
    unpack(items)
    told = client.get(f"{batch}/items?problem=true").json()["results"]
    assert {one["path"].rpartition("/")[2]: one["problem"]["code"] for one in told} == {
        "climbs.jpg": "bad_name",
        "absolute.jpg": "bad_name",
        "注.txt": "not_an_image",
        "bomb.jpg": "bomb",
    }
    assert client.get(batch).json()["counts"]["taken"] == 2
    assert len(files_in(media)) == 2, "photos, and nothing of the archive"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (packed({"a.jpg": picture()})[:-30], "damaged"),
        (b"PK\x03\x04 no archive", "damaged"),
        (b"", "empty"),
        (packed({}), "empty"),
    ],
)
def test_a_bad_archive_is_refused_and_what_is_beside_it_taken(
    client: APIClient, batch: str, data: bytes, code: str
) -> None:
    items = add(client, batch, ("bad.zip", data), ("a.jpg", picture()))
    unpack(items[:1])
    refused, taken = client.get(f"{batch}/items").json()["results"]
    assert refused["problem"]["code"] == code
    assert taken["state"] == "taken"


def test_hashes_are_asked_of_the_own_photos_alone(client: APIClient, batch: str, ann: User) -> None:
    (item,) = add(client, batch, ("a.jpg", picture()))
    mine = Photo.objects.get().sha256
    body = {"sha256": [mine, "0" * 64, mine]}
    told = client.post(f"{batch}/check", body, format="json").json()
    assert told == {"known": [{"sha256": mine, "photo": item["photo"]}], "missing": ["0" * 64]}
    other = APIClient(**bearer(ann))
    theirs = other.post(URL, {}, format="json")["Location"]
    assert other.post(f"{theirs}/check", body, format="json").json()["known"] == []


def test_addresses_are_fetched_by_a_worker(
    client: APIClient, batch: str, sent: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    urls = ["https://photos.example/a.jpg", "ftp://photos.example/b.jpg", "http://10.0.0.1/c.jpg"]
    response = client.post(f"{batch}/addresses", {"urls": urls}, format="json")
    assert response.status_code == 202
    assert [one["state"] for one in response.json()["items"]] == ["fetching", "refused", "fetching"]
    assert sent == [UUID(batch.rpartition("/")[2])]

    public = fetching.target_of

    def target(url: str) -> Any:
        if "photos.example" in url:
            raise fetching.PhotoRefused("It is away.", "unreachable")
        return public(url)

    monkeypatch.setattr(fetching, "target_of", target)
    fetches.go_on(sent[0])
    told = client.get(f"{batch}/items").json()["results"]
    codes = [one["problem"]["code"] for one in told]
    assert codes == ["unreachable", "bad_address", "private"]

    response = client.post(f"{batch}/retry").json()
    assert response["changed"] == 1
    assert response["upload"]["counts"]["fetching"] == 1


def test_progress_counts_and_never_runs_backwards(client: APIClient, batch: str) -> None:
    add(client, batch, ("a.jpg", picture()), ("b.jpg", picture(1)), ("c.jpg", b"x"))
    told = client.get(batch).json()
    assert (told["counts"]["total"], told["counts"]["waiting"]) == (3, 2)
    assert (told["finished"], told["seconds_left"], told["reached"]) == (False, None, 0.3333)
    Photo.objects.update(state="failed")
    assert client.get(batch).json()["reached"] == 1.0
    assert client.get(batch).json()["finished"]
    retried = client.post(f"{batch}/retry").json()
    assert retried["changed"] == 2
    assert (retried["upload"]["reached"], retried["upload"]["finished"]) == (1.0, False)
    assert set(Photo.objects.values_list("state", flat=True)) == {"waiting"}


def test_only_what_failed_is_tried_again(client: APIClient, batch: str) -> None:
    items = add(client, batch, ("a.jpg", picture()), ("b.jpg", picture(1)))
    failed = UploadItem.objects.get(pk=items[0]["id"]).photo
    Photo.objects.update(state="done")
    Photo.objects.filter(pk=failed.pk).update(state="failed")
    assert client.post(f"{batch}/retry").json()["changed"] == 1
    failed.refresh_from_db()
    assert failed.state == "waiting"


def test_a_closed_upload_takes_no_more(client: APIClient, batch: str) -> None:
    assert client.post(f"{batch}/close").json()["closed_at"]
    for response in (
        client.post(f"{batch}/files", {"file": upload()}, format="multipart"),
        client.post(f"{batch}/addresses", {"urls": ["http://a.example/"]}, format="json"),
    ):
        assert (response.status_code, response.json()["code"]) == (409, "closed")
    assert not UploadItem.objects.exists()


def test_what_is_not_here_yet_is_given_up_when_cancelled(client: APIClient, batch: str) -> None:
    add(client, batch, ("a.jpg", picture()), ("card.zip", packed({"b.jpg": picture(1)})))
    client.post(f"{batch}/addresses", {"urls": ["http://a.example/"]}, format="json")
    told = client.post(f"{batch}/cancel").json()
    assert told["changed"] == 2
    counts = told["upload"]["counts"]
    assert (counts["taken"], counts["refused"], counts["fetching"]) == (1, 2, 0)
    assert told["upload"]["cancelled_at"]
    fetches.go_on(UUID(batch.rpartition("/")[2]))
    unpack([{"id": UploadItem.objects.get(is_archive=True).pk}])
    assert Photo.objects.count() == 1
    assert client.post(f"{batch}/retry").status_code == 409


def test_a_file_without_room_stays_expected(
    client: APIClient, batch: str, settings: Settings
) -> None:
    settings.GUEST_QUOTA_BYTES = 10
    (item,) = add(client, batch, ("a.jpg", picture()))
    assert (item["state"], item["problem"]["code"]) == ("expected", "quota")
    settings.GUEST_QUOTA_BYTES = 0
    assert add(client, batch, ("a.jpg", picture()))[0]["state"] == "taken"


def test_files_beyond_a_guests_limit_stay_expected_and_the_others_are_taken(
    client: APIClient, batch: str, settings: Settings
) -> None:
    settings.RATE_GUEST_UPLOADS = "2/h"
    files = [(f"{number}.jpg", picture(number)) for number in range(3)]
    settled = [*add(client, batch, files[0]), *add(client, batch, files[0])]
    assert [one["state"] for one in settled] == ["taken", "taken"]
    told = add(client, batch, *files)
    assert [one["state"] for one in told] == ["taken", "taken", "expected"]
    assert told[2]["problem"]["code"] == "too_many"
    assert told[2]["problem"]["retry_after"] > 0
    settings.RATE_GUEST_UPLOADS = ""
    assert [one["state"] for one in add(client, batch, *files)] == ["taken"] * 3
    assert Photo.objects.count() == 3


def test_others_uploads_are_not_there(batch: str, ann: User) -> None:
    other = APIClient(**bearer(ann))
    assert other.get(batch).status_code == 404
    assert other.get(f"{batch}/items").status_code == 404
    for action in ("close", "cancel", "retry"):
        assert other.post(f"{batch}/{action}").status_code == 404
    assert Upload.objects.get().closed_at is None


def test_many_files_cost_no_more_queries_to_read(
    client: APIClient, batch: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    add(client, batch, *((f"{n}.jpg", picture(n)) for n in range(8)))
    client.get(batch)
    with django_assert_num_queries(4):
        client.get(batch)
    with django_assert_num_queries(3):
        assert len(client.get(f"{batch}/items").json()["results"]) == 8


def test_photos_come_to_the_deployment_that_an_upload_is_opened_for(
    client: APIClient, ann: User, sent: list[Any]
) -> None:
    mara, other = (services.create(ann, name) for name in ("Mara", "Kruger"))
    ford, pan = (
        Deployment.objects.create(project=project, name=name)
        for project, name in ((mara, "ford"), (other, "pan"))
    )
    client.credentials(**bearer(ann))
    for wrong in ({"deployment": ford.pk}, {"project": "mara", "deployment": pan.pk}):
        refused = client.post(URL, wrong, format="json")
        assert (refused.status_code, list(refused.json()["errors"])) == (400, ["deployment"])
    opened = client.post(URL, {"project": "mara", "deployment": ford.pk}, format="json").json()
    assert opened["deployment"] == str(ford.pk)
    add(client, opened["url"], ("a.jpg", picture()))
    assert Photo.objects.get().deployment == ford


def test_files_keep_the_folders_that_they_lay_in(client: APIClient, batch: str) -> None:
    some = [upload(picture(number), "a.jpg") for number in range(2)]
    paths = ["card/100/a.jpg", "../101/a.jpg"]
    sent = client.post(f"{batch}/files", {"file": some, "path": paths}, format="multipart")
    assert [item["path"] for item in sent.json()["items"]] == ["card/100/a.jpg", "101/a.jpg"]
    short = client.post(f"{batch}/files", {"file": some, "path": "a"}, format="multipart")
    assert (short.status_code, list(short.json()["errors"])) == (400, ["path"])
