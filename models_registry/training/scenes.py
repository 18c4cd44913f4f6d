"""What a detector is shown: whole photos at any scale, with what is known about their boxes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image, ImageOps

from models_registry.interfaces import DETECTION_LABELS, NO_ANIMAL, Box
from models_registry.training.manifest import Corners, Sample
from models_registry.training.views import Pixels, opened, weathered

GREY = 114
LEAST_VISIBLE = 0.35
"""Share of a box that must be within the view to count."""

FARTHEST, NEAREST = 0.25, 1.5
"""Length of the photo's longer side in a view, of the view's."""
HIT = 0.5
"""IoU from which a box that was found is one that people drew."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A view with its boxes: pixels (size, size, 3); corners in pixels; indices of the labels."""

    pixels: Pixels
    corners: tuple[Corners, ...]
    labels: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known about a photo of this width and height: boxes in its pixels, their labels."""

    size: tuple[int, int]
    corners: tuple[Corners, ...]
    labels: tuple[int, ...]


def known(
    sample: Sample, found: Sequence[Box], guess: Sequence[Box], size: tuple[int, int]
) -> Known | None:
    """Return the boxes drawn by people, else those of the parent; None where it found nothing.

    `found` holds only boxes that the parent is sure of; `guess` what it takes for a thing at all,
    which on a photo of an animal is that animal. `size` is the photo's in pixels.
    """
    if sample.boxes:
        labels = tuple(DETECTION_LABELS.index(thing) for thing in sample.things)
        return Known(size, sample.boxes, labels)
    wanted = {"human": "person", "vehicle": "vehicle"}.get(sample.group, "animal")
    if sample.group == NO_ANIMAL:
        # A landscape may well have people or cars; an animal there would be a mistake.
        found = [box for box in found if box.label != "animal"]
    elif wanted == "animal" and guess and wanted not in {box.label for box in found}:
        found = [*guess, *found]
    elif wanted not in {box.label for box in found}:
        return None
    width, height = size
    corners = tuple(
        (
            box.x * width,
            box.y * height,
            (box.x + box.width) * width,
            (box.y + box.height) * height,
        )
        for box in found
    )
    return Known(size, corners, tuple(DETECTION_LABELS.index(box.label) for box in found))


def varied_scene(
    sample: Sample, facts: Known, size: int, rng: np.random.Generator, night: float
) -> Scene:
    """Return a training view: nearer or farther, shifted, mirrored and weathered."""
    image = opened(sample)
    scale = size / max(image.size) * float(np.exp(rng.uniform(np.log(FARTHEST), np.log(NEAREST))))
    # From one edge to the other, whether the photo is smaller than the view or larger.
    left, top = (float(rng.random() * (size - side * scale)) for side in image.size)
    if rng.random() < 0.5:
        turned = tuple((image.width - r, t, image.width - x, b) for x, t, r, b in facts.corners)
        facts = replace(facts, corners=turned)
        image = ImageOps.mirror(image)
    return _scene(image, facts, size, (scale, left, top), rng, night)


def mosaic(
    four: Sequence[tuple[Sample, Known]], size: int, rng: np.random.Generator, night: float
) -> Scene:
    """Return a view of four photos, side by side in half the size."""
    half = size // 2
    parts = [varied_scene(sample, facts, half, rng, night) for sample, facts in four]
    square = np.full((size, size, 3), GREY, np.uint8)
    corners: list[Corners] = []
    for part, (top, left) in zip(parts, np.ndindex(2, 2), strict=True):
        y, x = top * half, left * half
        square[y : y + half, x : x + half] = part.pixels
        corners += [(a + x, b + y, c + x, d + y) for a, b, c, d in part.corners]
    labels = tuple(label for part in parts for label in part.labels)
    return Scene(square, tuple(corners), labels)


def _scene(
    image: Image.Image,
    facts: Known,
    size: int,
    place: tuple[float, float, float],
    rng: np.random.Generator,
    night: float,
) -> Scene:
    scale, left, top = place
    square = Image.new("RGB", (size, size), (GREY,) * 3)
    extent = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    resized = image.resize(extent, Image.Resampling.BILINEAR, reducing_gap=2.0)
    square.paste(resized, (round(left), round(top)))
    corners, labels = [], []
    for (x, y, right, bottom), label in zip(facts.corners, facts.labels, strict=True):
        moved = (x * scale + left, y * scale + top, right * scale + left, bottom * scale + top)
        inside = tuple(min(float(size), max(0.0, side)) for side in moved)
        if _area(inside) > LEAST_VISIBLE * _area(moved) and min(_sides(inside)) >= 3:
            corners.append((inside[0], inside[1], inside[2], inside[3]))
            labels.append(label)
    return Scene(weathered(square, rng, night), tuple(corners), tuple(labels))


def _sides(box: Sequence[float]) -> tuple[float, float]:
    return box[2] - box[0], box[3] - box[1]


def _area(box: Sequence[float]) -> float:
    width, height = _sides(box)
    return max(0.0, width) * max(0.0, height)


def boxes_hit(facts: Known, found: Sequence[Box]) -> list[bool]:
    """Return for each animal that people boxed whether one of the found boxes is on it."""
    width, height = facts.size
    corners = [
        (b.x * width, b.y * height, (b.x + b.width) * width, (b.y + b.height) * height)
        for b in found
    ]
    animals = (
        corner
        for corner, label in zip(facts.corners, facts.labels, strict=True)
        if DETECTION_LABELS[label] == "animal"
    )
    return [any(_overlap(animal, corner) >= HIT for corner in corners) for animal in animals]


def _overlap(one: Corners, other: Corners) -> float:
    common = _area((*map(max, one[:2], other[:2]), *map(min, one[2:], other[2:])))
    return common / (_area(one) + _area(other) - common or 1.0)
