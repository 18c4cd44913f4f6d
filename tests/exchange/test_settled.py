"""A person's word goes before the models', on whatever box."""

import pytest

from tests.exchange.rows import ALL, photos
from tests.web import builders
from wildlife.exchange.source import records
from wildlife.identifications.models import Verdict
from wildlife.photos.models import Photo
from wildlife.projects.models import Project
from wildlife.species.models import Taxon

pytestmark = pytest.mark.django_db


def test_a_verdict_stays_with_an_animal_whose_box_a_later_run_moved(
    elephant: Photo, taxa: dict[str, Taxon]
) -> None:
    first = elephant.detections.get(index=0)
    Verdict.objects.create(
        photo=elephant, x=first.x + 0.04, y=first.y, width=first.width, height=first.height,
        taxon=taxa["panthera-leo"],
    )  # fmt: skip
    (told,) = records(photos(), ALL)
    names = [thing.taxon and thing.taxon.slug for thing in told.things]
    assert names == ["panthera-leo", None]
    # One that is given anew takes the place of that on the box before.
    Verdict.objects.create(
        photo=elephant, x=first.x, y=first.y, width=first.width, height=first.height,
        taxon=taxa["elephas-maximus"],
    )  # fmt: skip
    (told,) = records(photos(), ALL)
    names = [thing.taxon and thing.taxon.slug for thing in told.things]
    assert names == ["elephas-maximus", None]


def test_a_verdict_beside_the_boxes_is_a_thing_of_its_own(
    elephant: Photo, taxa: dict[str, Taxon]
) -> None:
    first = elephant.detections.get(index=0)
    Verdict.objects.create(
        photo=elephant, x=first.x, y=first.y + 0.2, width=first.width, height=first.height,
        taxon=taxa["panthera-leo"],
    )  # fmt: skip
    (told,) = records(photos(), ALL)
    names = [thing.taxon and thing.taxon.slug for thing in told.things]
    assert names == ["loxodonta-africana", None, "panthera-leo"]
    assert [thing.index for thing in told.things] == [0, 1, 2]


def test_two_animals_close_together_keep_their_own_verdicts(
    project: Project, taxa: dict[str, Taxon]
) -> None:
    made = builders.photo("", project=project)
    run = builders.run(made)
    sides = {"y": 0.3, "width": 0.4, "height": 0.4}
    # The newer verdict is like both boxes, and most like that which comes second.
    for index, (x, slug) in enumerate([(0.1, "panthera-leo"), (0.2, "leopardus-pardalis")]):
        builders.box(made, run, index, "animal", x=x, **sides)
        Verdict.objects.create(photo=made, x=x + 0.01, taxon=taxa[slug], **sides)
    (told,) = records(photos(), ALL)
    assert [thing.taxon and thing.taxon.slug for thing in told.things] == [
        "panthera-leo", "leopardus-pardalis"
    ]  # fmt: skip


def test_who_named_an_animal_are_the_models_that_voted(elephant: Photo) -> None:
    animal = elephant.detections.get(index=0)
    builders.vote(animal)
    builders.vote(animal, "general", release="general@1", weight=0.6)
    builders.vote(animal, "birds", weight=0.5, abstention="broken")
    (told,) = records(photos(), ALL)
    assert [thing.models for thing in told.things] == ["mammals@3 | general@1", "detector@1"]
