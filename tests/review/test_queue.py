"""What waits for a reviewer, in which order, and what a word does to it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.review.conftest import queue, shown
from tests.web import builders
from wildlife.identifications.models import Verdict
from wildlife.identifications.verdicts import Word
from wildlife.photos.models import Photo
from wildlife.projects.models import Deployment, Event, Project
from wildlife.review import rules, speaking
from wildlife.review.models import Claim
from wildlife.review.queue import Order, release, tidy
from wildlife.species.models import Taxon

pytestmark = pytest.mark.usefixtures("nothing_is_new")


def test_the_least_sure_comes_first_and_empty_photos_last(
    mara: Project, ann: User, taxa: dict[str, Taxon]
) -> None:
    empty = shown(mara, None)
    sure, unsure = (shown(mara, taxa["panthera-leo"], share) for share in (0.9, 0.4))
    assert queue(mara, ann).take(9) == [unsure, sure, empty]
    assert queue(mara, ann).take(1) == [unsure]
    assert queue(mara, ann).take(9, without=[unsure.pk]) == [sure, empty]


def test_the_rarest_animal_of_the_project_comes_first(
    mara: Project, ann: User, taxa: dict[str, Taxon]
) -> None:
    common = [shown(mara, taxa["panthera-leo"], 0.4) for _ in range(3)]
    rare = shown(mara, taxa["elephas-maximus"], 0.99)
    assert queue(mara, ann, Order.RARE).take(9)[0] == rare
    assert set(queue(mara, ann, Order.RARE).take(9)[1:]) == set(common)


def test_the_newest_comes_first(mara: Project, ann: User, taxa: dict[str, Taxon]) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    old, new = (
        shown(mara, taxa["panthera-leo"], taken_at=at + timedelta(days=number))
        for number in range(2)
    )
    assert queue(mara, ann, Order.NEWEST).take(9) == [new, old]


def test_a_filter_of_the_library_narrows_it_down(
    mara: Project, ann: User, taxa: dict[str, Taxon]
) -> None:
    lion = shown(mara, taxa["panthera-leo"])
    shown(mara, taxa["elephas-maximus"])
    assert queue(mara, ann, wish={"taxon": "felidae"}).take(9) == [lion]


def test_what_somebody_said_does_not_come_again_and_other_projects_never(
    mara: Project, ann: User, bo: User, taxa: dict[str, Taxon]
) -> None:
    one = shown(mara, taxa["panthera-leo"])
    shown(Project.objects.create(slug="other", name="Other"), taxa["panthera-leo"])
    assert queue(mara, ann).take(9) == [one]
    speaking.say([one.pk], ann, Word(kind="unsure"))
    assert queue(mara, ann).take(9) == []
    assert queue(mara, bo).take(9) == [one]
    speaking.say([one.pk], bo, None)
    assert Photo.objects.get(pk=one.pk).settled
    assert queue(mara, ann).photos().count() == queue(mara, bo).photos().count() == 0


def test_where_two_are_needed_the_second_gets_it_too(
    mara: Project, ann: User, bo: User, taxa: dict[str, Taxon]
) -> None:
    Project.objects.update(reviewers_needed=2)
    mara.refresh_from_db()
    one = shown(mara, taxa["panthera-leo"])
    speaking.say([one.pk], ann, None)
    assert queue(mara, bo).take(9) == [one]
    speaking.say([one.pk], bo, None)
    assert Photo.objects.get(pk=one.pk).settled


def test_what_the_project_accepts_by_itself_waits_for_nobody(
    mara: Project, ann: User, taxa: dict[str, Taxon]
) -> None:
    mara.accept_above = 0.8
    mara.save()
    shown(mara, taxa["panthera-leo"], 0.9)
    unsure, empty = shown(mara, taxa["panthera-leo"], 0.7), shown(mara, None)
    assert queue(mara, ann).take(9) == [unsure, empty]


def test_two_reviewers_do_not_get_the_same_photo(
    mara: Project, ann: User, bo: User, taxa: dict[str, Taxon]
) -> None:
    photos = [shown(mara, taxa["panthera-leo"], share) for share in (0.5, 0.6, 0.7)]
    assert queue(mara, ann).take(2) == photos[:2]
    assert queue(mara, bo).take(2) == photos[2:]
    assert queue(mara, ann).take(2) == photos[:2]
    release(ann, [photos[0].pk])
    assert queue(mara, bo).take(2) == [photos[0], photos[2]]
    Claim.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert queue(mara, bo).take(9) == photos
    Claim.objects.update(until=timezone.now() - timedelta(seconds=1))
    tidy()
    assert not Claim.objects.exists()


def test_an_event_is_one_turn_and_is_answered_as_one(
    mara: Project, ann: User, taxa: dict[str, Taxon]
) -> None:
    deployment = Deployment.objects.create(project=mara, name="C1")
    now = timezone.now()
    event = Event.objects.create(deployment=deployment, start=now, end=now)
    together = [
        shown(mara, taxa["panthera-leo"], share, deployment=deployment, event=event)
        for share in (0.5, 0.6)
    ]
    alone = shown(mara, taxa["panthera-leo"], 0.7)
    assert queue(mara, ann, by_event=True).take(9) == [together[0], alone]
    assert queue(mara, ann, by_event=True).take(9, without=[together[0].pk]) == [alone]
    speaking.say([one.pk for one in together], ann, Word(taxon=taxa["elephas-maximus"]))
    assert queue(mara, ann, by_event=True).take(9) == [alone]
    assert set(Verdict.objects.values_list("taxon", flat=True)) == {taxa["elephas-maximus"].pk}


def test_the_models_are_agreed_with_box_by_box(
    mara: Project, ann: User, taxa: dict[str, Taxon]
) -> None:
    one = builders.photo("", project=mara)
    run = builders.run(one)
    for index, slug in enumerate(("panthera-leo", "elephas-maximus")):
        builders.elephant(builders.box(one, run, index), taxa[slug])
    builders.box(one, run, 2, "person")
    batch = speaking.say([one.pk], ann, None, more={"sex": "male", "count": 2})
    said = Verdict.objects.order_by("x").values_list("kind", "taxon__slug", "sex", "count")
    assert list(said) == [
        ("animal", "panthera-leo", "male", 2),
        ("animal", "elephas-maximus", "male", 2),
        ("person", None, "", None),
    ]
    assert speaking.take_back(batch, User.objects.create_user("other")) == 0
    assert speaking.take_back(batch, ann) == 3
    assert not Verdict.objects.exists()


def test_a_word_may_be_about_some_boxes_only(
    mara: Project, ann: User, taxa: dict[str, Taxon]
) -> None:
    one = shown(mara, taxa["panthera-leo"])
    builders.box(one, one.runs.get(), 1, "person")
    person = one.detections.get(category="person")
    speaking.say([one.pk], ann, Word(kind="no_animal"), [person.pk])
    assert Verdict.objects.get().x == person.x
    speaking.say([one.pk], ann, Word(kind="vehicle"))
    assert Verdict.objects.get(kind="vehicle").x == one.detections.get(category="animal").x


@pytest.mark.parametrize(("word", "kind"), [(None, "no_animal"), (Word(kind="person"), "person")])
def test_of_an_empty_photo_all_of_it_is_spoken_of(
    mara: Project, ann: User, word: Word | None, kind: str
) -> None:
    one = shown(mara, None)
    speaking.say([one.pk], ann, word)
    said = Verdict.objects.get()
    assert (said.kind, said.width, said.height) == (kind, 1.0, 1.0)
    one.refresh_from_db()
    assert (one.settled, one.people) == (True, kind == "person")


def test_a_long_queue_takes_as_many_queries_as_a_short_one(
    mara: Project,
    ann: User,
    taxa: dict[str, Taxon],
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(30):
        shown(mara, taxa["panthera-leo"], 0.3 + number / 100)
    with django_assert_max_num_queries(30):
        assert len(queue(mara, ann).take(4)) == 4


def test_photos_are_settled_anew_where_a_project_asks_for_two_reviewers(
    mara: Project, ann: User, taxa: dict[str, Taxon]
) -> None:
    one = shown(mara, taxa["panthera-leo"])
    speaking.say([one.pk], ann, None)
    Project.objects.update(reviewers_needed=2)
    rules.settle_anew(mara.pk, 0)
    assert not Photo.objects.get(pk=one.pk).settled
    Project.objects.update(reviewers_needed=1)
    rules.settle_anew(mara.pk, 0)
    assert Photo.objects.get(pk=one.pk).settled
