"""Known vectors that vote: what a nearest-neighbour expert compares a crop with."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from models_registry.errors import CardInvalid
from models_registry.interfaces import Label

Floats = NDArray[np.float32]
SCALE = 127.0
"""Of vectors stored in a byte per dimension."""


@dataclass(frozen=True, slots=True)
class Closeness:
    """How similarities become a vote; fitted on the validation photos and kept in the card.

    Each of the `nearest` vectors counts exp(`sharpness` x cosine). All of them together get a share
    that follows a logistic curve of the best cosine: a half at `familiar`, the steeper the larger
    `steepness`; the rest is "none of my labels".
    """

    nearest: int = 10
    sharpness: float = 20.0
    familiar: float = 0.5
    steepness: float = 15.0


@dataclass(frozen=True, slots=True)
class Gallery:
    """Unit vectors, shape (n, dimensions), each with the index of its label.

    `projection`, shape (features, dimensions), leads from a network's features to their space.
    """

    projection: Floats
    vectors: Floats
    labels: NDArray[np.int64]

    def project(self, features: Floats) -> Floats:
        """Return unit vectors, shape (n, dimensions), of features, shape (n, features)."""
        # Row by row: a picture among others must not get another vector than alone.
        vectors = np.stack([row @ self.projection for row in features])
        unit: Floats = vectors / np.linalg.norm(vectors, axis=1, keepdims=True).clip(1e-9)
        return unit


def read_gallery(path: Path, labels: int) -> Gallery:
    """Read a gallery whose vectors point to so many labels. Raises CardInvalid."""
    try:
        tensors = load_file(path)
        projection, vectors, places = (
            tensors[name] for name in ("projection", "vectors", "labels")
        )
    except (OSError, SafetensorError, KeyError) as error:
        raise CardInvalid(f"{path.name} cannot be read: {error}.") from error
    fits = (
        projection.ndim == vectors.ndim == 2
        and projection.shape[1] == vectors.shape[1]
        and places.shape == vectors.shape[:1]
        and np.isfinite(projection).all()
        and (not len(places) or 0 <= places.min() <= places.max() < labels)
    )
    if not fits:
        raise CardInvalid(f"{path.name} does not hold a gallery of {labels} labels.")
    floats = vectors.astype(np.float32)
    unit = floats / np.linalg.norm(floats, axis=1, keepdims=True).clip(1e-9)
    return Gallery(projection.astype(np.float32), unit, places.astype(np.int64))


def probabilities(
    vectors: Floats, known: Floats, labels: NDArray[np.int64], outputs: int, closeness: Closeness
) -> Floats:
    """Return each label's probability, shape (len(vectors), outputs).

    `vectors` and `known` are unit vectors; `labels` are those of `known`. What is left to 1 is
    "none of my labels".
    """
    answer = np.zeros((len(vectors), outputs), np.float32)
    for row, vector in zip(answer, vectors, strict=True):
        vote(row, known @ vector, labels, closeness)
    return answer


def vote(row: Floats, alike: Floats, labels: NDArray[np.int64], closeness: Closeness) -> None:
    """Add to the labels' probabilities in `row` what the most alike vectors say.

    `alike` holds the cosines with all known vectors, `labels` what these show.
    """
    if not len(alike):
        return
    count = min(closeness.nearest, len(alike))
    nearest = np.argpartition(-alike, count - 1)[:count]
    best = float(alike[nearest].max())
    says = np.exp(closeness.sharpness * (alike[nearest] - best))
    familiar = 1 / (1 + np.exp(-closeness.steepness * (best - closeness.familiar)))
    np.add.at(row, labels[nearest], familiar * says / says.sum())


@dataclass(frozen=True, slots=True)
class Learned:
    """Vectors that people verified after the release was made, and what they show."""

    vectors: Floats
    labels: tuple[Label, ...]
