"""Who sees which photo."""

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.sessions.backends.db import SessionStore
from django.test import RequestFactory

from tests.photos.build import photo_of, upload
from wildlife.photos.selectors import guest_of, visible_to
from wildlife.photos.services import receive

pytestmark = pytest.mark.django_db


def test_everybody_sees_their_own_and_staff_see_all() -> None:
    ann, ben = User.objects.create_user("ann"), User.objects.create_user("ben")
    staff = User.objects.create_user("staff", is_staff=True)
    of_ann = receive(upload(), owner=ann).photo
    of_guest = photo_of("guest")
    nobody = AnonymousUser()
    assert set(visible_to(ann, "")) == {of_ann}
    assert set(visible_to(ben, "")) == set()
    assert set(visible_to(nobody, "guest")) == {of_guest}
    assert set(visible_to(nobody, "another")) == set()
    assert set(visible_to(nobody, "")) == set()
    assert set(visible_to(staff, "")) == {of_ann, of_guest}
    assert set(visible_to(ann, "guest")) == {of_ann, of_guest}


def test_staff_who_left_see_only_their_own() -> None:
    left = User.objects.create_user("left", is_staff=True, is_active=False)
    photo_of("guest")
    assert not visible_to(left, "").exists()


def test_a_guest_is_a_long_secret_in_the_session() -> None:
    request = RequestFactory().get("/")
    request.session = SessionStore()
    assert guest_of(request) == ""
    assert not request.session.keys()
    guest = guest_of(request, create=True)
    assert len(guest) == 43
    assert guest_of(request) == guest_of(request, create=True) == guest
    other = RequestFactory().get("/")
    other.session = SessionStore()
    assert guest_of(other, create=True) != guest
