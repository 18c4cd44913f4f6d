"""Events follow photos and answers: what is stored is what an independent computation says."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from django.contrib.auth.models import AnonymousUser
from pytest_django import DjangoAssertNumQueries

from tests.web.builders import answered, box, photo, plant, run
from wildlife.identifications import events, verdicts
from wildlife.identifications.models import Detection, Identification, Run
from wildlife.identifications.verdicts import Word
from wildlife.photos import origins, services
from wildlife.photos.models import Photo
from wildlife.projects import services as projects
from wildlife.projects.models import Deployment, Event, EventsDue, Project

pytestmark = pytest.mark.django_db

NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def mara() -> Project:
    return Project.objects.create(slug="mara", name="Mara")


@pytest.fixture
def bridge(mara: Project) -> Deployment:
    return Deployment.objects.create(project=mara, name="bridge")


def many(deployment: Deployment, seconds: Iterator[int] | list[int]) -> list[Photo]:
    """Make photos of a deployment, as rows alone."""
    return Photo.objects.bulk_create(
        Photo(
            project=deployment.project,
            deployment=deployment,
            state="done",
            sha256=f"{deployment.name}{number}"[-64:],
            size=1,
            recorded_at=NOON + timedelta(seconds=second),
            taken_at=NOON + timedelta(seconds=second),
        )
        for number, second in enumerate(seconds)
    )


def make() -> None:
    """Make the events anew from nothing known of what changed."""
    events.repair()
    events.go_on()


def of(deployment: Deployment) -> list[tuple[float, float, int]]:
    """The events of a deployment: seconds of its first and last photo, and how many it has."""
    return [
        ((one.start - NOON).total_seconds(), (one.end - NOON).total_seconds(), one.photos.count())
        for one in deployment.events.order_by("start")
    ]


def test_events_of_thousands_of_photos_are_those_of_pandas(mara: Project) -> None:
    dice = random.Random(7)
    taxa = plant()
    kinds = [taxa["loxodonta-africana"], taxa["panthera-leo"]]
    cameras = Deployment.objects.bulk_create(
        Deployment(project=mara, name=f"camera {number}") for number in range(4)
    )
    photos = [
        one
        for camera in cameras
        for one in many(camera, [dice.randrange(200_000) for _ in range(600)])
    ]
    some_run = Run.objects.create(lineup={}, state="done", alive_at=NOON)
    rows, found = [], []
    for one in photos:
        kind, animals = dice.choice(kinds), dice.randrange(4)
        rows.append((one.deployment_id, one.taken_at, one.pk, kind.slug, animals))
        found += [
            Detection(
                photo=one, run=some_run, index=index, category="animal", confidence=0.9,
                x=0.1 * index, y=0, width=0.1, height=0.1,
            )
            for index in range(animals)
        ]  # fmt: skip
    Detection.objects.bulk_create(found)
    slug_of = {pk: slug for _, _, pk, slug, _ in rows}
    by_slug = {kind.slug: kind for kind in kinds}
    Identification.objects.bulk_create(
        Identification(
            detection=one, taxon=by_slug[slug_of[one.photo_id]], confidence=1.0, agreement=1,
            reason="species",
        )
        for one in found
    )  # fmt: skip
    make()

    frame = pd.DataFrame(rows, columns=["camera", "at", "photo", "taxon", "animals"])
    frame = frame.sort_values(["camera", "at"])
    apart = frame.groupby("camera")["at"].diff() > pd.Timedelta(seconds=120)
    frame["event"] = apart.groupby(frame["camera"]).cumsum()
    grouped = frame.groupby(["camera", "event"])
    wanted = grouped.agg(
        start=("at", "min"), end=("at", "max"), photos=("photo", "count"), count=("animals", "max")
    )
    masses = frame.groupby(["camera", "event", "taxon"])["animals"].sum().unstack(fill_value=0)
    shares = masses.div(masses.sum(axis=1), axis=0).fillna(0)
    wanted["taxon"] = shares.idxmax(axis=1).where(shares.max(axis=1) >= 0.7, "")
    # Elephants and lions meet at the mammals, which hold all of it.
    torn = (masses.sum(axis=1) > 0) & (wanted["taxon"] == "")
    wanted.loc[torn, "taxon"] = "mammalia"
    expected = sorted(
        (camera, row.start, row.end, row.photos, row["count"], row.taxon)
        for (camera, _), row in wanted.iterrows()
    )
    stored = sorted(
        (
            one.deployment_id,
            one.start,
            one.end,
            one.photos.count(),
            one.count,
            one.taxon.slug if one.taxon else "",
        )
        for one in Event.objects.select_related("taxon").prefetch_related("photos")
    )
    assert len(stored) > 500
    assert [row[:5] for row in stored] == [row[:5] for row in expected]
    assert [row[5] for row in stored] == [row[5] for row in expected]


def test_making_events_again_changes_nothing(bridge: Deployment) -> None:
    many(bridge, [0, 50, 400])
    make()
    before = list(Event.objects.order_by("pk").values())
    members = set(Photo.objects.values_list("pk", "event"))
    make()
    assert list(Event.objects.order_by("pk").values()) == before
    assert set(Photo.objects.values_list("pk", "event")) == members
    assert not EventsDue.objects.exists()
    assert not events.refresh(bridge.pk)


@pytest.mark.parametrize("seed", range(8))
def test_step_by_step_or_at_once_events_are_the_same(bridge: Deployment, seed: int) -> None:
    dice = random.Random(seed)
    photos = many(bridge, [dice.randrange(1500) for _ in range(20)])
    other = Deployment.objects.create(project=bridge.project, name="other")
    for _step in range(12):
        one = Photo.objects.get(pk=dice.choice(photos).pk)
        if dice.random() < 0.7:
            origins.correct_time(one, NOON + timedelta(seconds=dice.randrange(1500)), None)
        else:
            origins.correct_time(one, None, None)
        if dice.random() < 0.5:
            events.go_on()
    events.go_on()
    stepwise = of(bridge)
    Photo.objects.update(event=None)
    Event.objects.all().delete()
    make()
    assert of(bridge) == stepwise
    assert not other.events.exists()


def test_a_photo_in_between_joins_two_events_and_its_end_parts_them(bridge: Deployment) -> None:
    many(bridge, [0, 200])
    make()
    assert of(bridge) == [(0, 0, 1), (200, 200, 1)]
    first = bridge.events.earliest("start").pk
    between = photo(
        "", project=bridge.project, deployment=bridge, taken_at=NOON + timedelta(seconds=100)
    )
    events.ask_for_events_of([between.pk])
    events.go_on()
    assert of(bridge) == [(0, 200, 3)]
    assert bridge.events.get().pk == first
    services.delete(between)
    events.go_on()
    assert of(bridge) == [(0, 0, 1), (200, 200, 1)]
    assert bridge.events.earliest("start").pk == first


def test_the_last_photo_takes_its_event_along(bridge: Deployment) -> None:
    [one] = many(bridge, [0])
    make()
    origins.correct_time(one, None, None)
    events.go_on()
    one.refresh_from_db()
    assert one.event is None
    assert not Event.objects.exists()


def test_another_gap_makes_other_events(bridge: Deployment) -> None:
    many(bridge, [0, 100])
    make()
    projects.change(bridge.project, AnonymousUser(), {"event_gap": 60})
    events.go_on()
    assert of(bridge) == [(0, 0, 1), (100, 100, 1)]


def test_events_of_one_deployment_are_not_those_of_another(bridge: Deployment) -> None:
    other = Deployment.objects.create(project=bridge.project, name="other")
    many(bridge, [0, 50])
    many(other, [25])
    make()
    assert of(bridge) == [(0, 50, 2)]
    assert of(other) == [(25, 25, 1)]


def seen(deployment: Deployment, second: int, slug: str, animals: int = 1) -> Photo:
    one = photo(
        "",
        project=deployment.project,
        deployment=deployment,
        taken_at=NOON + timedelta(seconds=second),
    )
    taxon = None if not slug else TAXA[slug]
    answered(one, taxon, animals, confidence=0.95, runners_up=[])
    return one


TAXA: dict = {}


@pytest.fixture
def taxa() -> dict:
    TAXA.clear()
    TAXA.update(plant())
    return TAXA


def test_an_event_shows_what_most_of_it_says_and_the_most_animals(
    bridge: Deployment, taxa: dict
) -> None:
    for second in (0, 20, 40, 60):
        seen(bridge, second, "loxodonta-africana", animals=2 if second == 20 else 1)
    seen(bridge, 80, "panthera-leo")
    make()
    event = bridge.events.get()
    assert (event.taxon, event.count) == (taxa["loxodonta-africana"], 2)
    assert event.confidence == pytest.approx(5 / 6, abs=1e-4)
    slugs = set(Photo.objects.values_list("detections__identification__taxon__slug", flat=True))
    assert slugs == {"loxodonta-africana", "panthera-leo"}  # each photo keeps its own


@pytest.mark.usefixtures("nothing_is_new")
def test_a_verdict_decides_for_the_event_within_seconds(bridge: Deployment, taxa: dict) -> None:
    photos = [seen(bridge, second, "panthera-leo", animals=2) for second in (0, 20)]
    make()
    first, second = photos[0].detections.all()
    verdicts.give(first, Word(taxon=taxa["loxodonta-africana"]), None)
    events.go_on()
    event = bridge.events.get()
    assert (event.taxon, event.confidence, event.count) == (taxa["loxodonta-africana"], 1.0, 2)
    for one in (first, second, *photos[1].detections.all()):
        verdicts.give(one, Word(kind="no_animal"), None)
    events.go_on()
    event.refresh_from_db()
    assert (event.taxon, event.confidence, event.count) == (None, None, 0)


def test_people_and_empty_boxes_are_no_animals(bridge: Deployment, taxa: dict) -> None:
    one = photo("", project=bridge.project, deployment=bridge, taken_at=NOON)
    made = run(one)
    box(one, made, 0, "person")
    nothing = box(one, made, 1)
    Identification.objects.create(
        detection=nothing, confidence=0.9, agreement=1, reason="no_animal"
    )
    make()
    event = bridge.events.get()
    assert (event.taxon, event.count) == (None, 0)


def test_only_what_lies_around_a_change_is_read_again(
    bridge: Deployment, taxa: dict, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    near, far = seen(bridge, 0, "panthera-leo"), seen(bridge, 9999, "panthera-leo")
    make()
    Identification.objects.update(taxon=taxa["loxodonta-africana"])
    events.ask_for_events_of([near.pk])
    with django_assert_max_num_queries(20):
        events.go_on()
    near.refresh_from_db()
    far.refresh_from_db()
    assert near.event
    assert near.event.taxon == taxa["loxodonta-africana"]
    assert far.event
    assert far.event.taxon == taxa["panthera-leo"]


def test_a_failing_deployment_stays_due_and_keeps_no_other_waiting(
    bridge: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Deployment.objects.create(project=bridge.project, name="other")
    many(bridge, [0])
    many(other, [0])
    events.repair()
    made = events._write

    def break_at(deployment: Deployment, touched: list) -> None:
        if deployment == bridge:
            raise RuntimeError("broken")
        made(deployment, touched)

    monkeypatch.setattr(events, "_write", break_at)
    assert events.go_on() == 1
    assert not bridge.events.exists()
    assert other.events.count() == 1
    assert [due.deployment for due in EventsDue.objects.all()] == [bridge]
    monkeypatch.undo()
    assert events.go_on() == 1
    assert bridge.events.count() == 1
