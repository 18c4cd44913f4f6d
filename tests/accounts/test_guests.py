"""What a guest uploaded moves into the account, exactly once."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.accounts.conftest import PASSWORD
from tests.images import saved, scene
from tests.photos.build import files_in, upload
from tests.web.conftest import as_guest
from wildlife.accounts import guests
from wildlife.identifications import verdicts
from wildlife.identifications.answers import WHOLE
from wildlife.identifications.models import Verdict
from wildlife.identifications.verdicts import Word
from wildlife.photos.models import Photo, Upload
from wildlife.photos.selectors import visible_to
from wildlife.photos.services import receive

pytestmark = pytest.mark.django_db


def photo(side, **whose):
    return receive(upload(saved(scene(side, 48))), **whose).photo


def sign_up(client, name):
    data = {"username": name, "email": "", "password1": PASSWORD}
    assert client.post("/accounts/signup/", data).status_code == 302
    return User.objects.get(username=name)


def owners():
    return dict(Photo.objects.values_list("pk", "owner__username"))


def test_each_of_two_guests_gets_their_own_photos_and_no_others():
    first, second = as_guest("first"), as_guest("second")
    mine, also_mine = photo(60, guest="first"), photo(62, guest="first")
    theirs, stranger = photo(60, guest="second"), photo(60, guest="third")
    sign_up(first, "alice")
    sign_up(second, "bob")
    assert owners() == {
        mine.pk: "alice",
        also_mine.pk: "alice",
        theirs.pk: "bob",
        stranger.pk: None,
    }
    assert set(Photo.objects.exclude(owner=None).values_list("guest", flat=True)) == {""}


def test_signing_in_again_moves_nothing_again(ranger, sign_in):
    client = as_guest("first")
    photo(60, guest="first")
    sign_in(client=client)
    assert guests.adopt("first", ranger) == 0
    other = User.objects.create_user("other")
    assert guests.adopt("first", other) == 0
    assert set(owners().values()) == {"ranger"}


def test_uploads_come_along(ranger):
    drop = Upload.objects.create(guest="first")
    other = Upload.objects.create(guest="second")
    guests.adopt("first", ranger)
    drop.refresh_from_db()
    other.refresh_from_db()
    assert (drop.owner, drop.guest) == (ranger, "")
    assert (other.owner, other.guest) == (None, "second")


def test_what_they_said_comes_along_and_what_files_and_others_said_stays(ranger):
    mine, theirs = photo(60, guest="first"), photo(60, guest="second")
    for one, source in ((mine, ""), (mine, "a.csv"), (theirs, "")):
        verdicts.mark(one.pk, WHOLE, Word(kind="no_animal"), None, source=source)
    guests.adopt("first", ranger)
    [said] = Verdict.objects.filter(given_by=ranger)
    assert (said.photo, said.source) == (mine, "")
    assert Verdict.objects.filter(given_by=None).count() == 2


def test_a_photo_that_the_account_has_stays_one(ranger, place, django_capture_on_commit_callbacks):
    kept = photo(60, owner=ranger)
    photo(60, guest="first")
    with django_capture_on_commit_callbacks(execute=True):
        assert guests.adopt("first", ranger) == 0
    assert owners() == {kept.pk: "ranger"}
    assert len(files_in(place)) == 1


def test_a_second_copy_in_a_run_stays_visible_and_comes_along_later(ranger):
    photo(60, owner=ranger)
    double = photo(60, guest="first")
    Photo.objects.filter(pk=double.pk).update(state=Photo.State.RUNNING)
    guests.adopt("first", ranger)
    assert visible_to(ranger, "first").count() == 2
    Photo.objects.filter(pk=double.pk).update(state=Photo.State.DONE)
    guests.adopt("first", ranger)
    assert Photo.objects.count() == 1


def test_signing_out_leaves_the_browser_without_photos(ranger, sign_in):
    client = as_guest("first")
    one = photo(60, guest="first")
    sign_in(client=client)
    assert client.get(one.get_absolute_url()).status_code == 200
    client.post("/accounts/logout/")
    assert client.get(one.get_absolute_url()).status_code == 404


def test_no_guest_no_move(ranger):
    photo(60, guest="first")
    assert guests.adopt("", ranger) == 0
    assert set(owners().values()) == {None}


def test_who_signs_in_without_uploads_gets_nothing(ranger, sign_in):
    photo(60, guest="first")
    sign_in(client=Client())
    assert set(owners().values()) == {None}
