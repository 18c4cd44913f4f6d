"""Progress is told as it happens, by few streams that end by themselves."""

import json
import threading
from typing import Any

import httpx
import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from tests.api.conftest import bearer
from tests.web.builders import photo
from wildlife.api import streams
from wildlife.photos.models import Photo, Upload, UploadItem


@pytest.fixture
def upload(db: None) -> Upload:
    user = User.objects.create_user("ann")
    made = Upload.objects.create(owner=user)
    one = photo("", owner=user, state="waiting", upload=made)
    values = {"key": "1", "path": "a.jpg", "size": 1, "state": "taken"}
    UploadItem.objects.create(upload=made, photo=one, **values)
    return made


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "EVERY", 0.05)
    monkeypatch.setattr(streams, "SECONDS", 5.0)
    # Other tests ask for streams and read none of them to its end.
    monkeypatch.setattr(streams, "_free", threading.BoundedSemaphore(streams.AT_ONCE))


def address(upload: Upload) -> str:
    return f"/api/v1/uploads/{upload.pk}/stream"


@pytest.mark.django_db(transaction=True)
def test_progress_is_told_until_it_is_done(upload: Upload, live_server: Any) -> None:
    headers = {"Authorization": bearer(upload.owner)["HTTP_AUTHORIZATION"]}
    headers["Accept"] = "text/event-stream"
    events: list[tuple[str, float]] = []
    with httpx.stream("GET", live_server.url + address(upload), headers=headers) as answer:
        assert answer.headers["Content-Type"] == "text/event-stream"
        name = ""
        for line in answer.iter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                events.append((name, json.loads(line.removeprefix("data: "))["reached"]))
                Photo.objects.update(state="done")
    assert events == [("progress", 0.0), ("done", 1.0)]


@pytest.mark.django_db
def test_a_stream_ends_by_itself(upload: Upload, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "SECONDS", 0.2)
    monkeypatch.setattr(streams, "close_old_connections", lambda: None)
    answer = APIClient(**bearer(upload.owner)).get(address(upload))
    told = b"".join(answer.streaming_content).decode()
    answer.close()
    assert told.startswith("retry: ")
    assert told.count("event: progress") == 1
    assert "event: done" not in told


@pytest.mark.django_db(transaction=True)  # the end of an answer closes the connection
def test_only_so_many_streams_are_open_and_places_come_back(
    upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "_free", threading.BoundedSemaphore(1))
    client = APIClient(**bearer(upload.owner))
    first = client.get(address(upload))
    refused = client.get(address(upload))
    assert (refused.status_code, refused.json()["code"]) == (503, "too_many_streams")
    assert refused.headers["Retry-After"] == "5"
    first.close()
    first.close()
    assert client.get(address(upload)).status_code == 200
