"""The first of its species in a project counts once somebody has looked again."""

from typing import Any

import pytest
from celery import Celery
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries

from tests.web import builders
from wildlife.identifications import exemplars, first_records, verdicts
from wildlife.identifications.answers import Standing, settled_of
from wildlife.identifications.digests import write_digests
from wildlife.identifications.models import Verdict
from wildlife.identifications.verdicts import Word
from wildlife.photos.models import Photo
from wildlife.projects.models import Project
from wildlife.species.models import Taxon

pytestmark = pytest.mark.django_db
LION = "panthera-leo"


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Celery, "send_task", lambda *args, **options: None)


@pytest.fixture
def taxa(db: None) -> dict[str, Taxon]:
    return builders.plant()


@pytest.fixture
def mara(db: None) -> Project:
    return Project.objects.create(slug="mara", name="Mara")


@pytest.fixture
def ann(db: None) -> User:
    return User.objects.create_user("ann")


@pytest.fixture
def bo(db: None) -> User:
    return User.objects.create_user("bo")


def lion(project: Project | None, taxa: dict[str, Taxon], **more: Any) -> Photo:
    made = builders.photo("", project=project, **more)
    builders.answered(made, taxa[LION])
    write_digests([made.pk])
    return made


def say(photo: Photo, taxon: Taxon | None, by: User, **more: Any) -> None:
    verdicts.give(photo.detections.get(), Word(taxon=taxon), by, **more)


def told(photo: Photo) -> tuple[Standing, bool]:
    """Return how the photo's one animal stands, and whether the library takes it as settled."""
    [thing] = settled_of([photo.pk])[photo.pk]
    return thing.standing, Photo.objects.get(pk=photo.pk).settled


def looks() -> list[str]:
    return list(Verdict.objects.order_by("pk").values_list("second_look", flat=True))


NEW, CONFIRMED, CORRECTED = (
    (Standing.NEW, False),
    (Standing.CONFIRMED, True),
    (Standing.CORRECTED, True),
)


def test_one_person_alone_does_not_settle_the_first_of_a_species(
    mara: Project, taxa: dict[str, Taxon], ann: User
) -> None:
    one, another = lion(mara, taxa), lion(mara, taxa)
    for photo in (one, another):
        say(photo, taxa[LION], ann)
        assert told(photo) == NEW
    say(one, taxa["elephas-maximus"], ann)
    [thing] = settled_of([one.pk])[one.pk]
    # Until then it is what the models say.
    assert (thing.taxon, thing.verdict, thing.standing) == (taxa[LION], None, Standing.NEW)


def test_a_second_person_settles_all_of_the_species(
    mara: Project, taxa: dict[str, Taxon], ann: User, bo: User
) -> None:
    photos = [lion(mara, taxa) for _ in range(3)]
    for photo in photos[:2]:
        say(photo, taxa[LION], ann)
    say(photos[0], taxa[LION], bo)
    assert [told(photo) for photo in photos[:2]] == [CONFIRMED, CONFIRMED]
    say(photos[2], taxa[LION], ann)  # from now on it is nothing new
    assert told(photos[2]) == CONFIRMED
    assert looks() == ["had", "had", "", ""]


def test_what_the_second_person_takes_back_wants_it_again(
    mara: Project, taxa: dict[str, Taxon], ann: User, bo: User
) -> None:
    photos = [lion(mara, taxa) for _ in range(2)]
    for photo in photos:
        say(photo, taxa[LION], ann)
    before = list(Photo.objects.order_by("pk").values()), looks()
    say(photos[0], taxa[LION], bo)
    verdicts.withdraw(Verdict.objects.filter(given_by=bo))
    assert (list(Photo.objects.order_by("pk").values()), looks()) == before
    say(photos[0], taxa[LION], bo)
    say(photos[0], taxa["elephas-maximus"], bo)  # a change of mind is the same
    assert told(photos[1]) == NEW


def test_another_opinion_is_no_second_look(
    mara: Project, taxa: dict[str, Taxon], ann: User, bo: User
) -> None:
    photo = lion(mara, taxa)
    say(photo, taxa[LION], ann)
    say(photo, taxa["elephas-maximus"], bo)
    assert told(photo) == NEW
    assert looks() == ["wanted", "wanted"]


