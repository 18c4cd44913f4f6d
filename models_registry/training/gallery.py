"""From an embedder's features to a gallery: a space in which look-alikes are near."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import torch
from numpy.typing import NDArray

from models_registry.gallery import SCALE, Closeness, Floats, Gallery, vote
from models_registry.interfaces import NO_ANIMAL, Label
from models_registry.training.cache import CHUNK, Views
from models_registry.training.engines import Run
from models_registry.training.lineages import Lineages
from models_registry.training.manifest import Sample
from models_registry.training.recipe import Watcher

DIMENSIONS = 128
MOST_OF_A_LABEL = 40
"""Vectors that are kept of one taxon: more of them say little that is new."""
SHRINKAGE = 0.3
"""Share of the within-taxon scatter that is taken to be the same in all directions."""
NOTHING = "no animal"
NEAREST = (5, 10, 20)
SHARPNESS = (10.0, 20.0, 40.0)
FAMILIAR = np.linspace(0.0, 0.95, 39)
STEEPNESS = (4.0, 8.0, 12.0, 16.0, 24.0)


@dataclass(frozen=True, slots=True)
class Built:
    """A gallery, what its labels mean, how its vectors vote, and how often the best is right."""

    gallery: Gallery
    labels: tuple[Label, ...]
    closeness: Closeness
    top1: float

    def tensors(self) -> dict[str, torch.Tensor]:
        """Return it as it is stored: a byte for each dimension of a vector."""
        return {
            "projection": torch.from_numpy(self.gallery.projection).half(),
            "vectors": torch.from_numpy(np.rint(self.gallery.vectors * SCALE).astype(np.int8)),
            "labels": torch.from_numpy(self.gallery.labels.astype(np.int32)),
        }


def features(run: Run, samples: Sequence[Sample], size: int, watcher: Watcher) -> Floats:
    """Return unit features of what the pipeline would show of each photo, (n, features)."""
    views = Views(samples, size, 0, 0.0)

    def parts() -> Iterator[Floats]:
        for start in range(0, len(samples), CHUNK):
            chunk = range(start, min(start + CHUNK, len(samples)))
            yield run(np.stack([views.plain(index) for index in chunk]))
            watcher.stage("gallery", chunk.stop, len(samples), "")

    found = np.concatenate(list(parts()))
    unit: Floats = found / np.linalg.norm(found, axis=1, keepdims=True).clip(1e-9)
    return unit


def build(
    shown: Floats,
    samples: Sequence[Sample],
    checked: Floats,
    checks: Sequence[Sample],
    lineages: Lineages,
) -> Built:
    """Return the gallery of training features, fitted on the features of validation photos."""
    labels, places = _labels(samples, lineages)
    known = np.array([places[_name(one)] for one in samples], np.int64)
    gallery = Gallery(discriminants(shown, known), np.empty((0, 0), np.float32), known)
    kept = _first_of_each(known, MOST_OF_A_LABEL)
    gallery = replace(gallery, vectors=gallery.project(shown[kept]), labels=known[kept])
    right = np.array([places.get(_name(one), -1) for one in checks])
    closeness, top1 = _fitted(gallery, gallery.project(checked), right, len(labels))
    return Built(gallery, labels, closeness, top1)


def _name(sample: Sample) -> str:
    return sample.taxon if sample.coarse != NO_ANIMAL else ""


def _labels(
    samples: Sequence[Sample], lineages: Lineages
) -> tuple[tuple[Label, ...], dict[str, int]]:
    named = {_name(one): one for one in reversed(samples)}
    places = {name: index for index, name in enumerate(sorted(named))}
    labels = tuple(
        Label(index, named[name].name or name, name, lineages.rank(name), named[name].group)
        if name
        else Label(index, NOTHING, "", "", NO_ANIMAL)
        for name, index in places.items()
    )
    return labels, places


def _first_of_each(labels: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Return the places of the first `most` rows of each label, in their order."""
    seen: Counter[int] = Counter()
    places = []
    for place, label in enumerate(labels.tolist()):
        seen[label] += 1
        if seen[label] <= most:
            places.append(place)
    return np.array(places, np.int64)


def discriminants(vectors: Floats, labels: NDArray[np.int64]) -> Floats:
    """Return the directions that tell labels apart, shape (features, dimensions).

    Fisher's linear discriminants with a shrunken scatter (Friedman 1989, "Regularized discriminant
    analysis"): what differs between photos of one taxon counts little.
    """
    taxa, places, counts = np.unique(labels, return_inverse=True, return_counts=True)
    means = np.zeros((len(taxa), vectors.shape[1]), np.float64)
    np.add.at(means, places, vectors)
    means /= counts[:, None]
    apart = vectors - means[places]
    within = apart.T @ apart / max(1, len(vectors) - len(taxa))
    size = len(within)
    same = np.eye(size) * np.trace(within) / size
    values, directions = np.linalg.eigh((1 - SHRINKAGE) * within + SHRINKAGE * same)
    whitening = directions / np.sqrt(values.clip(1e-9))
    centred = (means - means.mean(0)) @ whitening
    _, _, best = np.linalg.svd(centred, full_matrices=False)
    projection: Floats = (whitening @ best[:DIMENSIONS].T).astype(np.float32)
    return projection / np.abs(projection).max()


def _fitted(
    gallery: Gallery, vectors: Floats, right: NDArray[np.int64], outputs: int
) -> tuple[Closeness, float]:
    """Choose by how often the best is right, then by how well its confidence says so."""
    known = right >= 0
    alike = vectors @ gallery.vectors.T
    sure = Closeness(familiar=-1.0, steepness=1e3)
    options = [replace(sure, nearest=n, sharpness=s) for n, s in product(NEAREST, SHARPNESS)]

    def correct(closeness: Closeness) -> NDArray[np.bool_]:
        rows = np.zeros((len(alike), outputs), np.float32)
        for row, cosines in zip(rows, alike, strict=True):
            vote(row, cosines, gallery.labels, closeness)
        hits: NDArray[np.bool_] = rows.argmax(1) == right
        return hits

    chosen = max(options, key=lambda one: correct(one)[known].mean())
    hits = correct(chosen)
    best = alike.max(1)

    def surprise(curve: tuple[float, float]) -> float:
        share = 1 / (1 + np.exp(-curve[1] * (best - curve[0])))
        said = np.where(hits, share, 1 - share).clip(1e-6)
        return float(-np.log(said).mean())

    familiar, steepness = min(product(FAMILIAR.tolist(), STEEPNESS), key=surprise)
    fitted = replace(chosen, familiar=round(familiar, 3), steepness=steepness)
    return fitted, float(hits[known].mean())
