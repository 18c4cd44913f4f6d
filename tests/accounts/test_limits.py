"""How much guests and users may upload."""

import pytest
from django.test import Client

from tests.images import saved, scene
from tests.photos.build import upload
from wildlife.photos.limits import in_words
from wildlife.photos.models import Photo
from wildlife.photos.refusals import PhotoRefused
from wildlife.photos.services import receive

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    monkeypatch.setattr("wildlife.web.uploads.receiving.dispatch", lambda: 0)
    monkeypatch.setattr("wildlife.api.views.dispatch", lambda: 0)


def file(side):
    return upload(saved(scene(side, 48)))


def test_guests_of_one_address_have_to_wait_by_page_and_by_api(settings):
    settings.RATE_GUEST_UPLOADS = "2/h"
    assert Client().post("/photos/", {"photos": [file(60)]}).status_code == 302
    assert Client().post("/api/v1/photos", {"photo": file(62)}).status_code == 202
    page = Client().post("/photos/", {"photos": [file(64)]}, follow=True)
    assert "Try again in" in page.content.decode()
    answer = Client().post("/api/v1/photos", {"photo": file(64)})
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many")
    assert 0 < int(answer["Retry-After"]) <= 3600
    assert Photo.objects.count() == 2
    elsewhere = Client(REMOTE_ADDR="192.0.2.9")
    assert elsewhere.post("/api/v1/photos", {"photo": file(64)}).status_code == 202


def test_each_photo_of_a_request_counts(settings):
    settings.RATE_GUEST_UPLOADS = "2/h"
    answer = Client().post("/api/v1/photos", {"photo": [file(60), file(62), file(64)]})
    assert [item["status"] for item in answer.json()["items"]] == [202, 202, 429]


def test_accounts_are_not_counted(settings, client, ranger):
    settings.RATE_GUEST_UPLOADS = "1/h"
    client.force_login(ranger)
    for side in (60, 62):
        assert client.post("/api/v1/photos", {"photo": file(side)}).status_code == 202


def test_without_a_rate_nobody_is_counted(settings):
    settings.RATE_GUEST_UPLOADS = ""
    assert Client().post("/api/v1/photos", {"photo": file(60)}).status_code == 202


def test_what_is_kept_has_an_end_for_guests_and_for_users(settings, ranger):
    size = file(60).size
    settings.GUEST_QUOTA_BYTES = settings.USER_QUOTA_BYTES = size + file(62).size
    for whose in ({"guest": "one"}, {"owner": ranger}, {"guest": "two"}):
        receive(file(60), **whose)
        receive(file(62), **whose)
        with pytest.raises(PhotoRefused) as refusal:
            receive(file(64), **whose)
        assert refusal.value.code == "quota"
        assert "Delete some" in str(refusal.value)
        assert not receive(file(60), **whose).created  # what is there already takes no room


def test_zero_is_no_end(settings, ranger):
    settings.GUEST_QUOTA_BYTES = settings.USER_QUOTA_BYTES = 0
    assert receive(file(60), guest="one").created
    assert receive(file(60), owner=ranger).created


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "1 second"), (59, "59 seconds"), (60, "1 minute"), (61, "2 minutes"), (3600, "1 hour")],
)
def test_waiting_in_words(seconds, words):
    assert in_words(seconds) == words
