"""What leaves is read back by the tools of the formats' owners."""

import csv
import io
import json
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from zipfile import ZipFile

import geojson
import pyarrow.parquet as pq
import pytest
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.utils import timezone
from dwca.darwincore.utils import qualname as qn
from dwca.read import DwCAReader
from pycocotools.coco import COCO

from tests.web import builders
from wildlife.exchange.formats import FORMATS, speciesnet
from wildlife.exchange.records import PhotoRecord, ProjectRecord
from wildlife.exchange.source import View, about, records, view_of
from wildlife.identifications.models import Identification, Verdict
from wildlife.photos.models import Photo
from wildlife.projects.models import Membership, Project, Role
from wildlife.species.models import Taxon

pytestmark = pytest.mark.django_db
ALL = View(places=True, originals=True)
WHO = ProjectRecord("p", "Project", "", "targeted", "CC0-1.0", "CC0-1.0", ("ann",), timezone.now())


@pytest.fixture
def taxa() -> dict[str, Taxon]:
    return builders.plant()


@pytest.fixture
def project(db: None) -> Project:
    return Project.objects.create(slug="savanna", name="Savanna")


@pytest.fixture
def elephant(taxa: dict[str, Taxon], project: Project) -> Photo:
    """A photo of the project with an elephant, seen by models, and a person."""
    made = builders.photo(
        "", project=project, taken_at=datetime(2024, 5, 1, 6, 30, tzinfo=UTC), utc_offset=180,
        latitude=-2.153, longitude=37.262, name="=IMG 1.JPG",
    )  # fmt: skip
    run = builders.run(made)
    animal = builders.box(made, run, 0)
    builders.box(made, run, 1, "person", confidence=0.8)
    Identification.objects.create(
        detection=animal, taxon=taxa["loxodonta-africana"], confidence=0.91, agreement=1.0,
        reason="species", runners_up=[["loxodonta-cyclotis", 0.05]],
    )  # fmt: skip
    Photo.objects.filter(pk=made.pk).update(taxon=taxa["loxodonta-africana"])
    return made


def _photos() -> QuerySet[Photo]:
    return Photo.objects.order_by("-moment", "-id")


def _written(key: str, view: View = ALL) -> tuple[bytes, list[str]]:
    to = io.BytesIO()
    notes = FORMATS[key].write(records(_photos(), view), WHO, to, default_storage.open)
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


def _speciesnet_constants() -> ModuleType:
    """The words of SpeciesNet's own package, without the networks that it imports."""
    package = find_spec("speciesnet")
    if package is None or package.origin is None:
        pytest.skip("needs the package speciesnet")
    path = Path(package.origin).with_name("constants.py")
    spec = spec_from_file_location("speciesnet_constants", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_predictions_use_the_words_of_speciesnet(elephant: Photo) -> None:
    constants = _speciesnet_constants()
    classes = constants.Classification
    assert (
        classes.BLANK.value, classes.ANIMAL.value, classes.HUMAN.value, classes.VEHICLE.value
    ) == (speciesnet.BLANK, speciesnet.ANIMAL, speciesnet.HUMAN, speciesnet.VEHICLE)  # fmt: skip
    assert classes.UNKNOWN.value == speciesnet.UNKNOWN
    told = json.loads(_written("speciesnet")[0])["predictions"]
    assert told[0]["prediction_source"] == "classifier"
    assert told[0]["prediction"].endswith(
        ";mammalia;proboscidea;elephantidae;loxodonta;africana;african savanna elephant"
    )
    assert {one["label"] for one in told[0]["detections"]} == {
        constants.Detection.ANIMAL.value, constants.Detection.HUMAN.value
    }  # fmt: skip


def test_an_empty_photo_is_blank_to_speciesnet_and_empty_to_coco(project: Project) -> None:
    builders.photo("", project=project)
    told = json.loads(_written("speciesnet")[0])["predictions"][0]
    assert told["prediction"].endswith(";blank")
    assert told["detections"] == []
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
    assert len(notes) == 1
    assert notes[0].startswith("1 ")


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
        taxon=None if empty else taxa["panthera-leo"], given_by=User.objects.create_user("ann"),
    )  # fmt: skip
    row = next(csv.DictReader(io.StringIO(_written("csv")[0].decode("utf-8-sig"))))
    assert (row["kind"], row["scientific_name"]) == (
        ("blank", "") if empty else ("animal", "Panthera leo")
    )
    assert (row["method"], row["identified_by"]) == ("human", "ann")


@pytest.mark.parametrize("role", [Role.VIEWER, Role.CURATOR, Role.OWNER])
def test_what_leaves_is_what_the_asker_may_see(elephant: Photo, role: Role) -> None:
    Taxon.objects.filter(slug="loxodonta-africana").update(sensitive=True)
    user = User.objects.create_user("bea")
    Membership.objects.create(user=user, project=elephant.project, role=role)
    (told,) = records(_photos(), view_of(user, elephant.project))
    assert told.place is not None
    exact = (told.place.latitude, told.place.longitude, told.place.precision)
    assert exact == ((-2.2, 37.2, 0.1) if role == Role.VIEWER else (-2.153, 37.262, None))
    assert bool(told.original) is (role == Role.OWNER)


def test_a_deployment_does_not_tell_where_a_sensitive_species_is(
    elephant: Photo, project: Project
) -> None:
    Taxon.objects.filter(slug="loxodonta-africana").update(sensitive=True)
    there = project.deployments.create(
        name="A1", latitude=-2.153, longitude=37.262, location_name="Old well"
    )
    Photo.objects.filter(pk=elephant.pk).update(deployment=there)
    builders.photo("", project=project, deployment=there)  # with nothing on it
    user = User.objects.create_user("bea")
    Membership.objects.create(user=user, project=project, role=Role.VIEWER)
    for told in records(_photos(), view_of(user, project)):
        assert told.deployment is not None
        assert told.deployment.place is not None
        assert told.deployment.place.precision == 0.1
        assert "Old well" not in told.deployment.columns.values()


def test_a_portion_costs_the_same_queries_for_one_photo_as_for_many(
    elephant: Photo, django_assert_max_num_queries: object
) -> None:
    for _ in range(20):
        builders.photo("", project=elephant.project)
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        assert len(list(records(_photos(), ALL))) == 21


def test_memory_does_not_grow_with_the_photos() -> None:
    def many(count: int) -> Iterator[PhotoRecord]:
        for number in range(count):
            yield PhotoRecord(
                str(number), "a.jpg", f"{number:064}", "image/jpeg", 4, 3, None, WHO.made_at, "",
                "done", "", None, None, None, (), "", "",
            )  # fmt: skip

    class Nowhere(io.RawIOBase):
        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            return len(data)  # type: ignore[arg-type]

    tracemalloc.start()
    FORMATS["megadetector"].write(many(10_000), WHO, Nowhere(), default_storage.open)  # type: ignore[arg-type]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000


def test_names_of_members_are_told(project: Project) -> None:
    user = User.objects.create_user("bea")
    Membership.objects.create(user=user, project=project, role=Role.OWNER)
    assert about(project, user).people == ("bea",)
    assert about(None, user).people == ("bea",)


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
    assert _written("crops")[1] == ["1 crops are lost and were left out."]
