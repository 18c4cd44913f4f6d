"""Deployments as a table: out and in again, and what is wrong in one told by line."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from wildlife.exchange.deployments import carry_out, read, write
from wildlife.exchange.formats.camtrap_dp import DEPLOYMENTS
from wildlife.projects.models import Activity, Deployment, Project

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 5, 31, 12, tzinfo=UTC)


@pytest.fixture
def mara() -> Project:
    return Project.objects.create(slug="mara", name="Mara")


def full(project: Project) -> Deployment:
    """A deployment of which everything is known."""
    return Deployment.objects.create(
        project=project, name="C1", location_id="w", location_name="Well, north", latitude=-1.23456,
        longitude=35.5, coordinate_uncertainty=30, start=NOON, end=NOON + timedelta(days=9),
        time_zone="Africa/Nairobi", setup_by="Ann", camera_id="7", camera_model="Browning",
        camera_delay=2, camera_height=0.6, camera_depth=0.1, camera_tilt=-10, camera_heading=90,
        detection_distance=8.5, timestamp_issues=True, bait_use=False, feature_type="waterSource",
        habitat="dry savanna", groups="2026 | dry", tags="a | b", comments="A \"quoted\"\nline.",
    )  # fmt: skip


def test_what_is_written_is_read_again_as_it_was(mara: Project) -> None:
    row = full(mara)
    text = write([row], exact=True)
    (told,) = csv.DictReader(io.StringIO(text))
    assert tuple(told) == DEPLOYMENTS
    assert told["deploymentStart"] == "2026-05-31T12:00:00+03:00"
    assert (told["baitUse"], told["cameraTilt"], told["latitude"]) == ("false", "-10", "-1.23456")
    assert read(mara, text, "UTC").same == 1
    other = Project.objects.create(slug="other", name="Other")
    reading = read(other, text, "Africa/Nairobi")
    assert (len(reading.new), reading.problems, reading.ignored) == (1, (), ())
    assert carry_out(reading, other, None) == 1
    copy = other.deployments.get()
    own = {"id", "project", "created_at"}
    for field in Deployment._meta.concrete_fields:
        if field.name not in own:
            assert getattr(copy, field.attname) == getattr(row, field.attname), field.name


def test_who_may_not_know_places_gets_a_grid_and_no_words_on_places(mara: Project) -> None:
    (told,) = csv.DictReader(io.StringIO(write([full(mara)], exact=False)))
    assert (told["latitude"], told["longitude"]) == ("-1.3", "35.5")
    hidden = ("locationID", "locationName", "coordinateUncertainty", "deploymentComments")
    assert {told[name] for name in hidden} == {""}
    assert told["habitat"] == "dry savanna"


def test_what_is_wrong_is_told_by_line_and_column_and_the_rest_is_kept(mara: Project) -> None:
    full(mara)
    text = (
        "deploymentID,latitude,longitude,deploymentStart,deploymentEnd,baitUse,featureType,season\n"
        "C1,-1.5,35.5,,,true,,dry\n"  # changes
        "C2,1,2,2026-01-01T00:00:00Z,2026-01-02 10:00,false,culvert,\n"  # new
        "\n"
        "C3,95,2,,,,,\n"
        "C4,nan,2,,,,,\n"
        "C5,1,,,,,,\n"
        "C6,1,2,2026-02-01,2026-01-01,,,\n"
        "C7,1,2,yesterday,,,,\n"
        "C8,1,2,,,maybe,,\n"
        "C9,1,2,,,,moon,\n"
        "C2,1,2,,,,,\n"
        ",1,2,,,,,\n"
    )
    reading = read(mara, text, "Africa/Nairobi")
    assert [row.name for row in reading.new] == ["C2"]
    assert [row.name for row in reading.changed] == ["C1"]
    assert reading.ignored == ("season",)
    assert [(one.line, one.column) for one in reading.problems] == [
        (5, "latitude"), (6, "latitude"), (7, "longitude"), (8, "deploymentEnd"),
        (9, "deploymentStart"), (10, "baitUse"), (11, "featureType"), (12, "deploymentID"),
        (13, "deploymentID"),
    ]  # fmt: skip
    assert all(one.reason for one in reading.problems)
    assert not Deployment.objects.filter(name="C2").exists()
    assert carry_out(reading, mara, None) == 2
    new, changed = mara.deployments.get(name="C2"), mara.deployments.get(name="C1")
    # An instant is told as the clock there shows it; one without a zone is that clock already.
    assert new.start == datetime(2026, 1, 1, 3, tzinfo=UTC)
    assert new.end == datetime(2026, 1, 2, 10, tzinfo=UTC)
    # Empty cells empty a value; columns that the table lacks leave it.
    assert (changed.latitude, changed.start, changed.bait_use) == (-1.5, None, True)
    assert changed.habitat == "dry savanna"
    activity = Activity.objects.get()
    assert (activity.verb, activity.details) == ("deployments_imported", {"count": 2})


@pytest.mark.parametrize("text", ["name\nC1\n", "deploymentID,deploymentID\nC1,C1\n", '"\n', ""])
def test_what_is_no_table_of_deployments_is_refused_whole(mara: Project, text: str) -> None:
    reading = read(mara, text, "UTC")
    assert (reading.new, len(reading.problems)) == ((), 1)


def test_spreadsheets_of_many_countries_write_semicolons(mara: Project) -> None:
    reading = read(mara, "deploymentID;habitat\nC1;a, b\n", "UTC")
    assert [(row.name, row.habitat) for row in reading.new] == [("C1", "a, b")]


def test_a_table_takes_one_query_to_read_and_few_to_keep(
    mara: Project,
    django_assert_num_queries: DjangoAssertNumQueries,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    text = "deploymentID\n" + "".join(f"C{number}\n" for number in range(300))
    with django_assert_num_queries(1):
        reading = read(mara, text, "UTC")
    with django_assert_max_num_queries(20):
        carry_out(reading, mara, None)
