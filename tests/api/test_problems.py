"""Every error is a problem document."""

import logging

import pytest
from rest_framework.test import APIClient

from tests.photos.build import upload
from wildlife.api import views
from wildlife.photos.models import Photo

URL = "/api/v1/photos"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("get", "/api/nothing", 404, "not_found"),
        ("post", "/api/v1/", 404, "not_found"),
        ("get", "/api/v1/photos/", 404, "not_found"),
        ("get", f"{URL}/not-an-id", 404, "not_found"),
        ("get", f"{URL}/00000000-0000-4000-8000-000000000000", 404, "not_found"),
        ("put", URL, 405, "method_not_allowed"),
        ("patch", f"{URL}/00000000-0000-4000-8000-000000000000", 405, "method_not_allowed"),
        ("get", f"{URL}?cursor=nonsense", 400, "invalid"),
    ],
)
def test_errors_are_problem_documents(
    client: APIClient, method: str, path: str, status: int, code: str
) -> None:
    response = getattr(client, method)(path)
    body = response.json()
    assert response.status_code == body["status"] == status
    assert response["Content-Type"] == "application/problem+json"
    assert (body["type"], body["code"]) == ("about:blank", code)
    assert body["instance"] == path.partition("?")[0]
    assert body["title"]
    assert body["detail"]


def test_json_is_no_upload(client: APIClient) -> None:
    response = client.post(URL, {"photo": "x"}, format="json")
    assert (response.status_code, response.json()["code"]) == (415, "unsupported_media_type")


def test_a_broken_form_is_a_problem(client: APIClient) -> None:
    response = client.post(URL, b"--x", content_type="multipart/form-data")
    assert (response.status_code, response.json()["code"]) == (400, "parse_error")


def test_an_upload_without_a_file_is_a_problem(client: APIClient) -> None:
    response = client.post(URL, {"picture": upload()}, format="multipart")
    assert response.status_code == 400
    assert list(response.json()["errors"]) == ["photo"]


def test_an_answer_that_cannot_be_accepted_is_a_problem(client: APIClient) -> None:
    response = client.get(URL, HTTP_ACCEPT="application/xml")
    assert (response.status_code, response.json()["code"]) == (406, "not_acceptable")


def test_what_nobody_foresaw_is_logged_and_not_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, db: None
) -> None:
    def fail(photo: Photo) -> None:
        raise RuntimeError("the secret reason")

    monkeypatch.setattr(views, "result_of", fail)
    client = APIClient(raise_request_exception=False)
    url = client.post(URL, {"photo": upload()}, format="multipart")["Location"]
    with caplog.at_level(logging.ERROR, logger="django.request"):
        response = client.get(url)
    assert response.status_code == 500
    assert response["Content-Type"] == "application/problem+json"
    assert "secret" not in response.text
    assert any("secret" in str(record.exc_info) for record in caplog.records)
