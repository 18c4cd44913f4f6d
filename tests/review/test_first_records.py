"""Reviewing the first of a species in a project: who is asked for a second look, and gives it."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.review.conftest import member, queue, shown
from wildlife.identifications.models import Verdict
from wildlife.identifications.verdicts import Word
from wildlife.library.wish import Wish
from wildlife.photos.models import Photo
from wildlife.projects.models import Project, Role
from wildlife.review import accepting, speaking
from wildlife.species.models import Taxon


@pytest.fixture
def cy(mara: Project) -> User:
    return member(mara, "cy", Role.CURATOR)


@pytest.fixture
def lion(mara: Project, taxa: dict[str, Taxon]) -> Photo:
    return shown(mara, taxa["panthera-leo"])


def settled(photo: Photo) -> bool:
    return Photo.objects.get(pk=photo.pk).settled


def test_others_get_it_and_who_spoke_does_not_unless_they_may_confirm_it(
    mara: Project, ann: User, bo: User, cy: User, lion: Photo
) -> None:
    speaking.say([lion.pk], ann, None)
    assert list(queue(mara, ann).photos()) == []
    assert list(queue(mara, bo).photos()) == [lion]
    speaking.say([lion.pk], cy, Word(kind="unsure"))
    assert list(queue(mara, cy).photos()) == []
    assert list(queue(mara, cy, vouches=True).photos()) == [lion]


def test_agreeing_says_the_same_and_is_taken_back_alone(
    mara: Project, ann: User, bo: User, lion: Photo, taxa: dict[str, Taxon]
) -> None:
    word = Word(taxon=taxa["elephas-maximus"], sex="male", count=2)
    assert speaking.waits(speaking.say([lion.pk], ann, word))
    batch = speaking.agree([lion.pk], bo)
    assert not speaking.waits(batch)
    told = Verdict.objects.get(given_by=bo)
    assert (told.taxon, told.sex, told.count) == (taxa["elephas-maximus"], "male", 2)
    assert settled(lion)
    speaking.take_back(batch, bo)
    assert Verdict.objects.get().given_by == ann
    assert not settled(lion)


def test_agreeing_with_oneself_is_no_second_look_unless_it_is_done_knowingly(
    mara: Project, ann: User, lion: Photo
) -> None:
    speaking.say([lion.pk], ann, None)
    assert speaking.waits(speaking.agree([lion.pk], ann))
    assert not settled(lion)
    assert not speaking.waits(speaking.agree([lion.pk], ann, knowingly=True))
    assert settled(lion)


def test_a_species_new_to_the_project_is_not_accepted_in_bulk(
    mara: Project, ann: User, bo: User, taxa: dict[str, Taxon]
) -> None:
    lions = [shown(mara, taxa["panthera-leo"], 0.97) for _ in range(2)]
    cat = shown(mara, taxa["felidae"], 0.97)
    wish = Wish(project="mara")
    assert list(accepting.acceptable(mara, ann, wish, 0.95)) == [cat]
    for one in (ann, bo):
        speaking.say([lions[0].pk], one, None)
    assert set(accepting.acceptable(mara, ann, wish, 0.95)) == {cat, lions[1]}


def test_a_project_accepts_no_species_by_itself_that_is_new_to_it(
    mara: Project, ann: User, bo: User, taxa: dict[str, Taxon]
) -> None:
    mara.accept_above = 0.8
    mara.save()
    first, second = (shown(mara, taxa["panthera-leo"], share) for share in (0.9, 0.95))
    shown(mara, taxa["felidae"], 0.9)
    assert queue(mara, ann).take(9) == [first, second]
    for one in (ann, bo):
        speaking.say([first.pk], one, None)
    assert queue(mara, ann).take(9) == []


def test_the_page_of_the_queue_asks_and_tells(
    client: Client, mara: Project, ann: User, bo: User, lion: Photo
) -> None:
    client.force_login(ann)
    page = client.get("/projects/mara/review/").content.decode()
    assert "It counts once somebody else agrees." in page
    assert 'value="confirm"' not in page  # only a curator could
    said = {"photo": lion.pk, "say": "confirm"}
    headers = {"Accept": "application/json"}
    answer = client.post("/projects/mara/review/say", said, headers=headers)
    assert answer.json()["waits"]
    client.force_login(bo)
    page = client.get("/projects/mara/review/").content.decode()
    assert "ann says <strong>Lion</strong>, which is new to this project." in page
    client.post("/projects/mara/review/say", {"photo": lion.pk, "say": "agree"})
    assert settled(lion)


def test_a_curator_confirms_it_by_a_button_of_its_own(
    client: Client, mara: Project, cy: User, lion: Photo
) -> None:
    client.force_login(cy)
    address = "/projects/mara/review/"
    assert 'value="confirm"' in client.get(address).content.decode()
    client.post(f"{address}say", {"photo": lion.pk, "say": "accept"})
    assert not settled(lion)
    page = client.get(address).content.decode()
    assert "it comes again, to be confirmed" in page
    assert "You said <strong>Lion</strong>, which is new to this project." in page
    client.post(f"{address}say", {"photo": lion.pk, "say": "agree"})
    assert settled(lion)


def test_the_first_look_may_be_knowing(
    client: Client, mara: Project, cy: User, lion: Photo
) -> None:
    client.force_login(cy)
    client.post("/projects/mara/review/say", {"photo": lion.pk, "say": "confirm"})
    assert settled(lion)


def test_the_page_of_the_photo_offers_it_as_well(
    client: Client, mara: Project, ann: User, bo: User, lion: Photo
) -> None:
    speaking.say([lion.pk], ann, None)
    client.force_login(ann)
    page = client.get(lion.get_absolute_url()).content.decode()
    assert "Said by you; new to this project" in page
    assert 'value="agree"' not in page
    client.force_login(bo)
    assert "Lion: I agree" in client.get(lion.get_absolute_url()).content.decode()
    client.post(f"{lion.get_absolute_url()}say", {"say": "agree"})
    assert settled(lion)


def test_where_two_have_to_agree_ones_own_word_does_not_come_again(
    mara: Project, cy: User, lion: Photo
) -> None:
    speaking.say([lion.pk], cy, Word(Verdict.Kind.ANIMAL, lion.taxon))
    assert list(queue(mara, cy, vouches=True).photos()) == [lion]
    mara.reviewers_needed = 2
    assert not queue(mara, cy, vouches=True).photos()
