"""What a person says of an answer teaches the nearest-neighbour expert the next one."""

from collections.abc import Sequence

import numpy as np
import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from numpy.typing import NDArray
from PIL import Image

from models_registry.models import ModelRelease
from wildlife.identifications import exemplars, lineup, verdicts
from wildlife.identifications.models import Detection, Exemplar, Identification, Run, Verdict
from wildlife.identifications.verdicts import Word
from wildlife.photos.models import Photo
from wildlife.species.models import Taxon

KEY = "nearest@1"
BOX = {"x": 0.25, "y": 0.25, "width": 0.5, "height": 0.5}


class ColourEmbedder:
    def embed(self, images: Sequence[Image.Image]) -> NDArray[np.float32]:
        colours = [image.resize((1, 1)).getpixel((0, 0)) for image in images]
        vectors = np.array(colours, np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


class Embedders:
    def embedder(self, key: str) -> ColourEmbedder:
        assert key == KEY
        return ColourEmbedder()


@pytest.fixture(autouse=True)
def embedders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exemplars, "registry", Embedders)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, db) -> list[str]:
    """The messages that a worker would have got."""
    ModelRelease.objects.create(name="nearest", version="1", kind="embedder", title="Nearest")
    monkeypatch.setattr(lineup, "_compares", lambda release: True)
    sent: list[str] = []
    monkeypatch.setattr(
        verdicts.app, "send_task", lambda name, args, queue, **_: sent.append((args[0], queue))
    )
    return sent


@pytest.fixture
def detection(photo, taxa) -> Detection:
    one: Photo = photo()
    run = Run.objects.create(lineup={}, alive_at=one.received_at)
    return Detection.objects.create(
        photo=one, run=run, index=0, category="animal", confidence=0.9, **BOX
    )


def wolf() -> Taxon:
    return Taxon.objects.get(scientific_name="Canis lupus")


def test_a_verdict_is_learned_by_the_worker_of_the_expert(
    detection, asked, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        verdicts.give(detection, Word(taxon=wolf()), None)

    assert asked == [(KEY, "expert.nearest")]
    assert exemplars.learn(KEY) == 1
    learned = exemplars.learned(KEY)
    assert [label.taxon for label in learned.labels] == ["Canis lupus"]
    assert learned.labels[0].group == "mammal"
    red = np.array([200, 30, 30]) / np.linalg.norm([200, 30, 30])
    assert learned.vectors[0] @ red > 0.99
    assert exemplars.learn(KEY) == 0


def test_what_was_learned_follows_a_second_verdict_and_a_rename(detection, asked) -> None:
    verdicts.give(detection, Word(taxon=wolf()), None)
    exemplars.learn(KEY)
    assert exemplars.learned(KEY).labels[0].taxon == "Canis lupus"

    fox = Taxon.objects.get(scientific_name="Vulpes vulpes")
    verdicts.give(detection, Word(taxon=fox), None)

    assert Verdict.objects.count() == 1
    assert exemplars.learned(KEY).labels[0].taxon == "Vulpes vulpes"
    verdicts.give(detection, Word(kind="no_animal"), None)
    assert exemplars.learned(KEY).labels == ()


def test_a_verdict_stays_when_the_photo_is_identified_anew(detection, asked) -> None:
    verdicts.give(detection, Word(taxon=wolf()), None)
    detection.photo.detections.all().delete()
    assert Verdict.objects.get().photo == detection.photo


def test_a_photo_that_cannot_be_read_teaches_nothing_and_is_not_tried_again(
    detection, asked
) -> None:
    verdicts.give(detection, Word(taxon=wolf()), None)
    detection.photo.original.storage.delete(detection.photo.original.name)

    assert exemplars.learn(KEY) == 1
    assert exemplars.learn(KEY) == 0
    assert exemplars.learned(KEY).labels == ()
    assert Exemplar.objects.count() == 1


def test_nobody_is_asked_where_there_is_nothing_to_learn(asked) -> None:
    verdicts.teach()
    assert asked == []


def test_the_admin_confirms_answers_with_the_right_to_give_verdicts(
    detection, asked, client: Client
) -> None:
    answer = Identification.objects.create(
        detection=detection, taxon=wolf(), confidence=0.9, agreement=1, reason="species"
    )
    user = User.objects.create_user("reviewer", password="secret", is_staff=True)
    rights = ["view_identification", "view_verdict"]
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client.force_login(user)
    posted = {"action": "confirm", "_selected_action": [answer.pk]}
    address = "/admin/identifications/identification/"

    client.post(address, posted)
    assert not Verdict.objects.exists()
    user.user_permissions.set(Permission.objects.filter(codename__in=[*rights, "add_verdict"]))
    client.post(address, posted)

    verdict = Verdict.objects.get()
    assert (verdict.taxon, verdict.given_by) == (wolf(), user)
