"""Deleting an account deletes it: by looking at every table and every file afterwards."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import models, transaction
from django.test import Client
from django.utils import timezone

from tests.accounts.build import (
    everything_stored,
    furnish,
    photo_with_answer,
    secret_of,
    verdict_on,
)
from tests.accounts.conftest import PASSWORD
from tests.photos.build import files_in
from wildlife.accounts import closing, exporting
from wildlife.accounts.belongings import histories, paths
from wildlife.accounts.models import Closure, Export
from wildlife.identifications.models import Run
from wildlife.photos.models import Photo

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def committed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is to happen after a commit happens at once: a test's own transaction never ends."""
    monkeypatch.setattr(transaction, "on_commit", lambda do, **options: do())


def erase(user):
    """Do what the workers do, one portion after the other."""
    for _ in range(10):
        if closing.erase(user):
            return
    pytest.fail("it does not end")


def pointing_at(user_id):
    """The models with a row that points at a user, by whatever column."""
    found = []
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            points = isinstance(field, models.ForeignKey) and field.related_model is User
            if points and model._base_manager.filter(**{field.attname: user_id}).exists():
                found.append(f"{model._meta.label}.{field.name}")
    return found


def test_nothing_is_left_in_any_table_or_file(ranger, sign_in, place):
    photos = furnish(ranger)
    other = User.objects.create_user("visitor", "visitor@example.org", PASSWORD)
    theirs = photo_with_answer(other, 60)
    on_theirs = verdict_on(theirs, ranger)
    kept = [name for name in files_in(place) if str(theirs.pk) in name]
    client, elsewhere = sign_in(), Client()
    elsewhere.force_login(ranger)
    exporting.make_part(exporting.ask(ranger).pk)
    user_id, token = ranger.pk, ranger.tokens.get().secret_hash
    before = everything_stored(place)
    assert pointing_at(user_id)
    traces = ["ranger", token, *(trace for p in photos for trace in (str(p.pk), p.pk.hex))]
    assert all(trace in before for trace in [*traces[:2], *(str(p.pk) for p in photos)])

    answer = client.post("/accounts/delete/", {"password": PASSWORD}, follow=True)
    assert "all of it is being deleted" in answer.text
    erase(user_id)

    after = everything_stored(place)
    assert [trace for trace in traces if trace in after] == []
    assert pointing_at(user_id) == []
    assert files_in(place) == kept
    assert Photo.objects.get() == theirs
    on_theirs.refresh_from_db()
    assert on_theirs.given_by is None
    assert Run.objects.count() == 1
    sessions = [one.get_decoded().get("_auth_user_id") for one in Session.objects.all()]
    assert str(user_id) not in sessions


def test_it_shows_before_what_will_go(ranger, sign_in):
    furnish(ranger)
    page = sign_in().get("/accounts/delete/").text
    assert "<strong>2</strong> photos" in page
    assert "<strong>1</strong> token" in page
    loss = closing.loss_of(ranger)
    assert (loss.photos, dict(loss.rows)["detections"], dict(loss.rows)["votes"]) == (2, 2, 2)
    assert loss.size == sum(Photo.objects.values_list("size", flat=True))


def test_a_wrong_password_deletes_nothing(ranger, sign_in):
    client = sign_in()
    assert "not your password" in client.post("/accounts/delete/", {"password": "x"}).text
    assert User.objects.get().is_active
    assert not Closure.objects.exists()


def test_it_cannot_be_tried_often(ranger, sign_in):
    client = sign_in()
    for _ in range(5):
        client.post("/accounts/delete/", {"password": "x"})
    page = client.post("/accounts/delete/", {"password": PASSWORD})
    assert "Try again in" in page.text
    assert User.objects.get().is_active


def test_who_is_closed_gets_in_no_more_by_any_way(ranger, sign_in):
    furnish(ranger)
    elsewhere, key = sign_in(), secret_of(ranger)
    closing.close(ranger)
    assert elsewhere.get("/accounts/").status_code == 302
    by_token = Client().get("/api/v1/photos", headers={"Authorization": f"Token {key}"})
    assert by_token.status_code == 401
    wrong = Client().post("/accounts/login/", {"login": "ranger", "password": PASSWORD})
    assert wrong.status_code == 200


def test_a_photo_that_is_being_looked_at_is_deleted_when_that_has_ended(ranger, place, sent):
    busy, _ = furnish(ranger)
    Photo.objects.filter(pk=busy.pk).update(state=Photo.State.RUNNING)
    closing.close(ranger)
    for _ in range(3):
        assert not closing.erase(ranger.pk)
    assert Photo.objects.get() == busy
    Photo.objects.update(state=Photo.State.DONE)
    sent.clear()
    Closure.objects.update(alive_at=timezone.now() - timedelta(hours=1))
    closing.tend()
    assert sent == [(closing.TASK, ranger.pk)]
    erase(ranger.pk)
    assert files_in(place) == []
    assert not User.objects.filter(pk=ranger.pk).exists()


def test_it_goes_by_portions_and_goes_on_by_itself(ranger, sent, monkeypatch):
    monkeypatch.setattr(closing, "PORTION", 1)
    furnish(ranger)
    closing.close(ranger)
    assert sent == [(closing.TASK, ranger.pk)]
    assert not closing.erase(ranger.pk)
    assert Photo.objects.count() == 1
    assert sent == [(closing.TASK, ranger.pk)] * 2


def test_an_account_that_is_not_closed_is_never_erased(ranger):
    furnish(ranger)
    assert closing.erase(ranger.pk)
    assert Photo.objects.count() == 2
    assert User.objects.filter(pk=ranger.pk).exists()


def test_the_last_superuser_stays(admin_user):
    with pytest.raises(closing.LastSuperuser):
        closing.close(admin_user)
    User.objects.create_superuser("second")
    closing.close(admin_user)
    admin_user.refresh_from_db()
    assert not admin_user.is_active


def test_no_model_that_points_at_a_user_is_forgotten():
    """Rows go with a user (`paths`), or lose the name by SET_NULL, or are seen to as histories."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields if not model._meta.proxy else ():
            if isinstance(field, models.ForeignKey) and field.related_model is User:
                goes = field.remote_field.on_delete is not models.SET_NULL
                assert model in (*paths(), *histories()) or not goes, (
                    f"{model._meta.label}.{field.name}"
                )


def test_an_export_that_is_being_made_leaves_no_file(ranger, place, monkeypatch):
    furnish(ranger)
    export = exporting.ask(ranger)
    original = exporting._write

    def deleted_meanwhile(*args):
        exporting.delete([Export.objects.get()])
        return original(*args)

    monkeypatch.setattr(exporting, "_write", deleted_meanwhile)
    exporting.make_part(export.pk)
    assert not [name for name in files_in(place) if name.startswith("exports/")]
