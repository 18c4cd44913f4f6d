"""The pages of events and of effort."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta

from django.test import Client

from tests.web.deployments.conftest import NOON, camera, seen
from wildlife.identifications import events
from wildlife.projects.models import Event, Project
from wildlife.species.models import Taxon

PAGES = "/projects/mara/events/"
EFFORT = "/projects/mara/deployments/effort"


def made(mara: Project, taxa: dict[str, Taxon]) -> None:
    """Two lions in nine photos and an elephant at C1, a lion at C2."""
    one, two = camera(mara), camera(mara, "C2", end=NOON + timedelta(days=30))
    seen(one, taxa["panthera-leo"], *range(0, 90, 10), animals=2)
    seen(one, taxa["loxodonta-africana"], 4000)
    seen(two, taxa["panthera-leo"], 8000)
    events.repair()
    assert events.go_on() == 2


def text_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_events_are_listed_with_answer_count_and_a_few_photos(
    mara: Project, viewer: Client, taxa: dict[str, Taxon]
) -> None:
    made(mara, taxa)
    told = text_of(viewer, PAGES)
    assert told.count('<li class="visit">') == 3
    assert "2 animals" in told
    assert "Lion" in told
    assert "African savanna elephant" in told
    assert "+3" in told  # of nine photos six are shown
    assert told.count('loading="lazy"') == 6 + 1 + 1


def test_events_are_narrowed_by_deployment_and_by_animal_or_its_group(
    mara: Project, viewer: Client, taxa: dict[str, Taxon]
) -> None:
    made(mara, taxa)
    two = mara.deployments.get(name="C2")

    def count(query: str) -> int:
        return text_of(viewer, f"{PAGES}?{query}").count('<li class="visit">')

    assert count(f"deployment={two.pk}") == 1
    assert count("animal=lion") == 2
    assert count(f"animal=lion&deployment={two.pk}") == 1
    assert count("taxon=felidae") == 2
    assert count("taxon=mammalia") == 3
    assert count("deployment=nonsense") == 3
    assert "Nothing is called “gryphon”" in text_of(viewer, f"{PAGES}?animal=gryphon")


def test_an_event_shows_all_its_photos_and_leads_to_its_neighbours(
    mara: Project, viewer: Client, taxa: dict[str, Taxon]
) -> None:
    made(mara, taxa)
    first, second = Event.objects.filter(deployment__name="C1")
    told = text_of(viewer, f"{PAGES}{first.pk}/")
    assert told.count('class="tile tile--done"') == 9
    assert f"{PAGES}{second.pk}/" in told
    assert 'rel="prev"' not in told
    assert f'rel="prev" href="{PAGES}{first.pk}/' in text_of(viewer, f"{PAGES}{second.pk}/")
    other = Project.objects.create(slug="other", name="Other")
    assert viewer.get(f"/projects/{other.slug}/events/{first.pk}/").status_code == 404


def test_a_photo_says_its_deployment_how_it_came_there_and_its_event(
    mara: Project, viewer: Client, taxa: dict[str, Taxon]
) -> None:
    made(mara, taxa)
    event = Event.objects.first()
    photo = event.photos.first()
    told = text_of(viewer, f"/photos/{photo.pk}/")
    assert f"{PAGES}{event.pk}/" in told
    assert f"/projects/mara/deployments/{photo.deployment_id}/" in told
    assert "By hand" in told


def test_rates_count_events_in_trap_nights(
    mara: Project, viewer: Client, taxa: dict[str, Taxon]
) -> None:
    made(mara, taxa)
    rows = list(csv.DictReader(io.StringIO(text_of(viewer, f"{EFFORT}.csv"))))
    told = {
        (row["deploymentID"], row["scientificName"]): (
            int(row["events"]), float(row["trapNights"]), float(row["eventsPer100TrapNights"]),
        )
        for row in rows
    }  # fmt: skip
    assert told == {
        ("C1", "Panthera leo"): (1, 10.0, 10.0),
        ("C1", "Loxodonta africana"): (1, 10.0, 10.0),
        ("C2", "Panthera leo"): (1, 30.0, 3.333333),
        ("", "Panthera leo"): (2, 40.0, 5.0),
        ("", "Loxodonta africana"): (1, 40.0, 2.5),
    }
    page = text_of(viewer, f"{EFFORT}/")
    assert "<td>5.00</td>" in page
    assert "<td>2.50</td>" in page
    assert 'width="100.0%"' in page
    assert 'width="50.0%"' in page
    two = mara.deployments.get(name="C2")
    alone = text_of(viewer, f"{EFFORT}/?deployment={two.pk}")
    assert "<td>3.33</td>" in alone
    assert "Loxodonta" not in alone
    assert viewer.get(f"{EFFORT}/?deployment={mara.pk}").status_code == 404


def test_what_makes_rates_doubtful_is_told(mara: Project, viewer: Client) -> None:
    camera(mara, start=None, end=None)
    camera(mara, "C2", timestamp_issues=True)
    told = text_of(viewer, f"{EFFORT}/")
    assert "1 deployment has no start" in told
    assert "gaps or faults" in told
    rows = list(csv.DictReader(io.StringIO(text_of(viewer, f"{EFFORT}.csv"))))
    assert [row["trapNights"] for row in rows] == ["0", "10", "10"]


def test_lists_cost_the_same_however_much_there_is(
    mara: Project,
    viewer: Client,
    taxa: dict[str, Taxon],
    queries_of: Callable[[Client, str, int], int],
) -> None:
    made(mara, taxa)
    text_of(viewer, PAGES)
    few, effort = queries_of(viewer, PAGES, 12), queries_of(viewer, f"{EFFORT}/", 12)
    one = camera(mara, "C3")
    seen(one, taxa["loxodonta-africana"], *range(0, 6000, 500))
    events.repair()
    events.go_on()
    assert queries_of(viewer, PAGES, 12) == few
    assert queries_of(viewer, f"{EFFORT}/", 12) == effort
    queries_of(viewer, f"{PAGES}{Event.objects.first().pk}/", 20)
