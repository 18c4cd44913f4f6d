"""Uploading by the API: one file, many files, and files that cannot be taken."""

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings
from rest_framework.response import Response
from rest_framework.test import APIClient

from tests.api.conftest import bearer
from tests.images import bomb, saved, scene
from tests.photos.build import files_in, upload
from wildlife.photos.models import Photo

URL = "/api/v1/photos"


def post(client: APIClient, *files: object, query: str = "", **extra: object) -> Response:
    return client.post(URL + query, {"photo": list(files)}, format="multipart", **extra)


def test_one_photo_is_accepted_with_the_place_of_its_result(
    client: APIClient, dispatched: list[str]
) -> None:
    response = post(client, upload())
    photo = Photo.objects.get()
    assert response.status_code == 202
    assert response["Location"] == f"http://testserver/api/v1/photos/{photo.pk}"
    assert int(response["Retry-After"]) >= 1
    assert response.json()["id"] == str(photo.pk)
    assert response.json()["url"] == response["Location"]
    assert response.json()["state"] == "waiting"
    assert dispatched == ["dispatched"]
    assert client.get(response["Location"]).json()["state"] == "waiting"


@pytest.mark.parametrize(
    ("query", "priority"), [("", 1), ("?priority=bulk", 1), ("?priority=interactive", 0)]
)
def test_uploads_are_bulk_unless_said_otherwise(
    client: APIClient, query: str, priority: int
) -> None:
    post(client, upload(), query=query)
    assert Photo.objects.get().priority == priority


def test_an_unknown_priority_is_a_problem(client: APIClient, media: Path) -> None:
    response = post(client, upload(), query="?priority=urgent")
    assert response.status_code == 400
    assert "priority" in response.json()["errors"]
    assert files_in(media) == []


def test_a_guest_gets_a_session_that_alone_opens_the_photo(
    client: APIClient, settings: Settings
) -> None:
    response = post(client, upload())
    assert response.cookies[settings.SESSION_COOKIE_NAME]["httponly"]
    assert Photo.objects.get().guest == client.session["guest"]
    assert client.get(response["Location"]).status_code == 200


def test_a_token_makes_the_user_the_owner_without_a_session(ann: User) -> None:
    client = APIClient(**bearer(ann))
    response = post(client, upload())
    assert response.status_code == 202
    assert (Photo.objects.get().owner, Photo.objects.get().guest) == (ann, "")
    assert not response.cookies


def test_a_wrong_token_is_a_problem(client: APIClient) -> None:
    response = post(client, upload(), HTTP_AUTHORIZATION="Token wrong")
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Bearer"
    assert response["Content-Type"] == "application/problem+json"


def test_a_signed_in_user_must_send_the_csrf_token(ann: User) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.login(username="ann", password="secret")
    assert post(client, upload()).status_code == 403
    assert not Photo.objects.exists()


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://elsewhere.example", 403),
        ("null", 403),
        ("http://testserver", 202),
        ("https://trusted.example", 202),
    ],
)
def test_other_web_sites_cannot_upload_through_a_guests_browser(
    client: APIClient, settings: Settings, origin: str, status: int
) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://trusted.example"]
    response = post(client, upload(), HTTP_ORIGIN=origin)
    assert response.status_code == status
    assert (settings.SESSION_COOKIE_NAME in response.cookies) == (status == 202)


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"", 400, "empty"),
        (b"%PDF-1.7", 415, "not_an_image"),
        (bomb(), 422, "too_many_pixels"),
        (saved(scene())[:40], 422, "cut_short"),
    ],
)
def test_a_file_that_is_refused_is_a_problem(
    client: APIClient, dispatched: list[str], data: bytes, status: int, code: str
) -> None:
    response = post(client, upload(data))
    assert response.status_code == response.json()["status"] == status
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == code
    assert response.json()["detail"].endswith(".")
    assert response.json()["instance"] == URL
    assert dispatched == []


def test_a_file_that_is_too_large_is_a_problem(client: APIClient, settings: Settings) -> None:
    settings.MAX_UPLOAD_BYTES = 100
    response = post(client, upload())
    assert (response.status_code, response.json()["code"]) == (413, "too_large")


def test_many_files_are_taken_and_refused_each_on_its_own(
    client: APIClient, dispatched: list[str]
) -> None:
    files = [
        upload(),
        upload(b"hello", "../notes.txt"),
        upload(saved(scene(70, 50)), "two.jpg"),
        upload(name="again.jpg"),
    ]
    response = post(client, *files)
    body = response.json()
    first, refused, second, again = body["items"]
    assert response.status_code == 207
    assert (body["accepted"], body["refused"]) == (3, 1)
    assert [item["status"] for item in body["items"]] == [202, 415, 202, 202]
    assert refused["filename"] == "notes.txt"
    assert refused["photo"] is None
    assert refused["problem"]["code"] == "not_an_image"
    assert first["problem"] is second["problem"] is None
    assert again["photo"]["id"] == first["photo"]["id"] != second["photo"]["id"]
    assert Photo.objects.count() == 2
    assert dispatched == ["dispatched"]


def test_nothing_is_dispatched_where_nothing_was_taken(
    client: APIClient, dispatched: list[str]
) -> None:
    assert post(client, upload(b"a"), upload(b"b")).json()["accepted"] == 0
    assert dispatched == []


def test_too_many_files_are_a_problem(client: APIClient, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 2
    response = post(client, upload(), upload(), upload())
    assert (response.status_code, response.json()["code"]) == (413, "too_large")
    assert "up to 2 files" in response.json()["detail"]


def test_a_photo_that_is_finished_is_answered_at_once(client: APIClient) -> None:
    first = post(client, upload())
    Photo.objects.update(state="done")
    again = post(client, upload())
    assert again.status_code == 200
    assert again.json()["id"] == first.json()["id"]
    assert "Retry-After" not in again


def test_nobody_learns_what_others_have(client: APIClient) -> None:
    post(client, upload())
    Photo.objects.update(state="done")
    other = post(APIClient(), upload())
    assert (other.status_code, other.json()["state"]) == (202, "waiting")
    assert Photo.objects.count() == 2


def test_a_photo_that_failed_waits_again(client: APIClient) -> None:
    post(client, upload())
    Photo.objects.update(state="failed", failure="No.")
    response = post(client, upload())
    assert (response.status_code, response.json()["state"]) == (202, "waiting")
