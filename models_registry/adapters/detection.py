"""From a detection network's raw grid to boxes on the photo."""

from collections import deque
from collections.abc import Iterable, Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL.Image import Image

from models_registry.adapters.preprocessing import Inside, pixels, placement
from models_registry.backends import Backend
from models_registry.card import ModelCard
from models_registry.errors import InferenceFailed
from models_registry.interfaces import DETECTION_LABELS, Box

Floats = NDArray[np.float32]

STRIDES = (8, 16, 32)
FLOOR = 0.05
"""Below this confidence nothing is a box; what is kept above it is the curator's threshold."""
CANDIDATES = 300
"""The most confident cells that may become boxes."""
OVERLAP = 0.6
"""Two boxes of one label with a larger IoU are one thing."""
SAME_THING = 0.85
"""Two boxes with a larger IoU are one thing whatever their labels."""


class BoxDetector:
    """A Detector over any backend whose network gives, for each cell, four distances and scores.

    The raw output has shape (1, 4 + labels, cells): distances from the cell's centre to the left,
    top, right and bottom side in units of its stride, then one score per detection label.
    """

    def __init__(self, card: ModelCard, backend: Backend) -> None:
        self.precision = backend.precision
        self._backend = backend
        self._spec = card.input

    def detect(self, images: Iterable[Image]) -> Iterator[list[Box]]:
        """Yield the boxes of each RGB image, most confident first, in the order of `images`.

        The next images are taken, and so decoded, while the network works on this one. Raises
        InferenceFailed where the network cannot run or gives numbers that are none.
        """
        placed: deque[Inside] = deque()
        for raw in self._backend.map(self._inputs(images, placed)):
            yield boxes(raw[0], self._spec.size, placed.popleft())

    def _inputs(
        self, images: Iterable[Image], placed: deque[Inside]
    ) -> Iterator[NDArray[np.uint8]]:
        for image in images:
            placed.append(placement(image.size, self._spec))
            yield pixels(image, self._spec)


def boxes(raw: Floats, size: int, inside: Inside) -> list[Box]:
    """Return the boxes in the raw output (4 + labels, cells) for a square of `size` pixels."""
    if not np.isfinite(raw).all():
        raise InferenceFailed("The detector gave numbers that are none.")
    scores = raw[4:]
    best = scores.max(axis=0)
    cells = np.flatnonzero(best >= FLOOR)
    if len(cells) > CANDIDATES:
        cells = np.sort(cells[np.argpartition(-best[cells], CANDIDATES)[:CANDIDATES]])
    labels = scores[:, cells].argmax(axis=0)
    confidence = best[cells]
    centres, strides = _cells(size)
    distances = raw[:4, cells].T * strides[cells]
    corners = np.concatenate(
        (centres[cells] - distances[:, :2], centres[cells] + distances[:, 2:]), axis=1
    )
    offset, extent = (inside.left, inside.top), (inside.width, inside.height)
    corners = ((corners - np.tile(offset, 2)) / np.tile(extent, 2)).clip(0, 1)
    kept = suppress(corners.astype(np.float32), confidence, labels)
    return [
        Box(
            x=float(corners[i, 0]),
            y=float(corners[i, 1]),
            width=float(corners[i, 2] - corners[i, 0]),
            height=float(corners[i, 3] - corners[i, 1]),
            label=DETECTION_LABELS[labels[i]],
            confidence=float(confidence[i]),
        )
        for i in kept
        if (corners[i, 2:] > corners[i, :2]).all()
    ]


def suppress(corners: Floats, confidence: Floats, labels: NDArray[np.intp]) -> list[int]:
    """Return the boxes that stay, most confident first; equals keep their order.

    `corners` has shape (boxes, 4): left, top, right, bottom. The same answer always comes out:
    there is no time limit.
    """
    order = np.argsort(-confidence, kind="stable")
    corners, labels = corners[order], labels[order]
    sides = (corners[:, 2:] - corners[:, :2]).clip(min=0)
    areas = sides.prod(axis=1)
    low = np.maximum(corners[:, None, :2], corners[None, :, :2])
    high = np.minimum(corners[:, None, 2:], corners[None, :, 2:])
    common = (high - low).clip(min=0).prod(axis=2)
    iou = common / np.maximum(areas[:, None] + areas[None, :] - common, 1e-12)
    hides = iou > np.where(labels[:, None] == labels[None, :], OVERLAP, SAME_THING)
    alive = np.ones(len(order), bool)
    for i in range(len(order)):
        if alive[i]:
            alive[i + 1 :] &= ~hides[i, i + 1 :]
    return [int(index) for index in order[alive]]


@cache
def _cells(size: int) -> tuple[Floats, Floats]:
    """Return the centres (cells, 2: x, y) and strides (cells, 1) of a network's cells in pixels."""
    centres, strides = [], []
    for stride in STRIDES:
        y, x = np.mgrid[0 : size // stride, 0 : size // stride].astype(np.float32) + 0.5
        centres.append(np.stack((x.ravel(), y.ravel()), axis=1) * stride)
        strides.append(np.full((x.size, 1), stride, np.float32))
    return np.concatenate(centres), np.concatenate(strides)