def test_who_may_confirms_it_knowingly(mara: Project, taxa: dict[str, Taxon], ann: User) -> None:
    first, second = lion(mara, taxa), lion(mara, taxa)
    say(first, taxa[LION], ann)
    say(second, taxa["elephas-maximus"], ann, knowingly=True)
    assert (told(first), told(second)) == (NEW, CORRECTED)
    say(first, taxa[LION], ann, knowingly=True)
    assert told(first) == CONFIRMED
    assert looks() == ["", ""]


def test_what_a_file_says_has_been_looked_at(
    mara: Project, taxa: dict[str, Taxon], ann: User
) -> None:
    first, second = lion(mara, taxa), lion(mara, taxa)
    say(first, taxa[LION], ann)
    verdicts.give(second.detections.get(), Word(taxon=taxa[LION]), None, source="a.csv")
    assert (told(first), told(second)) == (CONFIRMED, CONFIRMED)


@pytest.mark.parametrize("name", ["felidae", "panthera"])
def test_only_species_are_first_records(
    mara: Project, taxa: dict[str, Taxon], ann: User, name: str
) -> None:
    taxon = taxa["felidae"]
    Taxon.objects.filter(pk=taxon.pk).update(rank="family" if name == "felidae" else "genus")
    photo = lion(mara, taxa)
    say(photo, Taxon.objects.get(pk=taxon.pk), ann)
    assert told(photo) == CORRECTED
    say(photo, None, ann)
    assert told(photo)[1]


def test_own_photos_and_other_projects_have_nothing_to_do_with_it(
    mara: Project, taxa: dict[str, Taxon], ann: User, bo: User
) -> None:
    own = lion(None, taxa, owner=ann)
    say(own, taxa[LION], ann)
    assert told(own) == CONFIRMED
    there = lion(Project.objects.create(slug="other", name="Other"), taxa)
    say(there, taxa[LION], ann)
    say(there, taxa[LION], bo)
    here = lion(mara, taxa)
    say(here, taxa[LION], ann)
    assert (told(there), told(here)) == (CONFIRMED, NEW)


def test_where_two_have_to_agree_anyway_nothing_is_added(
    mara: Project, taxa: dict[str, Taxon], ann: User, bo: User
) -> None:
    Project.objects.update(reviewers_needed=2)
    photo = lion(mara, taxa)
    say(photo, taxa[LION], ann)
    assert told(photo) == (Standing.HALF, False)
    say(photo, taxa[LION], bo)
    assert told(photo) == CONFIRMED


def test_two_who_say_it_at_the_same_moment_agree(
    mara: Project, taxa: dict[str, Taxon], ann: User, bo: User
) -> None:
    photo = lion(mara, taxa)
    for one in (ann, bo):
        say(photo, taxa[LION], one)
    Verdict.objects.update(second_look="wanted")  # neither saw the other's word
    assert told(photo)[0] is Standing.CONFIRMED


def test_nothing_is_learned_from_it_before(
    mara: Project, taxa: dict[str, Taxon], ann: User, bo: User
) -> None:
    photo = lion(mara, taxa)
    say(photo, taxa[LION], ann)
    assert not exemplars.unseen("near@1").exists()
    say(photo, taxa[LION], bo)
    assert exemplars.unseen("near@1").count() == 2


def test_new_are_the_species_that_nobody_vouches_for(
    mara: Project, taxa: dict[str, Taxon], ann: User, bo: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    photo = lion(mara, taxa)
    ids = {taxa[name].pk for name in (LION, "elephas-maximus", "felidae")}
    say(photo, taxa[LION], ann)
    with django_assert_num_queries(1):
        assert first_records.new_to(mara.pk, ids) == ids - {taxa["felidae"].pk}
    assert Photo.objects.filter(first_records.shows_new(mara)).exists()
    say(photo, taxa[LION], bo)
    assert first_records.new_to(mara.pk, ids) == {taxa["elephas-maximus"].pk}
    assert not Photo.objects.filter(first_records.shows_new(mara)).exists()
