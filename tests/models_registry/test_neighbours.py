"""An expert that compares with what is known: its gallery, and what people verified since."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from models_registry.errors import CardInvalid, WeightsTampered
from models_registry.gallery import Closeness, Learned, probabilities, read_gallery
from models_registry.interfaces import Comparer, Label
from models_registry.registry import Registry

LABELS = """index,label,taxon,rank,group
0,no animal,,,none
1,lion,Panthera leo,species,mammal
2,duck,Anas,genus,bird
"""
FITTED = "nearest = 3\nsharpness = 20.0\nfamiliar = 0.5\nsteepness = 15.0\n"


def add_gallery(folder: Path, vectors: torch.Tensor, labels: list[int], features: int) -> None:
    tensors = {
        "projection": torch.eye(features).half(),
        "vectors": (vectors * 127).round().to(torch.int8),
        "labels": torch.tensor(labels, dtype=torch.int32),
    }
    save_file(tensors, folder / "gallery.safetensors")
    sha256 = hashlib.sha256((folder / "gallery.safetensors").read_bytes()).hexdigest()
    card = folder / "card.toml"
    card.write_text(
        card.read_text().replace('kind = "expert"', 'kind = "embedder"')
        + f'\n[gallery]\nfile = "gallery.safetensors"\nsha256 = "{sha256}"\n{FITTED}'
    )
    (folder / "labels.csv").write_text(LABELS)


@pytest.fixture
def comparing(releases: Path, make_registry, pictures: list[Image.Image]) -> Registry:
    """The small expert without its head, with a gallery of the first three pictures."""
    folder = releases / "small-expert"
    features = load_file(folder / "weights.safetensors")["classifier.weight"].shape[1]
    add_gallery(folder, torch.zeros(1, features), [0], features)
    bare = make_registry(releases).embedder("small-expert@1").embed(pictures[:3])
    add_gallery(folder, torch.from_numpy(bare), [1, 2, 0], features)
    text = (folder / "card.toml").read_text()
    first, second = (place for place in range(len(text)) if text.startswith("\n[gallery]", place))
    (folder / "card.toml").write_text(text[:first] + text[second:])
    made: Registry = make_registry(releases)
    return made


def test_a_known_picture_is_called_what_it_is(
    comparing: Registry, pictures: list[Image.Image]
) -> None:
    rows = comparing.classifier("small-expert@1").classify(pictures[:3])

    assert rows.shape == (3, 3)
    assert rows.argmax(1).tolist() == [1, 2, 0]
    assert (rows.sum(1) <= 1 + 1e-5).all()


def test_what_was_compared_comes_along_with_the_vote(
    comparing: Registry, pictures: list[Image.Image]
) -> None:
    expert = comparing.classifier("small-expert@1")
    assert isinstance(expert, Comparer)
    rows, vectors = expert.compare(pictures[:3])
    assert np.array_equal(rows, expert.classify(pictures[:3]))
    assert np.array_equal(vectors, comparing.embedder("small-expert@1").embed(pictures[:3]))
    assert expert.compare([])[0].shape == (0, 3)


def test_what_was_verified_since_votes_at_once_also_for_a_taxon_that_is_new(
    comparing: Registry, pictures: list[Image.Image]
) -> None:
    before = comparing.classifier("small-expert@1")
    [vector] = comparing.embedder("small-expert@1").embed(pictures[4:5])
    tiger = Label(0, "tiger", "Panthera tigris", "species", "mammal")
    after = comparing.neighbours("small-expert@1", Learned(vector[None], (tiger,)))

    assert [label.taxon for label in before.labels] == ["", "Panthera leo", "Anas"]
    assert after.labels[3].taxon == "Panthera tigris"
    assert after.labels[3].index == 3
    assert after.classify(pictures[4:5])[0].argmax() == 3
    again = Learned(vector[None], (Label(0, "", "Panthera leo", "species", "mammal"),))
    corrected = comparing.neighbours("small-expert@1", again)
    assert len(corrected.labels) == 3
    assert corrected.classify(pictures[4:5])[0].argmax() == 1


def test_a_gallery_that_was_changed_is_refused(comparing: Registry, releases: Path) -> None:
    path = releases / "small-expert" / "gallery.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"\x05")
    with pytest.raises(WeightsTampered, match="gallery"):
        comparing.classifier("small-expert@1")


def test_an_embedder_without_a_gallery_cannot_vote(releases: Path, make_registry) -> None:
    card = releases / "small-expert" / "card.toml"
    card.write_text(card.read_text().replace('kind = "expert"', 'kind = "embedder"'))
    with pytest.raises(CardInvalid, match="gallery"):
        make_registry(releases).classifier("small-expert@1")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda tensors: tensors.pop("labels"),
        lambda tensors: tensors["labels"].add_(7),
        lambda tensors: tensors.update(vectors=torch.zeros(2, 5, dtype=torch.int8)),
        lambda tensors: tensors.update(projection=torch.full((4, 4), torch.nan)),
    ],
)
def test_a_gallery_that_does_not_hold_together_is_refused(tmp_path: Path, spoil) -> None:
    tensors = {
        "projection": torch.eye(4),
        "vectors": torch.ones(2, 4, dtype=torch.int8),
        "labels": torch.tensor([0, 1], dtype=torch.int32),
    }
    save_file(tensors, tmp_path / "good.safetensors")
    assert read_gallery(tmp_path / "good.safetensors", 2).vectors.shape == (2, 4)
    spoil(tensors)
    save_file(tensors, tmp_path / "bad.safetensors")
    with pytest.raises(CardInvalid):
        read_gallery(tmp_path / "bad.safetensors", 2)


def test_the_nearest_decide_and_the_unfamiliar_is_none_of_them() -> None:
    known = np.eye(3, dtype=np.float32)
    labels = np.array([0, 0, 1])
    asked = np.array([[0.9, 0.436, 0.0], [-0.577, -0.577, -0.577]], np.float32)
    close = Closeness(nearest=2, sharpness=20, familiar=0.5, steepness=15)

    near, far = probabilities(asked, known, labels, 2, close)

    assert near[0] > 0.95
    assert near[1] == 0
    assert far.sum() < 0.01
    assert probabilities(asked, known[:0], labels[:0], 2, close).tolist() == [[0, 0], [0, 0]]
