"""An export holds all that is the user's, nothing of others, and no secret."""

import csv
import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from tests.accounts.build import furnish, photo_with_answer, verdict_on
from tests.photos.build import files_in
from wildlife.accounts import exporting
from wildlife.accounts.models import Export, ExportFile
from wildlife.photos.models import Photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(ranger, sign_in):
    return sign_in()


def make(user):
    export = exporting.ask(user)
    for _ in range(10):
        exporting.make_part(export.pk)
        export.refresh_from_db()
        if export.state == Export.State.READY:
            return export
    raise AssertionError("it does not end")


def opened(client, file):
    answer = client.get(f"/accounts/data/{file.export_id}/{file.number}.zip")
    assert answer.status_code == 200
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def test_it_holds_photos_answers_and_account(ranger, client):
    photos = furnish(ranger)
    other = User.objects.create_user("visitor")
    theirs = photo_with_answer(other, 66)
    on_theirs = verdict_on(theirs, ranger)
    export = make(ranger)
    archive = opened(client, export.files.get())
    names = archive.namelist()
    assert archive.testzip() is None
    assert json.loads(archive.read("account.json"))["email"] == "ranger@example.org"
    for photo in photos:
        stored = archive.read(f"originals/{photo.pk}.jpg")
        assert stored == photo.original.read()
    rows = json.loads(archive.read("tables/photos.photo.json"))
    assert {row["filename"] for row in rows} == {"ranger-60.jpg", "ranger-62.jpg"}
    table = csv.DictReader(io.StringIO(archive.read("tables/photos.photo.csv").decode()))
    assert {row["id"] for row in table} == {str(photo.pk) for photo in photos}
    for name in ("detection", "vote", "identification"):
        assert len(json.loads(archive.read(f"tables/identifications.{name}.json"))) == 2
    given = json.loads(archive.read("made/identifications.verdict.json"))
    assert on_theirs.pk in {verdict["id"] for verdict in given}
    mine = [name for name in names if not name.startswith("made/")]
    assert not any(str(theirs.pk) in archive.read(name).decode("latin-1") for name in mine)
    assert export.photos == 2


def test_it_opens_nothing(ranger, client):
    furnish(ranger)
    token = ranger.tokens.get().secret_hash
    archive = opened(client, make(ranger).files.get())
    text = "".join(archive.read(name).decode("latin-1") for name in archive.namelist())
    for secret in (token, ranger.password, client.session.session_key):
        assert secret not in text


def test_a_spreadsheet_runs_nothing(ranger, client):
    furnish(ranger)
    Photo.objects.filter(owner=ranger).update(filename="=HYPERLINK(1)")
    table = opened(client, make(ranger).files.get()).read("tables/photos.photo.csv").decode()
    assert "'=HYPERLINK" in table


def test_a_large_library_comes_in_files_that_each_hold_some(ranger, client, settings, sent):
    settings.EXPORT_PART_BYTES = 1
    photos = [photo_with_answer(ranger, side) for side in (60, 62, 64)]
    export = make(ranger)
    files = list(export.files.all())
    assert [file.number for file in files] == [1, 2, 3]
    names = [name for file in files for name in opened(client, file).namelist()]
    originals = [name for name in names if name.startswith("originals/")]
    assert sorted(originals) == sorted(f"originals/{photo.pk}.jpg" for photo in photos)
    assert names.count("account.json") == 1
    assert sent[-1] == (exporting.TASK, str(export.pk))


def test_a_part_begun_twice_is_there_once(ranger, client):
    furnish(ranger)
    export = exporting.ask(ranger)
    exporting.make_part(export.pk)
    exporting.make_part(export.pk)
    assert ExportFile.objects.count() == 1
    assert len(opened(client, ExportFile.objects.get()).namelist()) > 3


def test_what_got_stuck_is_sent_again(ranger, sent):
    export = exporting.ask(ranger)
    sent.clear()
    exporting.tend()
    assert sent == []
    Export.objects.update(alive_at=timezone.now() - timedelta(hours=1))
    exporting.tend()
    assert sent == [(exporting.TASK, str(export.pk))]


def test_asking_twice_makes_one(ranger):
    assert exporting.ask(ranger) == exporting.ask(ranger)


def test_a_lost_original_is_left_out(ranger, client):
    lost, _ = furnish(ranger)
    lost.original.storage.delete(lost.original.name)
    assert make(ranger).photos == 1


def test_it_goes_after_its_time(ranger, place, settings):
    furnish(ranger)
    export = make(ranger)
    days = (export.expires_at - timezone.now()) / timedelta(days=1)
    assert days == pytest.approx(settings.EXPORT_DAYS, abs=0.01)
    exporting.tend()
    assert Export.objects.exists()
    Export.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    exporting.tend()
    assert not Export.objects.exists()
    assert not [name for name in files_in(place) if name.startswith("exports/")]


def test_nobody_else_gets_it(ranger, admin_client):
    furnish(ranger)
    path = f"/accounts/data/{make(ranger).pk}/1.zip"
    assert Client().get(path).status_code == 302
    assert admin_client.get(path).status_code == 404
    assert admin_client.post(path.replace("/1.zip", "/delete")).status_code == 404
    assert Export.objects.exists()


def test_the_page_asks_shows_and_deletes(ranger, client):
    assert "Put my data together" in client.get("/accounts/data/").text
    client.post("/accounts/data/")
    page = client.get("/accounts/data/").text
    assert "Being made" in page
    assert "every 3s" in page
    export = make(ranger)
    part = client.get("/accounts/data/", headers={"HX-Request": "true"}).text
    assert "wildlife-1.zip" in part
    assert "every 3s" not in part
    assert "<html" not in part
    client.post(f"/accounts/data/{export.pk}/delete")
    assert not Export.objects.exists()
