"""What leaves is read back by the tools of the formats' owners."""

import csv
import io
import json
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZipFile

import geojson
import pyarrow.parquet as pq
import pytest
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.utils import timezone
from dwca.darwincore.utils import qualname as qn
from dwca.read import DwCAReader
from pycocotools.coco import COCO

from tests.exchange.owners import (
    left_to_speciesnet,
    validated_by_megadetector,
    words_of_speciesnet,
)
from tests.exchange.rows import ALL, photos
from tests.web import builders
from wildlife.exchange.formats import FORMATS, base, coco, speciesnet, tables
from wildlife.exchange.notes import Note
from wildlife.exchange.records import (
    Box,
    PhotoRecord,
    PlaceRecord,
    ProjectRecord,
    TaxonRecord,
    ThingRecord,
)
from wildlife.exchange.source import View, records
from wildlife.identifications.models import Identification, Verdict
from wildlife.photos.models import Photo
from wildlife.projects.models import Project
from wildlife.species.models import Taxon

pytestmark = pytest.mark.django_db
WHO = ProjectRecord("p", "Project", "", "targeted", "CC0-1.0", "CC0-1.0", ("ann",), timezone.now())


def _written(key: str, view: View = ALL) -> tuple[bytes, list[Note]]:
    to = io.BytesIO()
    notes = FORMATS[key].write(records(photos(), view), WHO, to, default_storage.open)
    return to.getvalue(), notes


def test_megadetector_results_follow_the_rules_of_the_format(elephant: Photo) -> None:
    builders.photo("", project=elephant.project, state="failed", failure="broken")
    told = json.loads(_written("megadetector")[0])
    assert told["info"]["format_version"] == "1.6"
    assert told["detection_categories"] == {"1": "animal", "2": "person", "3": "vehicle"}
    by_name = {one["file"]: one for one in told["images"]}
    assert len(by_name) == 2
    failed = next(one for one in told["images"] if "failure" in one)
    assert failed["detections"] is None
    assert failed["failure"] == "broken"
    good = next(one for one in told["images"] if "failure" not in one)
    assert [one["category"] for one in good["detections"]] == ["1", "2"]
    assert good["detections"][0]["bbox"] == [0.1, 0.3, 0.2, 0.4]
    best, score = good["detections"][0]["classifications"][0]
    assert told["classification_categories"][best] == "Loxodonta africana"
    assert score == 0.91
    line = told["classification_category_descriptions"][best]
    assert line.startswith("mammalia;proboscidea;elephantidae;loxodonta;africana;")


@pytest.fixture
def several(elephant: Photo, taxa: dict[str, Taxon]) -> Photo:
    """The elephant beside a lion by a person, one of nothing, one that failed, one that waits."""
    seen = builders.photo("", project=elephant.project, name="lion.jpg")
    where = {"x": 0.1, "y": 0.2, "width": 0.3, "height": 0.4}
    Verdict.objects.create(photo=seen, **where, taxon=taxa["panthera-leo"])
    nothing = builders.photo("", project=elephant.project)
    blank = builders.box(nothing, builders.run(nothing), 0, whole_image=True)
    Identification.objects.create(detection=blank, confidence=0.8, agreement=1.0,
                                  reason="no_animal")  # fmt: skip
    for state in ("failed", "waiting"):
        builders.photo("", project=elephant.project, state=state, failure="broken")
    return elephant


@pytest.mark.parametrize("key", ["speciesnet", "speciesnet-old"])
def test_predictions_use_the_words_of_speciesnet(elephant: Photo, key: str) -> None:
    words = words_of_speciesnet()
    classes = words.Classification
    assert (
        classes.BLANK.value, classes.ANIMAL.value, classes.HUMAN.value, classes.VEHICLE.value
    ) == (speciesnet.BLANK, speciesnet.ANIMAL, speciesnet.HUMAN, speciesnet.VEHICLE)  # fmt: skip
    assert (classes.UNKNOWN.value, words.FORMAT_VERSION) == (speciesnet.UNKNOWN, speciesnet.VERSION)
    (told,) = json.loads(_written(key)[0])["predictions"]
    animal = told["detections"][0]
    if key == "speciesnet":
        answer = animal["processed_classification"]
        told |= {"prediction": answer["class"], "prediction_source": answer["source"]}
        assert animal["raw_classifications"]["scores"] == [0.91, 0.05]
    assert told["prediction_source"] == "classifier"
    assert told["prediction"].endswith(
        ";mammalia;proboscidea;elephantidae;loxodonta;africana;african savanna elephant"
    )
    for one in told["detections"]:
        assert words.Detection.from_category(one["category"]).value == one["label"]
    assert [one["label"] for one in told["detections"]] == ["animal", "human"]


