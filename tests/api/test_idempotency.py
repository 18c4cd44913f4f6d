"""A write that is sent again is answered again, and not done again."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings
from rest_framework.test import APIClient

from tests.api.conftest import bearer
from tests.images import saved, scene
from tests.photos.build import upload
from wildlife.api import idempotency, upload_items, views
from wildlife.api.models import StoredAnswer
from wildlife.photos.models import Photo

URL = "/api/v1/photos"
KEY = {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}


def send(client: APIClient, width: int = 60, name: str = "a.jpg", **headers: str):
    file = upload(saved(scene(width, 48)), name)
    return client.post(URL, {"photo": file}, format="multipart", headers={**KEY, **headers})


def test_the_answer_is_the_same_and_nothing_is_done(client: APIClient) -> None:
    first = send(client)
    Photo.objects.update(state="done")
    again = send(client)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again["Location"] == first["Location"]
    assert again["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first
    assert "RateLimit" in again


@pytest.mark.parametrize(("width", "name"), [(61, "a.jpg"), (60, "b.jpg")])
def test_the_same_key_with_other_content_is_refused(
    client: APIClient, width: int, name: str
) -> None:
    send(client)
    response = send(client, width, name)
    assert (response.status_code, response.json()["code"]) == (422, "idempotency_key_reused")
    assert Photo.objects.count() == 1


def test_while_the_first_is_being_answered_the_second_waits(client: APIClient) -> None:
    send(client)
    StoredAnswer.objects.update(status=None)
    response = send(client)
    assert (response.status_code, response.json()["code"]) == (409, "being_answered")
    assert response["Retry-After"] == "1"


def test_a_key_is_its_owners_alone(client: APIClient, ann: User) -> None:
    send(client)
    assert send(APIClient(**bearer(ann)), 70).status_code == 202
    assert send(APIClient(), 71).status_code == 202


def test_a_refused_request_may_be_sent_again_with_its_key(client: APIClient) -> None:
    refused = client.post(URL, {"photo": upload(b"x")}, format="multipart", headers=KEY)
    assert refused.status_code == 415
    assert send(client).status_code == 202


def test_a_request_that_failed_leaves_its_key_free(
    client: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise RuntimeError

    client.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr(views, "dispatch", fail)
        assert send(client).status_code == 500
    assert send(client).status_code == 202


def test_a_file_that_was_put_off_is_taken_when_it_is_sent_again_with_its_key(
    client: APIClient, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setattr(upload_items, "dispatch", lambda: None)
    batch = client.post("/api/v1/uploads", {}, format="json")["Location"]

    def states(url: str, name: str) -> list[str]:
        files = [upload(saved(scene(width, 48))) for width in (60, 61)]
        answer = client.post(url, {name: files}, format="multipart", headers=KEY)
        assert answer.status_code == 207
        return [str(one.get("state", one.get("status"))) for one in answer.json()["items"]]

    settings.GUEST_QUOTA_BYTES = 10
    assert states(f"{batch}/files", "file") == ["expected", "expected"]
    settings.GUEST_QUOTA_BYTES = 0
    assert states(f"{batch}/files", "file") == ["taken", "taken"]
    Photo.objects.all().delete()
    StoredAnswer.objects.all().delete()
    settings.GUEST_QUOTA_BYTES = 10
    assert states(URL, "photo") == ["403", "403"]
    settings.GUEST_QUOTA_BYTES = 0
    assert states(URL, "photo") == ["202", "202"]


def test_an_answer_in_which_a_file_was_refused_for_good_is_remembered(client: APIClient) -> None:
    for replayed in (False, True):
        files = [upload(), upload(b"x")]
        answer = client.post(URL, {"photo": files}, format="multipart", headers=KEY)
        assert [one["status"] for one in answer.json()["items"]] == [202, 415]
        assert ("Idempotency-Replayed" in answer) == replayed


def test_while_debugging_too(
    client: APIClient, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    def fail() -> None:
        raise RuntimeError

    settings.DEBUG = True
    with monkeypatch.context() as broken:
        broken.setattr(views, "dispatch", fail)
        with pytest.raises(RuntimeError):
            send(client)
    assert not StoredAnswer.objects.exists()


def test_after_a_day_a_key_is_forgotten(client: APIClient) -> None:
    send(client)
    row = StoredAnswer.objects.get()
    StoredAnswer.objects.update(made_at=row.made_at - idempotency.KEPT - timedelta(seconds=1))
    assert send(client, 70).status_code == 202
    StoredAnswer.objects.update(made_at=row.made_at - idempotency.KEPT - timedelta(seconds=1))
    idempotency.tidy()
    assert not StoredAnswer.objects.exists()


@pytest.mark.parametrize("key", ["", "x" * 256, "é", "two words"])
def test_a_key_that_is_none_is_a_problem(client: APIClient, key: str) -> None:
    response = client.post(URL, {"photo": upload()}, format="multipart", HTTP_IDEMPOTENCY_KEY=key)
    assert response.status_code == 400
    assert "Idempotency-Key" in response.json()["errors"]
    assert not Photo.objects.exists()


def test_a_method_that_is_none_is_that_whatever_key_it_brings(client: APIClient) -> None:
    send(client)
    assert client.put(URL, headers=KEY).status_code == 405
    assert StoredAnswer.objects.count() == 1
