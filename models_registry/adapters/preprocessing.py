"""From pictures to the pixels that every backend gets, bit for bit the same."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models_registry.backends import Backend
from models_registry.card import InputSpec


@dataclass(frozen=True, slots=True)
class Inside:
    """The part of a square that a picture fills: its offset and size in pixels."""

    left: int
    top: int
    width: int
    height: int


def pixels(image: Image.Image, spec: InputSpec) -> NDArray[np.uint8]:
    """Return a picture as the card asks for it, shape (1, size, size, 3: RGB).

    Measured for detection on 388 photos of animals: a padded square finds 225, padding only to
    the next cell 215; sharper and softer filters than bilinear find as many or fewer.
    """
    rgb = image if image.mode == "RGB" else image.convert("RGB")
    size, box = (spec.size, spec.size), None
    if spec.fit == "letterbox":
        inside = placement(image.size, spec)
        square = Image.new("RGB", size, (spec.fill,) * 3)
        square.paste(_resized(rgb, (inside.width, inside.height)), (inside.left, inside.top))
    else:
        if spec.fit == "crop":
            side = min(image.size) * spec.crop
            left, top = (image.width - side) / 2, (image.height - side) / 2
            box = (left, top, left + side, top + side)
        square = _resized(rgb, size, box)
    return np.asarray(square, dtype=np.uint8)[None]


def looked_at(
    images: Sequence[Image.Image], spec: InputSpec, backend: Backend
) -> NDArray[np.float32]:
    """Return a network's answers to pictures, shape (len(images), ...).

    Where the card asks for it, an answer is the mean of those to a picture and to its mirror image:
    both show the same animal, and what the two answers differ in is chance.
    """

    def views() -> Iterator[NDArray[np.uint8]]:
        for image in images:
            view = pixels(image, spec)
            yield view
            if spec.mirrored:
                yield np.ascontiguousarray(view[:, :, ::-1])

    answers = np.concatenate(list(backend.map(views())))
    if not spec.mirrored:
        return answers
    means: NDArray[np.float32] = (answers[::2] + answers[1::2]) / 2
    return means


def placement(size: tuple[int, int], spec: InputSpec) -> Inside:
    """Return where a letterboxed picture of this width and height lies."""
    scale = spec.size / max(size)
    width, height = (max(1, round(side * scale)) for side in size)
    return Inside((spec.size - width) // 2, (spec.size - height) // 2, width, height)


def _resized(
    image: Image.Image,
    size: tuple[int, int],
    box: tuple[float, float, float, float] | None = None,
) -> Image.Image:
    return image.resize(size, Image.Resampling.BILINEAR, box, reducing_gap=2.0)