def test_speciesnet_reads_the_predictions(several: Photo, tmp_path: Path) -> None:
    (tmp_path / "predictions.json").write_bytes(_written("speciesnet")[0])
    names = [one.name for one in records(photos(), ALL)]
    read, anew = left_to_speciesnet(str(tmp_path / "predictions.json"), names)
    failed = [one.name for one in records(photos(), ALL) if one.state == "failed"]
    assert [one["filepath"] for one in anew] == failed
    answers = {
        one["processed_classification"]["class"].rpartition(";")[2]: (
            one["label"], one["processed_classification"]["source"]
        )
        for told in read.values() for one in told["detections"]
    }  # fmt: skip
    assert answers == {
        "african savanna elephant": ("animal", "classifier"),
        "human": ("human", "detector"),
        "lion": ("animal", "human"),
        "blank": ("whole_image_classification", "classifier"),
        "no cv result": ("whole_image_classification", "unknown"),
    }


def test_megadetector_finds_nothing_wrong_with_its_results(several: Photo) -> None:
    told = json.loads(_written("megadetector")[0])
    found = validated_by_megadetector(told)
    assert (found["errors"], found["warnings"]) == ([], [])
    assert found["detection_category_id_to_count"] == {"1": 2, "2": 1}
    del told["detection_categories"]["2"]
    assert validated_by_megadetector(told)["errors"]  # so that it would be found


def test_an_empty_photo_is_blank_to_speciesnet_and_empty_to_coco(project: Project) -> None:
    builders.photo("", project=project)
    told = json.loads(_written("speciesnet-old")[0])["predictions"][0]
    assert told["prediction"].endswith(";blank")
    assert told["detections"] == []
    assert json.loads(_written("speciesnet")[0])["predictions"][0]["detections"] == []
    coco = json.loads(_written("coco")[0])
    assert [one["category_id"] for one in coco["annotations"]] == [0]
    assert coco["categories"][0] == {"id": 0, "name": "empty"}


def test_pycocotools_reads_coco(elephant: Photo, tmp_path: Path) -> None:
    (tmp_path / "coco.json").write_bytes(_written("coco")[0])
    coco = COCO(str(tmp_path / "coco.json"))
    number = coco.getCatIds(catNms=["Loxodonta africana"])
    (note,) = coco.loadAnns(coco.getAnnIds(catIds=number))
    assert note["bbox"] == [204.8, 460.8, 409.6, 614.4]
    (image,) = coco.loadImgs(coco.getImgIds())
    assert image["datetime"] == "2024-05-01 06:30:00"


def test_geojson_is_valid_and_tells_what_it_left_out(elephant: Photo) -> None:
    builders.photo("", project=elephant.project)
    text, notes = _written("geojson")
    told = geojson.loads(text.decode())
    assert told.is_valid
    assert [one.geometry.coordinates for one in told.features] == [[37.262, -2.153]]
    assert notes == [("no_place", 1)]


def test_tables_hold_the_same_and_run_no_formula(elephant: Photo) -> None:
    rows = list(csv.DictReader(io.StringIO(_written("csv")[0].decode("utf-8-sig"))))
    table = pq.read_table(io.BytesIO(_written("parquet")[0])).to_pylist()
    assert [row["kind"] for row in rows] == [row["kind"] for row in table] == ["animal", "person"]
    assert rows[0]["file"] == "'=IMG 1.JPG"
    assert table[0]["file"] == "=IMG 1.JPG"
    # The clock on the spot is kept as an instant.
    assert table[0]["taken_at"] == datetime(2024, 5, 1, 3, 30, tzinfo=UTC)
    assert table[0]["genus"] == "Loxodonta"


@pytest.mark.parametrize("empty", [False, True])
def test_a_verdict_goes_before_the_models(
    elephant: Photo, taxa: dict[str, Taxon], *, empty: bool
) -> None:
    first = elephant.detections.get(index=0)
    Verdict.objects.create(
        photo=elephant, x=first.x, y=first.y, width=first.width, height=first.height,
        kind="no_animal" if empty else "animal", taxon=None if empty else taxa["panthera-leo"],
        given_by=User.objects.create_user("ann"),
    )  # fmt: skip
    row = next(csv.DictReader(io.StringIO(_written("csv")[0].decode("utf-8-sig"))))
    assert (row["kind"], row["scientific_name"]) == (
        ("blank", "") if empty else ("animal", "Panthera leo")
    )
    assert (row["method"], row["identified_by"]) == ("human", "ann")


