"""What guests leave behind goes some days after their last visit, and not before."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from tests.accounts.build import photo_with_answer
from tests.accounts.conftest import PASSWORD
from tests.images import saved, scene
from tests.photos.build import files_in, upload
from tests.web.conftest import as_guest
from wildlife.accounts import sending, staying, tasks
from wildlife.library.models import Tag
from wildlife.photos.models import Photo, Upload
from wildlife.photos.services import receive

pytestmark = pytest.mark.django_db

LONG_AGO = timezone.now() - timedelta(days=91)


def left_by(guest, side=60):
    """Return a photo that a guest uploaded long ago, with an upload and a label."""
    photo = receive(upload(saved(scene(side, 48))), guest=guest).photo
    Photo.objects.filter(pk=photo.pk).update(received_at=LONG_AGO)
    Upload.objects.create(guest=guest)
    Tag.objects.create(guest=guest, name="mine")
    return photo


def over(client):
    Session.objects.filter(pk=client.session.session_key).update(expire_date=LONG_AGO)


def test_photos_of_a_session_that_ended_go_with_all_that_was_the_guests(
    place, django_capture_on_commit_callbacks
):
    over(as_guest("gone"))
    left_by("gone")
    with django_capture_on_commit_callbacks(execute=True):
        assert staying.forget_left() is False
    assert not Photo.objects.exists()
    assert not Upload.objects.exists()
    assert not Tag.objects.exists()
    assert files_in(place) == []


def test_photos_stay_while_the_session_lasts_and_users_photos_always(ranger):
    as_guest("here")
    left_by("here")
    photo_with_answer(ranger, 50)
    Photo.objects.update(received_at=LONG_AGO)
    staying.forget_left()
    assert Photo.objects.count() == 2
    assert Tag.objects.count() == 1


def test_photos_that_came_lately_stay_where_no_session_can_be_read():
    photo = left_by("unknown")
    Photo.objects.filter(pk=photo.pk).update(received_at=timezone.now() - timedelta(days=89))
    staying.forget_left()
    assert Photo.objects.count() == 1


def test_one_that_is_being_looked_at_goes_another_day_with_what_belongs_to_it():
    photo, other = left_by("gone"), left_by("gone", 62)
    Photo.objects.filter(pk=photo.pk).update(state=Photo.State.RUNNING)
    assert staying.forget_left() is False
    assert list(Photo.objects.all()) == [photo]
    assert Upload.objects.count() == 2
    assert not Photo.objects.filter(pk=other.pk).exists()


def test_nothing_goes_where_photos_are_kept_for_ever(settings):
    settings.GUEST_DAYS = 0
    left_by("gone")
    assert staying.forget_left() is False
    assert Photo.objects.count() == 1
    assert "after your last visit" not in Client().get("/").content.decode()


def test_a_worker_goes_on_until_all_is_gone(monkeypatch):
    sent = []
    monkeypatch.setattr(sending, "send", lambda *args: sent.append(args))
    monkeypatch.setattr(staying, "SECONDS", -1)
    monkeypatch.setattr(staying, "PORTION", 1)
    monkeypatch.setattr(tasks, "close_old_connections", lambda: None)
    left_by("gone")
    left_by("gone", 62)
    left_by("other")
    for calls in range(1, 4):
        tasks.forget_guests()
        assert sent == [("wildlife.accounts.tasks.forget_guests",)] * calls
        assert Photo.objects.count() == 3 - calls
    tasks.forget_guests()
    assert len(sent) == 3
    assert not Upload.objects.exists()


def test_a_visit_begins_the_time_anew_once_a_day():
    client = as_guest("here")
    row = Session.objects.filter(pk=client.session.session_key)
    row.update(expire_date=timezone.now() + timedelta(days=1))
    session = client.session
    session["seen"] = "2020-01-01"
    session.save()
    row.update(expire_date=timezone.now() + timedelta(days=1))
    client.get("/")
    renewed = row.get().expire_date
    assert renewed > timezone.now() + timedelta(days=89)
    client.get("/")
    assert row.get().expire_date == renewed


def lasts(client):
    """Return for how many days the session of a browser goes on."""
    ends = Session.objects.get(pk=client.session.session_key).expire_date
    return round((ends - timezone.now()) / timedelta(days=1))


@pytest.mark.parametrize(("days", "lasting"), [(3, 3), (0, 365)])
def test_guests_and_accounts_have_sessions_of_their_own_length(settings, days, lasting):
    settings.GUEST_DAYS = days
    client = as_guest("new")
    session = client.session
    del session["seen"]
    session.save()
    client.get("/")
    assert lasts(client) == lasting
    assert client.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == lasting * 24 * 60 * 60
    data = {"username": "ranger", "email": "", "password1": PASSWORD}
    assert client.post("/accounts/signup/", data).status_code == 302
    client.get("/")
    assert lasts(client) == 90
    assert client.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == 90 * 24 * 60 * 60


def test_the_home_page_says_so_to_guests_alone(ranger, sign_in):
    sentence = "deleted 90 days after your last visit"
    assert sentence in Client().get("/").content.decode()
    assert sentence not in sign_in().get("/").content.decode()
