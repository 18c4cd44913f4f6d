"""On its page a photo tells what people said of it, and lets them say it."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.web import builders
from tests.web.conftest import GUEST, as_guest
from wildlife.identifications import verdicts
from wildlife.identifications.models import Verdict
from wildlife.identifications.verdicts import Word
from wildlife.photos.models import Photo
from wildlife.species.models import Taxon


@pytest.fixture
def taxa(db: None) -> dict[str, Taxon]:
    return builders.plant()


@pytest.fixture
def lion(taxa: dict[str, Taxon]) -> Photo:
    made = builders.photo(GUEST)
    builders.answered(made, taxa["panthera-leo"])
    return made


def page(photo: Photo) -> str:
    return as_guest(GUEST).get(photo.get_absolute_url()).content.decode()


def test_whose_photo_it_is_says_what_they_see_and_takes_it_back(
    lion: Photo, taxa: dict[str, Taxon]
) -> None:
    assert "Is it right?" in page(lion)
    client: Client = as_guest(GUEST)
    client.post(f"{lion.get_absolute_url()}say", {"say": "animal", "taxon": "elephas-maximus"})
    told = page(lion)
    assert "Asian elephant" in told
    assert "Said by you; the models say something else." in told
    lion.refresh_from_db()
    assert (lion.taxon, lion.settled) == (taxa["elephas-maximus"], True)
    home = client.get("/").content.decode()
    assert "Asian elephant" in home
    assert "confirmed by people" in home
    client.post(f"{lion.get_absolute_url()}take-back")
    lion.refresh_from_db()
    assert (lion.taxon, lion.settled) == (taxa["panthera-leo"], False)
    assert not Verdict.objects.exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([Word(kind="unsure")], "Looked at by ann, who was not sure."),
        ([Word(kind="no_animal")], "Said by ann; the models say something else."),
        (["lion"], "Confirmed by ann."),
    ],
)
def test_the_page_says_who_said_what(
    lion: Photo, taxa: dict[str, Taxon], words: list[Word | str], sentence: str
) -> None:
    ann = User.objects.create_user("ann")
    for word in words:
        said = Word(taxon=taxa["panthera-leo"]) if isinstance(word, str) else word
        verdicts.give(lion.detections.get(), said, ann)
    assert sentence in page(lion)


def test_what_is_no_name_is_answered_by_a_sentence(lion: Photo) -> None:
    client = as_guest(GUEST)
    answer = client.post(
        f"{lion.get_absolute_url()}say", {"say": "animal", "taxon": "qqq"}, follow=True
    )
    assert "We know no animal of this name." in answer.content.decode()
    assert not Verdict.objects.exists()