@pytest.mark.parametrize("person", [False, True])
def test_a_dismissed_animal_does_not_hide_a_person_from_speciesnet(
    elephant: Photo, *, person: bool
) -> None:
    first = elephant.detections.get(index=0)
    Verdict.objects.create(
        photo=elephant, x=first.x, y=first.y, width=first.width, height=first.height,
        kind="no_animal",
    )  # fmt: skip
    if not person:
        elephant.detections.get(index=1).delete()
    told = json.loads(_written("speciesnet-old")[0])["predictions"][0]
    answer = (told["prediction"], told["prediction_score"], told["prediction_source"])
    assert answer == (
        (speciesnet.HUMAN, 0.8, "detector") if person else (speciesnet.BLANK, 1.0, "human")
    )


def _identifiers() -> list[object]:
    coco = json.loads(_written("coco")[0])
    with ZipFile(io.BytesIO(_written("darwin-core")[0])) as archive:
        rows = csv.DictReader(io.StringIO(archive.read("occurrence.csv").decode()))
        events = [(row["occurrenceID"], row["eventID"]) for row in rows]
    return [events, [(one["id"], one["seq_id"]) for one in coco["images"]]]


def test_the_same_photos_have_the_same_identifiers_in_any_project(taxa: dict[str, Taxon]) -> None:
    found = []
    for slug in ("one", "other"):
        moment = datetime(2024, 5, 1, 6, 30, tzinfo=UTC)
        project = Project.objects.create(slug=slug, name=slug)
        there = project.deployments.create(name="A1", latitude=-2.1, longitude=37.2)
        event = there.events.create(start=moment, end=moment)
        made = builders.photo("", project=project, deployment=there, event=event, taken_at=moment)
        builders.answered(made, taxa["loxodonta-africana"])
        Photo.objects.update(sha256="0" * 64)
        found.append(_identifiers())
        Photo.objects.all().delete()
    assert found[0] == found[1]
    assert found[0][1] == [("0" * 64, "A1_2024-05-01T06:30:00Z")]


@pytest.mark.parametrize("key", FORMATS)
def test_memory_does_not_grow_with_the_photos(
    key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lion = TaxonRecord("panthera-leo", "Panthera leo", "species", {"species": "Panthera leo"})
    seen = ThingRecord(0, "animal", Box(0.1, 0.3, 0.2, 0.4), 0.9, 0.9, lion)

    def many(count: int) -> Iterator[PhotoRecord]:
        for number in range(count):
            yield PhotoRecord(
                str(number), "a.jpg", f"{number:064}", "image/jpeg", 4, 3, None, WHO.made_at, "",
                "done", "", PlaceRecord(-2.1, 37.2), None, None, (seen,), "", "",
            )  # fmt: skip

    for module in (base, coco):
        monkeypatch.setattr(module, "SPOOL", 1 << 16)
    monkeypatch.setattr(tables, "_PORTION", 100)
    with (tmp_path / "out").open("wb") as to:
        FORMATS[key].write(many(1), WHO, to, default_storage.open)  # what is loaded once
        to.seek(0)
        tracemalloc.start()
        FORMATS[key].write(many(4_000), WHO, to, default_storage.open)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 1_500_000


def test_the_reader_of_gbif_reads_the_archive(elephant: Photo, tmp_path: Path) -> None:
    path = tmp_path / "archive.zip"
    path.write_bytes(_written("darwin-core")[0])
    with DwCAReader(path) as archive:
        (row,) = archive.rows
        assert row.data[qn("scientificName")] == "Loxodonta africana"
        assert row.data[qn("eventDate")] == "2024-05-01T06:30:00+03:00"
        assert row.data[qn("order")] == "Proboscidea"
        (photo,) = row.extensions
        assert photo.data["http://purl.org/dc/terms/type"] == "StillImage"
        assert archive.metadata is not None


def test_crops_lie_in_folders_by_class_and_lost_ones_are_told(
    elephant: Photo, taxa: dict[str, Taxon]
) -> None:
    text, notes = _written("crops")
    name = f"loxodonta-africana/{elephant.sha256[:16]}-1.jpg"
    with ZipFile(io.BytesIO(text)) as archive:
        assert archive.namelist() == [name]
        assert archive.read(name) == builders.MINI_JPEG
    assert notes == []
    default_storage.delete(elephant.detections.get(index=0).crop)
    assert _written("crops")[1] == [("crops_lost", 1)]
