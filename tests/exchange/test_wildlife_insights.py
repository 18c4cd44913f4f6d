"""Wildlife Insights gets its four tables, which fit together."""

import csv
import io
import json
from datetime import UTC, datetime
from zipfile import ZipFile

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import default_storage

from tests.exchange.rows import ALL, photos
from tests.web import builders
from wildlife.exchange.formats import speciesnet, wildlife_insights
from wildlife.exchange.source import View, about, records
from wildlife.identifications.models import Verdict
from wildlife.photos.models import Photo
from wildlife.projects.models import Project
from wildlife.species.models import Taxon

pytestmark = pytest.mark.django_db


def _written(project: Project, view: View = ALL) -> tuple[dict[str, list[dict[str, str]]], int]:
    """The rows of each table, and how many notes there are."""
    to = io.BytesIO()
    told = records(photos(), view, "https://a.example")
    who = about(project, User(username="ann"))
    notes = wildlife_insights.write(told, who, to, default_storage.open)
    tables = {}
    with ZipFile(to) as archive:
        for name in archive.namelist():
            text = archive.read(name).decode()
            tables[name.removesuffix(".csv")] = list(csv.DictReader(io.StringIO(text)))
    return tables, len(notes)


@pytest.fixture
def stood(elephant: Photo, project: Project) -> Photo:
    there = project.deployments.create(
        name="A1", latitude=-2.153, longitude=37.262, time_zone="Africa/Nairobi",
        start=datetime(2024, 4, 1, tzinfo=UTC), feature_type="trailGame", camera_height=0.5,
        camera_tilt=-10, bait_use=True, camera_id="C7", camera_model="Reconyx HF2",
    )  # fmt: skip
    Photo.objects.update(deployment=there)
    return Photo.objects.get(pk=elephant.pk)


def test_tables_fit_together(stood: Photo, project: Project) -> None:
    tables, notes = _written(project)
    (own,), (camera,), (deployment,) = (
        tables[name] for name in ("projects", "cameras", "deployments")
    )
    assert notes == 0
    assert {row["project_id"] for rows in tables.values() for row in rows} == {"savanna"}
    assert {row["deployment_id"] for row in tables["images"]} == {deployment["deployment_id"]}
    assert camera["camera_id"] == deployment["camera_id"] == "C7"
    assert (camera["make"], camera["model"]) == ("Reconyx", "HF2")
    assert (deployment["start_date"], deployment["end_date"]) == ("2024-04-01", "2024-05-01")
    assert (deployment["feature_type"], deployment["bait_type"]) == ("Trail game", "Other")
    assert (deployment["sensor_height"], deployment["height_other"]) == ("Other", "0.5 m")
    assert deployment["sensor_orientation"] == "Pointed Downward"
    assert (deployment["latitude"], deployment["longitude"]) == ("-2.153", "37.262")
    assert (own["project_bait_use"], own["image_license"]) == ("Yes", "CC-BY-NC")
    assert own["project_sensor_layout"] == "Convenience"


def test_an_image_has_a_row_per_kind_of_thing(
    stood: Photo, project: Project, taxa: dict[str, Taxon]
) -> None:
    ann = User.objects.create_user("ann")
    for x in (0.5, 0.7):
        Verdict.objects.create(
            photo=stood, x=x, y=0.1, width=0.1, height=0.1, taxon=taxa["panthera-leo"],
            sex="female", life_stage="adult", behaviour="resting", given_by=ann,
        )  # fmt: skip
    elephant, person, lions = _written(project)[0]["images"]
    ranks = ("class", "order", "family", "genus", "species")
    assert [elephant[rank] for rank in ranks] == [
        "Mammalia", "Proboscidea", "Elephantidae", "Loxodonta", "africana"
    ]  # fmt: skip
    assert elephant["common_name"] == "African savanna elephant"
    assert (elephant["identified_by"], elephant["cv_confidence"]) == ("Computer vision", "0.91")
    assert json.loads(elephant["bounding_boxes"]) == [[0.1, 0.3, 0.2, 0.4]]
    assert (elephant["timestamp"], elephant["is_blank"]) == ("2024-05-01 06:30:00", "No")
    assert elephant["location"] == f"https://a.example/api/v1/photos/{stood.pk}/original"
    assert (elephant["sex"], elephant["age"]) == ("Unknown", "Unknown")
    assert [person[rank] for rank in ranks][-2:] == ["Homo", "sapiens"]
    assert person["wi_taxon_id"] == speciesnet.HUMAN.partition(";")[0]
    assert (lions["number_of_objects"], lions["sex"], lions["age"]) == ("2", "Female", "Adult")
    assert (lions["identified_by"], lions["cv_confidence"]) == ("ann", "")
    assert len(json.loads(lions["bounding_boxes"])) == 2


def test_blank_unseen_and_placeless_photos(stood: Photo, project: Project) -> None:
    there = {"latitude": 1.0, "longitude": 2.0, "project": project}
    empty = builders.photo("", **there)
    unseen = builders.photo("", state="pending", **there)
    builders.photo("", project=project)
    tables, notes = _written(project)
    rows = {row["image_id"]: row for row in tables["images"]}
    assert notes == 1
    assert (rows[empty.sha256]["is_blank"], rows[empty.sha256]["common_name"]) == ("Yes", "Blank")
    assert (rows[unseen.sha256]["is_blank"], rows[unseen.sha256]["common_name"]) == ("No", "")
    assert {row["deployment_id"] for row in tables["deployments"]} == {"A1", "1.00000 2.00000"}
    assert len(tables["cameras"]) == 2


def test_places_are_as_coarse_as_they_may_be_known(stood: Photo, project: Project) -> None:
    (row,) = _written(project, View(places=False, originals=False))[0]["deployments"]
    assert (row["latitude"], row["longitude"]) == ("-2.2", "37.2")
