"""A package that leaves has what Camtrap DP asks for."""

import csv
import io
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.storage import default_storage

from tests.exchange.camtrap_rules import TABLES, faults
from tests.web import builders
from wildlife.exchange.formats import FORMATS, camtrap_dp
from wildlife.exchange.notes import Note
from wildlife.exchange.source import View, about, records
from wildlife.identifications.models import Identification, Verdict
from wildlife.photos.models import Photo
from wildlife.projects.models import Deployment, Event, Project
from wildlife.species.models import Taxon

pytestmark = pytest.mark.django_db
TIMES = [datetime(2024, 5, 1, 6, 30, second, tzinfo=UTC) for second in (0, 20)]


@pytest.fixture
def project(db: None) -> Project:
    return Project.objects.create(slug="savanna", name="Savanna")


@pytest.fixture
def visit(project: Project) -> Event:
    """Two photos of one deployment, a lion on each; a third has no place."""
    taxa: dict[str, Taxon] = builders.plant()
    there = Deployment.objects.create(project=project, name="A1", latitude=-2.1, longitude=37.2)
    event = Event.objects.create(deployment=there, start=TIMES[0], end=TIMES[1])
    for moment in TIMES:
        made = builders.photo("", project=project, deployment=there, event=event, taken_at=moment)
        lion = builders.box(made, builders.run(made), 0)
        Identification.objects.create(
            detection=lion, taxon=taxa["panthera-leo"], confidence=0.9, agreement=1.0,
            reason="species",
        )  # fmt: skip
    builders.photo("", project=project)
    return event


def _written(project: Project, key: str = "camtrap-dp") -> tuple[bytes, list[Note]]:
    to = io.BytesIO()
    photos = Photo.objects.order_by("-moment", "-id")
    rows = records(photos, View(places=True, originals=True), "https://example.org")
    told = about(project, AnonymousUser())
    notes = FORMATS[key].write(rows, told, to, default_storage.open)
    return to.getvalue(), notes


def _package(project: Project) -> tuple[dict[str, list[dict[str, str]]], dict, list[Note]]:  # type: ignore[type-arg]
    content, notes = _written(project)
    with ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        tables = {
            name: list(csv.DictReader(io.StringIO(archive.read(f"{name}.csv").decode())))
            for name in ("deployments", "media", "observations")
        }
        return tables, json.loads(archive.read("datapackage.json")), notes


def test_a_visit_is_told_by_its_photos_and_as_a_whole(visit: Event, project: Project) -> None:
    tables, package, notes = _package(project)
    assert tuple(tables["deployments"][0]) == camtrap_dp.DEPLOYMENTS
    assert tuple(tables["media"][0]) == camtrap_dp.MEDIA
    assert tuple(tables["observations"][0]) == camtrap_dp.OBSERVATIONS
    levels = [row["observationLevel"] for row in tables["observations"]]
    assert levels == ["media", "media", "event"]
    whole = tables["observations"][-1]
    assert (whole["scientificName"], whole["count"]) == ("Panthera leo", "1")
    assert (whole["eventStart"], whole["eventEnd"]) == (
        "2024-05-01T06:30:00Z",
        "2024-05-01T06:30:20Z",
    )
    assert notes == [("no_place", 1)]
    assert package["temporal"] == {"start": "2024-05-01", "end": "2024-05-01"}
    assert package["taxonomic"][0]["scientificName"] == "Panthera leo"
    assert package["spatial"]["coordinates"][0][0] == [37.2, -2.1]


def test_keys_lead_from_table_to_table(visit: Event, project: Project) -> None:
    tables, _, _ = _package(project)
    deployments = {row["deploymentID"] for row in tables["deployments"]}
    media = {row["mediaID"] for row in tables["media"]}
    ids = [row["observationID"] for row in tables["observations"]]
    assert len(set(ids)) == len(ids)
    for row in tables["observations"]:
        assert row["deploymentID"] in deployments
        assert row["mediaID"] in media | {""}


def test_the_same_photos_give_the_same_package(visit: Event, project: Project) -> None:
    assert _package(project) == _package(project)


@pytest.mark.parametrize("key", ["camtrap-dp", "camtrap-dp-photos"])
def test_frictionless_finds_nothing_wrong(
    visit: Event, project: Project, key: str, tmp_path: Path
) -> None:
    Deployment.objects.update(
        camera_height=1.2, camera_tilt=-10, feature_type="trailGame", bait_use=False, tags="a | b"
    )
    lion, other = Photo.objects.filter(event=visit)
    Photo.objects.filter(pk=other.pk).update(filename="..IMG..1.JPG", deployment=None, event=None,
                                             latitude=-2.15, longitude=37.0)  # fmt: skip
    Verdict.objects.create(photo=lion, x=0.1, y=0.2, width=0.3, height=0.4, count=2, sex="female",
                           life_stage="adult")  # fmt: skip
    content, _ = _written(project, key)
    with ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(tmp_path)
        inside = [name for name in archive.namelist() if not name.endswith((".csv", ".json"))]
    assert faults(tmp_path) == []
    table = tmp_path / "media.csv"
    paths = {row["filePath"] for row in csv.DictReader(io.StringIO(table.read_text()))}
    assert len(paths) == 2
    assert (set(inside) == paths) is (key == "camtrap-dp-photos")
    table.write_text(table.read_text().replace("image/jpeg", "jpeg").replace("A1", "A2"))
    assert len(faults(tmp_path)) >= 2  # so that it would be found


@pytest.mark.shared
def test_the_rules_fit_a_published_package(shared_dir: Path, tmp_path: Path) -> None:
    folder = shared_dir / "photos/camera-trap/camtrap-dp"
    for table in TABLES:
        shutil.copyfile(folder / f"{table}.csv", tmp_path / f"{table}.csv")
    told = json.loads((folder / "datapackage.json").read_text())
    told["resources"] = told["resources"][:3]  # the fourth is its own
    (tmp_path / "datapackage.json").write_text(json.dumps(told))
    assert faults(tmp_path) == []
