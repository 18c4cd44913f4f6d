"""How an embedder sees an animal is kept with its detection, and made up for where it lacks."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from numpy.typing import NDArray
from PIL import Image

from models_registry.models import ModelRelease
from tests.identifications.conftest import ColourClassifier, Registry
from tests.images import saved
from tests.web import builders
from wildlife.identifications import embeddings, lineup
from wildlife.identifications.execution import execute
from wildlife.identifications.local import identify_files
from wildlife.identifications.models import Detection, Embedding, Run
from wildlife.identifications.services import dispatch
from wildlife.photos.models import Photo
from wildlife.projects.models import Project

STEPS = ["detect", "sort", "expert.first", "expert.second", "fuse", "describe"]
KEY = "second@1"


class ColourComparer(ColourClassifier):
    """The mean colour of a crop is how it sees it; it counts how often it looked."""

    looked = 0

    def compare(
        self, images: Sequence[Image.Image]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        self.looked += len(images)
        return self.classify(images), self.embed(images)

    def embed(self, images: Sequence[Image.Image]) -> NDArray[np.float32]:
        colours = [image.resize((1, 1)).getpixel((0, 0)) for image in images]
        vectors = np.array(colours, np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture
def comparer(registry: Registry) -> ColourComparer:
    """In the place of the second expert stands one that compares."""
    second: Any = registry.models["second@1"]
    made = ColourComparer(second.labels, [0.8, 0.2], [0.5, 0.5])
    registry.models["second@1"] = made
    return made


@pytest.fixture
def mara(db: None) -> Project:
    return Project.objects.create(slug="mara", name="Mara")


def identify(*photos: Photo) -> None:
    dispatch()
    for step in STEPS:
        execute(str(Run.objects.get(photos=photos[0], state="running").id), step)


def vector_of(photo: Photo) -> NDArray[np.float16]:
    return np.frombuffer(bytes(Embedding.objects.get(detection__photo=photo).vector), np.float16)


@pytest.mark.usefixtures("taxa", "releases", "sent")
def test_the_vector_that_was_compared_is_kept_and_goes_with_its_detection(
    photo: Callable[..., Photo], comparer: ColourComparer, mara: Project
) -> None:
    one = photo(project=mara, guest="")
    identify(one)
    kept = Embedding.objects.get()
    assert (kept.release, kept.detection) == (KEY, one.detections.get())
    red = np.array([200, 30, 30]) / np.linalg.norm([200, 30, 30])
    assert vector_of(one) @ red > 0.99
    assert comparer.looked == 1
    Photo.objects.update(state="waiting")
    identify(one)
    again = Embedding.objects.get()
    assert again.detection_id == one.detections.get().pk != kept.detection_id
    one.detections.all().delete()
    assert not Embedding.objects.exists()


@pytest.mark.usefixtures("taxa", "releases", "sent")
def test_vectors_are_kept_for_people_with_an_account_and_not_for_guests(
    photo: Callable[..., Photo], comparer: ColourComparer
) -> None:
    of_guest, mine = photo(), photo(owner=User.objects.create_user("ann"), guest="")
    identify(of_guest, mine)
    assert Embedding.objects.get().detection.photo == mine


@pytest.mark.usefixtures("taxa", "releases", "comparer")
def test_files_on_disk_are_compared_in_the_same_way(tmp_path: Any) -> None:
    path = tmp_path / "fox.jpg"
    path.write_bytes(saved(Image.new("RGB", (400, 300), (200, 30, 30))))
    (answer,) = identify_files([path], lineup.current())
    lengths = {one.expert: len(one.votes[0].vector) for one in answer.ballots}
    assert lengths == {"first": 0, "second": 6}


@pytest.fixture
def nearest(db: None, monkeypatch: pytest.MonkeyPatch, comparer: ColourComparer) -> ColourComparer:
    """The one that compares is an active embedder; what looks later asks it."""
    ModelRelease.objects.create(name="second", version="1", kind="embedder", title="Second")
    monkeypatch.setattr(lineup, "_compares", lambda release: True)
    registry = type("Embedders", (), {"embedder": lambda self, key: comparer})
    monkeypatch.setattr(embeddings, "registry", registry)
    return comparer


def waiting(project: Project | None, colour: tuple[int, int, int] = (200, 30, 30)) -> Detection:
    photo = builders.photo("" if project else "a-guest", project=project)
    box = builders.box(photo, builders.run(photo), 0)
    default_storage.delete(box.crop)
    default_storage.save(box.crop, ContentFile(saved(Image.new("RGB", (40, 40), colour))))
    return box


@pytest.fixture
def media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.mark.usefixtures("nearest", "media")
def test_what_was_identified_before_is_looked_at_later(mara: Project) -> None:
    red, other = waiting(mara), waiting(None)
    gone, old = waiting(mara), waiting(mara)
    default_storage.delete(gone.crop)
    builders.seen(old, release="second@0")
    person = builders.box(red.photo, red.run, 1, "person")
    settled = waiting(mara)
    Photo.objects.filter(pk=settled.photo_id).update(settled=True)
    assert set(embeddings.unseen(mara, KEY)) == {red, gone, old}
    embeddings.go_on(mara.pk)
    assert not embeddings.unseen(mara, KEY).exists()
    assert Embedding.objects.get(detection=gone).vector == b""
    assert Embedding.objects.get(detection=old).release == KEY
    assert vector_of(red.photo)[0] > 0.9
    assert not Embedding.objects.filter(detection__in=[other, person, settled]).exists()


@pytest.mark.usefixtures("media")
def test_it_goes_on_where_it_was_stopped(
    mara: Project, nearest: ColourComparer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        waiting(mara)
    monkeypatch.setattr(embeddings, "AT_ONCE", 2)
    assert embeddings.look(mara, KEY) == 2
    call_command("embed", "mara")
    assert embeddings.unseen(mara, KEY).count() == 0
    assert Embedding.objects.count() == 3


@pytest.mark.usefixtures("nearest", "media")
def test_a_worker_is_asked_once_and_asks_for_the_rest_itself(
    mara: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[str, str]] = []
    monkeypatch.setattr(
        embeddings.app, "send_task", lambda name, args, queue, **_: sent.append((args[0], queue))
    )
    for _ in range(3):
        waiting(mara)
    embeddings.ask_for(mara)
    embeddings.ask_for(mara)
    assert sent == [(str(mara.pk), "expert.second")]
    monkeypatch.setattr(embeddings, "AT_ONCE", 2)
    monkeypatch.setattr(embeddings, "SECONDS", -1.0)
    embeddings.go_on(mara.pk)
    assert len(sent) == 2


@pytest.mark.usefixtures("db")
def test_the_command_says_what_is_missing(mara: Project) -> None:
    with pytest.raises(CommandError, match="No nearest-neighbour expert is active"):
        call_command("embed")
    with pytest.raises(CommandError, match="There is no project 'nowhere'"):
        call_command("embed", "nowhere")
