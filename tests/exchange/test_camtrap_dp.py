"""A package that leaves has what Camtrap DP asks for."""

import csv
import io
import json
from datetime import UTC, datetime
from zipfile import ZipFile

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.storage import default_storage

from tests.web import builders
from wildlife.exchange.formats import FORMATS, camtrap_dp
from wildlife.exchange.source import View, about, records
from wildlife.identifications.models import Identification
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


def _package(project: Project) -> tuple[dict[str, list[dict[str, str]]], dict, list[str]]:  # type: ignore[type-arg]
    to = io.BytesIO()
    photos = Photo.objects.order_by("-moment", "-id")
    rows = records(photos, View(places=True, originals=True), "https://example.org")
    told = about(project, AnonymousUser())
    notes = FORMATS["camtrap-dp"].write(rows, told, to, default_storage.open)
    with ZipFile(to) as archive:
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
    assert notes == ["1 photos have no place and were left out."]
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
