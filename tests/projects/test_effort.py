"""Trap-nights and rates, as an independent computation has them."""

import random
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from pytest_django import DjangoAssertNumQueries

from wildlife.projects.effort import effort_of, nights_of
from wildlife.projects.models import Deployment, Event, Project
from wildlife.species.models import Taxon

pytestmark = pytest.mark.django_db

NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def mara() -> Project:
    return Project.objects.create(slug="mara", name="Mara")


@pytest.mark.parametrize(
    ("start", "end", "nights"),
    [
        (NOON - 10 * DAY, NOON, 10.0),
        (NOON - 10 * DAY, NOON - 9.5 * DAY, 0.5),
        (NOON - 10 * DAY, None, 10.125),  # at 12:00 UTC it is 15:00 there
        (NOON - 10 * DAY, NOON + 10 * DAY, 10.125),
        (NOON + DAY, None, 0.0),
        (None, NOON, None),
    ],
)
def test_nights_count_up_to_now_by_the_clock_on_the_spot(
    start: datetime | None, end: datetime | None, nights: float | None
) -> None:
    one = Deployment(start=start, end=end, time_zone="Africa/Nairobi")
    assert nights_of(one, NOON) == nights


def test_rates_are_those_of_pandas(
    mara: Project, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    dice = random.Random(3)
    taxa = [Taxon.objects.create(slug=f"t{n}", scientific_name=f"T {n}") for n in range(3)]
    cameras = [
        Deployment.objects.create(
            project=mara,
            name=str(number),
            start=None if number == 4 else NOON,
            end=NOON + timedelta(hours=dice.randrange(1, 2000)),
            timestamp_issues=number == 2 or None,
        )
        for number in range(6)
    ]
    Event.objects.bulk_create(
        Event(
            deployment=dice.choice(cameras[:5]),
            start=NOON,
            end=NOON,
            taxon=dice.choice([*taxa, None]),
        )
        for _ in range(2000)
    )
    with django_assert_num_queries(2):
        found = effort_of(mara, NOON + 365 * DAY)
    events = pd.DataFrame(Event.objects.values("deployment", "taxon")).dropna()
    nights = pd.Series(
        {one.pk: (one.end - one.start) / DAY for one in cameras if one.start}, name="nights"
    )
    per_camera = events.groupby(["deployment", "taxon"]).size()
    for (pk, taxon), count in per_camera.items():
        [rate] = [one for one in found[pk].rates if one.taxon_id == taxon]
        assert rate.events == count
        expected = 100 * count / nights[pk] if pk in nights else None
        assert rate.per_100_nights == (None if expected is None else pytest.approx(expected))
    dated = events[events["deployment"].isin(nights.index)].groupby("taxon").size()
    whole = found[None]
    assert {one.taxon_id: one.per_100_nights for one in whole.rates} == {
        taxon: pytest.approx(100 * count / nights.sum()) for taxon, count in dated.items()
    }
    assert {one.taxon_id: one.events for one in whole.rates} == events.groupby(
        "taxon"
    ).size().to_dict()
    counted = [one.events for one in whole.rates]
    assert counted == sorted(counted, reverse=True)
    assert whole.nights == pytest.approx(nights.sum())
    assert (whole.doubtful, whole.undated) == (1, 1)
    assert found[cameras[5].pk].rates == ()


def test_a_project_without_deployments_has_no_effort(mara: Project) -> None:
    assert effort_of(mara)[None].nights == 0
    assert effort_of(mara)[None].rates == ()


def test_other_projects_play_no_part(mara: Project) -> None:
    kruger = Project.objects.create(slug="kruger", name="Kruger")
    lion = Taxon.objects.create(slug="lion", scientific_name="Panthera leo")
    theirs = Deployment.objects.create(project=kruger, name="a", start=NOON, end=NOON + DAY)
    Event.objects.create(deployment=theirs, start=NOON, end=NOON, taxon=lion)
    assert effort_of(mara, NOON + DAY)[None].rates == ()
    assert effort_of(kruger, NOON + DAY)[None].rates[0].per_100_nights == 100
