"""What the library filters by stands beside each photo, and says what its answers say."""

import pytest

from tests.web import builders
from wildlife.identifications.digests import write_digests
from wildlife.identifications.models import Identification
from wildlife.photos.models import Photo
from wildlife.species.models import Taxon

pytestmark = pytest.mark.django_db


@pytest.fixture
def taxa() -> dict[str, Taxon]:
    return builders.plant()


def digest(photo: Photo) -> Photo:
    write_digests([photo.pk])
    photo.refresh_from_db()
    return photo


def test_the_surest_taxon_stands_for_a_photo_and_others_are_told_of(taxa: dict) -> None:
    photo = builders.photo()
    run = builders.run(photo)
    builders.elephant(builders.box(photo, run, 0), taxa["panthera-leo"], confidence=0.6)
    builders.elephant(builders.box(photo, run, 1), taxa["loxodonta-africana"], confidence=0.9)

    found = digest(photo)

    assert (found.taxon, found.confidence) == (taxa["loxodonta-africana"], 0.9)
    assert found.several_taxa
    assert list(found.further_taxa.all()) == [taxa["panthera-leo"]]
    assert not found.blank
    assert not found.disputed


def test_two_of_a_kind_are_not_several(taxa: dict) -> None:
    photo = builders.photo()
    builders.answered(photo, taxa["panthera-leo"], animals=2)
    assert not digest(photo).several_taxa


@pytest.mark.parametrize(
    ("category", "people", "vehicles"), [("person", True, False), ("vehicle", False, True)]
)
def test_people_and_vehicles_are_not_nothing(
    taxa: dict, category: str, people: bool, vehicles: bool
) -> None:
    photo = builders.photo()
    builders.box(photo, builders.run(photo), 0, category)
    found = digest(photo)
    assert (found.people, found.vehicles) == (people, vehicles)
    assert (found.blank, found.taxon) == (False, None)


def test_a_photo_with_no_animal_is_blank_until_it_waits_again(taxa: dict) -> None:
    photo = builders.photo()
    whole = builders.box(photo, builders.run(photo), 0, whole_image=True)
    reason = Identification.Reason.NO_ANIMAL
    builders.elephant(whole, None, reason=reason, agreement=0.1)
    builders.vote(whole)
    builders.vote(whole, "general")
    assert digest(photo).blank
    assert not photo.disputed

    photo.state = Photo.State.WAITING
    photo.save()
    assert not digest(photo).blank


def test_only_two_who_voted_can_disagree(taxa: dict) -> None:
    lion, alone = builders.photo(), builders.photo()
    builders.answered(lion, taxa["panthera-leo"], agreement=0.4)
    builders.answered(alone, taxa["panthera-leo"], agreement=0.4)
    alone.detections.get().votes.filter(expert="general").update(abstention="Out of memory.")

    assert digest(lion).disputed
    assert not digest(alone).disputed


def test_many_photos_take_as_many_queries_as_one(
    taxa: dict, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    photos = [builders.photo(name=f"{number}.jpg") for number in range(5)]
    for photo in photos:
        builders.answered(photo, taxa["panthera-leo"])
    with django_assert_num_queries(7):
        write_digests(photo.pk for photo in photos)
