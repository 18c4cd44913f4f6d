"""A person or a vehicle on a photo is reported beside the animals, however sure the animal is."""

import csv
import io
import json
from zipfile import ZipFile

import pyarrow.parquet as pq
import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.storage import default_storage
from django.test import Client

from tests.web import builders
from wildlife.exchange.formats import FORMATS
from wildlife.exchange.source import View, about, records
from wildlife.identifications.digests import write_digests
from wildlife.identifications.models import Verdict
from wildlife.photos.models import Photo

HOW = {"person": "1 person", "vehicle": "1 vehicle"}


@pytest.fixture(params=HOW)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def photo(taxa: dict, kind: str) -> Photo:
    """A very sure elephant, and somebody or something that is hardly seen."""
    made = builders.photo(latitude=-2.0, longitude=37.0)
    run = builders.answered(made, taxa["loxodonta-africana"], confidence=0.99)
    builders.box(made, run, 1, kind, confidence=0.31)
    write_digests([made.pk])
    return Photo.objects.get(pk=made.pk)


def test_the_pages_report_it(guest: Client, photo: Photo, kind: str) -> None:
    for path in ("/", "/library/"):
        page = guest.get(path).content.decode()
        assert "African savanna elephant" in page
        assert HOW[kind] in page, path
    page = guest.get(f"/photos/{photo.pk}/").content.decode()
    assert "Also on the photo" in page
    assert f"box--{kind}" in page


def test_a_tile_that_people_settled_reports_it(guest: Client, photo: Photo, kind: str) -> None:
    taxon = photo.taxon
    assert taxon is not None
    for row in photo.detections.all():
        word = {"taxon": taxon} if row.category == "animal" else {"kind": kind}
        box = {name: getattr(row, name) for name in ("x", "y", "width", "height")}
        Verdict.objects.create(photo=photo, **box, **word)
    write_digests([photo.pk])
    assert HOW[kind] in guest.get("/").content.decode()


def test_the_api_reports_it(guest: Client, photo: Photo, kind: str) -> None:
    told = guest.get(f"/api/v1/photos/{photo.pk}").json()
    assert [one["category"] for one in told["detections"]] == ["animal", kind]
    assert (told["people"], told["vehicles"]) == (kind == "person", kind == "vehicle")
    assert not told["blank"]
    listed = guest.get(f"/api/v1/detections?detected={kind}").json()
    assert [one["category"] for one in listed["results"]] == [kind]


def test_the_table_of_the_library_reports_it(guest: Client, photo: Photo, kind: str) -> None:
    answer = guest.post("/library/change", {"action": "csv", "query": "?", "everything": "1"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert [row["category"] for row in csv.DictReader(io.StringIO(text))] == ["animal", kind]


def test_what_only_somebody_saw_is_reported_on_the_tile(
    guest: Client, taxa: dict, kind: str
) -> None:
    made = builders.photo()
    builders.answered(made, taxa["loxodonta-africana"])
    Verdict.objects.create(photo=made, kind=kind, x=0.6, y=0.1, width=0.1, height=0.2)
    write_digests([made.pk])
    assert HOW[kind] in guest.get("/").content.decode()
    assert HOW[kind] in guest.get("/library/").content.decode()


def test_a_tile_is_called_by_what_people_saw_where_there_is_no_animal(
    guest: Client, taxa: dict, kind: str
) -> None:
    made = builders.photo()
    row = builders.box(made, builders.run(made), 0, kind)
    box = {name: getattr(row, name) for name in ("x", "y", "width", "height")}
    Verdict.objects.create(photo=made, kind=kind, **box)
    write_digests([made.pk])
    title = f'<strong class="tile__title">{kind.capitalize()}</strong>'
    assert title in guest.get("/library/").content.decode()


@pytest.mark.parametrize("key", [one for one in FORMATS if one != "crops"])
def test_every_format_reports_it(photo: Photo, kind: str, key: str) -> None:
    to = io.BytesIO()
    photos = Photo.objects.order_by("-moment", "-id")
    view, who = View(places=True, originals=True), about(None, AnonymousUser())
    FORMATS[key].write(records(photos, view), who, to, default_storage.open)
    told = _READERS.get(key, _text)(to.getvalue())
    word = {
        "camtrap-dp": {"person": "human"},
        "camtrap-dp-photos": {"person": "human"},
        "wildlife-insights": {"person": "Human", "vehicle": "Vehicle"},
        "megadetector": _NUMBERS,
        "speciesnet": _NUMBERS,
        "speciesnet-old": _NUMBERS,
    }
    assert word.get(key, {}).get(kind, kind) in told


_NUMBERS = {"person": "2", "vehicle": "3"}


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace")


def _member(name: str, column: str):
    def read(content: bytes) -> str:
        with ZipFile(io.BytesIO(content)) as archive:
            rows = csv.DictReader(io.StringIO(archive.read(name).decode()))
            return " ".join(row[column] for row in rows)

    return read


def _categories(content: bytes) -> list[str]:
    told = json.loads(content)
    images = told.get("images") or told["predictions"]
    return [one["category"] for image in images for one in image["detections"]]


def _kinds(content: bytes) -> list[str]:
    return [str(one) for one in pq.read_table(io.BytesIO(content))["kind"].to_pylist()]


_READERS = {
    "parquet": _kinds,
    "camtrap-dp": _member("observations.csv", "observationType"),
    "camtrap-dp-photos": _member("observations.csv", "observationType"),
    "darwin-core": _member("occurrence.csv", "occurrenceRemarks"),
    "wildlife-insights": _member("images.csv", "common_name"),
    "megadetector": _categories,
    "speciesnet": _categories,
    "speciesnet-old": _categories,
}
