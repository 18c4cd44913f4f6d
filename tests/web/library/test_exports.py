"""Photos leave as a table and as an archive, streamed, and only the reader's own."""

import csv
import io
from types import SimpleNamespace
from zipfile import ZipFile

import pytest
from django.core.files.storage import default_storage
from django.test import Client

from tests.web import builders
from tests.web.library.conftest import Make
from wildlife.web.library import changes


def export(client: Client, action: str, **more) -> bytes:
    response = client.post("/library/change", {"action": action, **more})
    assert response.status_code == 200
    assert response.streaming
    assert response["Content-Disposition"].startswith('attachment; filename="wildlife-')
    return b"".join(response.streaming_content)


def table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def test_the_table_has_a_line_per_animal(photos: SimpleNamespace, guest: Client) -> None:
    rows = table(export(guest, "csv", everything="1"))

    assert [row["file"] for row in rows].count("both.jpg") == 2
    assert {row["file"] for row in rows} >= {"failed.jpg", "blank.jpg", "person.jpg"}
    assert "other.jpg" not in {row["file"] for row in rows}
    elephant = next(row for row in rows if row["file"] == "elephant.jpg")
    assert elephant["scientific_name"] == "Loxodonta africana"
    assert elephant["taken_at"] == "2026-03-01T12:00:00"
    assert (elephant["latitude"], elephant["confidence"]) == ("-2.000000", "0.9700")
    assert elephant["number"] == "1"
    assert next(row for row in rows if row["file"] == "failed.jpg")["number"] == ""


def test_the_table_keeps_to_what_is_chosen(photos: SimpleNamespace, guest: Client) -> None:
    chosen = {"photo": [str(photos.lion.pk), str(photos.other.pk)]}
    assert [row["file"] for row in table(export(guest, "csv", **chosen))] == ["lion.jpg"]
    matching = table(export(guest, "csv", everything="1", query="?people=1"))
    assert [row["file"] for row in matching] == ["person.jpg"]


def test_a_name_that_a_spreadsheet_would_run_is_made_harmless(make: Make, guest: Client) -> None:
    make(name="=1+1.jpg")
    assert [row["file"] for row in table(export(guest, "csv", everything="1"))] == ["'=1+1.jpg"]


def test_the_archive_holds_the_originals_each_once(make: Make, guest: Client) -> None:
    """Cameras count from 0001 again; a lost file is left out, the others come."""
    for name in ("IMG_0001.JPG", "IMG_0001.JPG", "../../evil.jpg"):
        make(name=name)
    lost = make(name="lost.jpg")
    default_storage.delete(str(lost.original.name))

    archive = ZipFile(io.BytesIO(export(guest, "zip", everything="1")))

    assert archive.testzip() is None
    names = archive.namelist()
    assert len(names) == len(set(names)) == 3
    assert "IMG_0001.JPG" in names
    assert not [name for name in names if "/" in name or name.startswith(".")]
    assert {archive.read(name) for name in names} == {builders.MINI_JPEG}


def test_too_many_originals_are_refused_with_a_way_out(
    photos: SimpleNamespace, guest: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "MOST_ZIPPED", 3)
    page = guest.post("/library/change", {"action": "zip", "everything": "1"}, follow=True)
    assert "An archive holds at most 3 photos." in page.content.decode()
