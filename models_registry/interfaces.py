"""What a model must be able to do, whatever library it comes from."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from PIL.Image import Image

DETECTION_LABELS = ("animal", "person", "vehicle")
GROUPS = ("mammal", "bird", "reptile", "amphibian", "fish", "insect", "arachnid", "other")
"""The coarse groups, in the order of a coarse classifier's columns; NO_ANIMAL comes last."""
NO_ANIMAL = "none"


@dataclass(frozen=True, slots=True)
class Box:
    """One detected thing: top-left corner and size as fractions (0..1) of the image."""

    x: float
    y: float
    width: float
    height: float
    label: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Label:
    """One output of a classifier.

    `taxon` is an accepted scientific name, "" for outputs that are no taxon (background, objects).
    `group` is the coarse group ("mammal", …, "none" for no animal), "" where unknown.
    """

    index: int
    text: str
    taxon: str
    rank: str
    group: str


class Detector(Protocol):
    """Finds animals, people and vehicles."""

    precision: str

    def detect(self, images: Iterable[Image]) -> Iterator[list[Box]]:
        """Yield the boxes of each RGB image, most confident first, in the order of `images`.

        `images` is read lazily, so that decoding the next one overlaps with this one's inference.
        """
        ...


class Classifier(Protocol):
    """Gives every label a probability."""

    labels: tuple[Label, ...]
    precision: str

    def classify(self, images: Sequence[Image]) -> NDArray[np.float32]:
        """Return calibrated probabilities of RGB crops, shape (len(images), len(labels))."""
        ...


@runtime_checkable
class Comparer(Classifier, Protocol):
    """A classifier that turns each crop into a vector to compare, and gives that away too."""

    def compare(self, images: Sequence[Image]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return what `classify` does, and unit vectors, shape (len(images), dimensions)."""
        ...


class Embedder(Protocol):
    """Turns a crop into a vector in which look-alikes are near."""

    precision: str

    def embed(self, images: Sequence[Image]) -> NDArray[np.float32]:
        """Return unit vectors, shape (len(images), dimensions)."""
        ...
