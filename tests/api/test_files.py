"""Originals, previews and crops."""

import pytest
from django.core.files.storage import default_storage
from rest_framework.test import APIClient

from tests.api.build import answered, elephants
from tests.images import saved, scene
from tests.photos.build import upload
from wildlife.photos.models import Photo

URL = "/api/v1/photos"


@pytest.fixture
def photo(client: APIClient) -> Photo:
    file = upload(saved(scene(), "PNG"), 'an "elephant"; é.png')
    client.post(URL, {"photo": file}, format="multipart")
    answered(Photo.objects.get(), elephants())
    return Photo.objects.get()


@pytest.mark.parametrize("key", ["preview_url", "crop_url"])
def test_renditions_are_shown_and_kept_by_the_browser_alone(
    client: APIClient, photo: Photo, key: str
) -> None:
    body = client.get(f"{URL}/{photo.pk}").json()
    response = client.get((body | body["detections"][0])[key], HTTP_ACCEPT="image/webp")
    assert response.status_code == 200
    assert response["Content-Type"] == "image/jpeg"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "private" in response["Cache-Control"]
    assert "attachment" not in response.get("Content-Disposition", "")
    assert b"".join(response.streaming_content) == key.removesuffix("_url").encode()


def test_the_original_comes_as_an_attachment_byte_for_byte(client: APIClient, photo: Photo) -> None:
    response = client.get(client.get(f"{URL}/{photo.pk}").json()["original_url"])
    assert response["Content-Type"] == "image/png"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''an%20%22eleph")
    assert b"".join(response.streaming_content) == saved(scene(), "PNG")


def test_a_file_that_the_client_has_is_not_sent_again(client: APIClient, photo: Photo) -> None:
    first = client.get(f"{URL}/{photo.pk}/preview")
    again = client.get(f"{URL}/{photo.pk}/preview", HTTP_IF_NONE_MATCH=first["ETag"])
    assert again.status_code == 304
    assert "private" in again["Cache-Control"]


@pytest.mark.parametrize("path", ["preview", "detections/1/crop", "detections/9/crop"])
def test_what_was_not_made_is_not_found(client: APIClient, photo: Photo, path: str) -> None:
    default_storage.delete(photo.preview)
    response = client.get(f"{URL}/{photo.pk}/{path}", HTTP_ACCEPT="image/jpeg")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
