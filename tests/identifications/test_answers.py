"""What is settled once models and people have spoken, and what follows from it at once."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.web import builders
from wildlife.identifications import verdicts
from wildlife.identifications.answers import WHOLE, Settled, Standing, settled_of
from wildlife.identifications.models import Detection, Verdict
from wildlife.identifications.verdicts import Word
from wildlife.photos.models import Photo
from wildlife.projects.models import Happening, Project
from wildlife.species.models import Taxon

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_is_new")]


@pytest.fixture
def taxa(db: None) -> dict[str, Taxon]:
    return builders.plant()


@pytest.fixture
def mara(db: None) -> Project:
    return Project.objects.create(slug="mara", name="Mara")


@pytest.fixture
def lion(mara: Project, taxa: dict[str, Taxon]) -> Photo:
    """A photo of a project with one animal, a lion by the models."""
    made = builders.photo("", project=mara)
    builders.answered(made, taxa["panthera-leo"])
    return made


@pytest.fixture
def box(lion: Photo) -> Detection:
    return lion.detections.get()


@pytest.fixture
def ann(db: None) -> User:
    return User.objects.create_user("ann")


@pytest.fixture
def bo(db: None) -> User:
    return User.objects.create_user("bo")


def only(photo: Photo) -> Settled:
    [thing] = settled_of([photo.pk])[photo.pk]
    return thing


def told(photo: Photo) -> tuple[Any, ...]:
    thing = only(photo)
    return thing.kind, thing.taxon and thing.taxon.slug, thing.standing


def test_without_a_word_it_is_what_the_models_say(lion: Photo) -> None:
    assert told(lion) == ("animal", "panthera-leo", Standing.MODELS)
    assert only(lion).sureness == 0.91


def test_a_word_confirms_or_corrects(
    lion: Photo, box: Detection, taxa: dict[str, Taxon], ann: User
) -> None:
    verdicts.give(box, Word(taxon=taxa["panthera-leo"]), ann)
    assert told(lion) == ("animal", "panthera-leo", Standing.CONFIRMED)
    verdicts.give(box, Word(taxon=taxa["leopardus-pardalis"]), ann)
    assert told(lion) == ("animal", "leopardus-pardalis", Standing.CORRECTED)
    assert Verdict.objects.count() == 1
    assert only(lion).sureness is None


@pytest.mark.parametrize("kind", ["person", "vehicle", "no_animal"])
def test_only_animals_have_what_animals_have(kind: str, taxa: dict[str, Taxon]) -> None:
    for more in ({"taxon": taxa["panthera-leo"]}, {"sex": "male"}, {"behaviour": "runs"}):
        with pytest.raises(ValueError, match=kind):
            Word(kind=kind, **more)


def test_the_newest_word_settles_and_an_unsure_one_does_not(
    lion: Photo, box: Detection, taxa: dict[str, Taxon], ann: User, bo: User
) -> None:
    verdicts.give(box, Word(taxon=taxa["panthera-leo"]), ann)
    verdicts.give(box, Word(kind="no_animal"), bo)
    assert told(lion) == ("no_animal", None, Standing.CORRECTED)
    verdicts.give(box, Word(kind="unsure"), bo)
    assert told(lion) == ("animal", "panthera-leo", Standing.CONFIRMED)
    verdicts.give(box, Word(kind="unsure"), ann)
    assert told(lion) == ("animal", "panthera-leo", Standing.UNSURE)


def test_where_two_are_needed_two_have_to_agree(
    lion: Photo, box: Detection, taxa: dict[str, Taxon], ann: User, bo: User
) -> None:
    Project.objects.update(reviewers_needed=2)
    verdicts.give(box, Word(taxon=taxa["leopardus-pardalis"]), ann)
    assert told(lion) == ("animal", "panthera-leo", Standing.HALF)
    verdicts.give(box, Word(taxon=taxa["elephas-maximus"]), bo)
    assert told(lion) == ("animal", "panthera-leo", Standing.DISPUTED)
    verdicts.give(box, Word(taxon=taxa["leopardus-pardalis"]), bo)
    assert told(lion) == ("animal", "leopardus-pardalis", Standing.CORRECTED)


def test_an_answer_sure_enough_for_the_project_is_accepted(lion: Photo) -> None:
    Project.objects.update(accept_above=0.95)
    assert only(lion).standing is Standing.MODELS
    Project.objects.update(accept_above=0.9)
    assert only(lion).standing is Standing.ACCEPTED


def test_a_word_stays_with_its_animal_when_a_later_run_moves_the_box(
    lion: Photo, box: Detection, taxa: dict[str, Taxon], ann: User
) -> None:
    verdicts.give(box, Word(taxon=taxa["leopardus-pardalis"]), ann)
    Detection.objects.update(x=box.x + 0.04)
    assert told(lion) == ("animal", "leopardus-pardalis", Standing.CORRECTED)
    Detection.objects.update(x=box.x + 0.5)
    first, beside = settled_of([lion.pk])[lion.pk]
    assert (first.standing, first.taxon) == (Standing.MODELS, taxa["panthera-leo"])
    assert (beside.detection, beside.taxon) == (None, taxa["leopardus-pardalis"])


def test_the_photo_follows_at_once_and_goes_back(
    lion: Photo, box: Detection, taxa: dict[str, Taxon], ann: User
) -> None:
    def digest() -> dict[str, Any]:
        return Photo.objects.values(
            "taxon__slug", "confidence", "blank", "people", "vehicles", "disputed"
        ).get()

    verdicts.changed([lion.pk])
    before = digest()
    assert before["taxon__slug"] == "panthera-leo"
    verdicts.give(box, Word(taxon=taxa["leopardus-pardalis"]), ann)
    assert digest() == {**before, "taxon__slug": "leopardus-pardalis", "confidence": 1.0}
    verdicts.give(box, Word(kind="person"), ann)
    assert (digest()["people"], digest()["taxon__slug"], digest()["blank"]) == (True, None, False)
    verdicts.give(box, Word(kind="vehicle"), ann)
    assert (digest()["people"], digest()["vehicles"], digest()["blank"]) == (False, True, False)
    verdicts.give(box, Word(kind="no_animal"), ann)
    assert (digest()["blank"], digest()["vehicles"]) == (True, False)
    assert verdicts.withdraw(Verdict.objects.all()) == 1
    assert digest() == before
    assert Happening.objects.filter(kind="verdict.given").count() == 6


def test_a_person_that_the_models_saw_is_reported_whatever_is_said(
    lion: Photo, box: Detection, ann: User
) -> None:
    Detection.objects.update(category="person")
    verdicts.give(box, Word(kind="no_animal"), ann)
    assert Photo.objects.get().people


def test_nothing_on_a_photo_is_confirmed_as_a_whole(mara: Project, ann: User) -> None:
    empty = builders.photo("", project=mara)
    assert settled_of([empty.pk]) == {empty.pk: []}
    verdicts.mark(empty.pk, WHOLE, Word(kind="no_animal"), ann)
    assert told(empty) == ("no_animal", None, Standing.CONFIRMED)
    verdicts.mark(empty.pk, WHOLE, Word(count=3), ann)
    assert told(empty) == ("animal", None, Standing.CORRECTED)


def test_two_people_may_lose_their_accounts(
    lion: Photo, box: Detection, ann: User, bo: User
) -> None:
    for one in (ann, bo):
        verdicts.give(box, Word(kind="unsure"), one)
        one.delete()
    assert Verdict.objects.filter(given_by=None).count() == 2


def test_each_file_has_its_own_say(lion: Photo, box: Detection, taxa: dict[str, Taxon]) -> None:
    word = Word(taxon=taxa["leopardus-pardalis"])
    for source in ("a.json", "a.json", "b.json"):
        verdicts.give(box, word, None, source=source)
    assert Verdict.objects.count() == 2
    assert len(only(lion).verdicts) == 2


def test_many_photos_take_as_many_queries_as_one(
    mara: Project,
    taxa: dict[str, Taxon],
    ann: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    photos = [builders.photo("", project=mara, name=f"{number}.jpg") for number in range(5)]
    for one in photos:
        builders.answered(one, taxa["panthera-leo"], animals=2)
        verdicts.give(one.detections.first(), Word(kind="unsure"), ann)
    with django_assert_num_queries(4):
        found = settled_of([one.pk for one in photos])
    assert {len(things) for things in found.values()} == {2}


def test_of_verdicts_that_crowd_a_box_the_newest_is_told_alone(
    lion: Photo, box: Detection, taxa: dict[str, Taxon], ann: User
) -> None:
    verdicts.give(box, Word(taxon=taxa["leopardus-pardalis"]), ann)
    moved = (box.x + 0.02, box.y, box.width, box.height)
    verdicts.mark(lion.pk, moved, Word(taxon=taxa["elephas-maximus"]), ann)
    long_ago = timezone.now() - timedelta(days=1)
    Verdict.objects.filter(x=box.x + 0.02).update(given_at=long_ago)
    assert told(lion) == ("animal", "leopardus-pardalis", Standing.CORRECTED)
