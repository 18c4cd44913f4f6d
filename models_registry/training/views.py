"""What a network sees of a photo: the crops of the pipeline, and what may befall them."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from models_registry.training.manifest import Corners, Sample

MARGIN = 0.08
"""Share of the box's longer side around it, as where the pipeline cuts crops."""
LEAST_AREA = 0.45
"""Of the crop, that a training view shows."""

Pixels = NDArray[np.uint8]


def opened(sample: Sample) -> Image.Image:
    """Return the photo in RGB."""
    with Image.open(sample.path) as image:
        return image.convert("RGB")


def around(box: Corners, size: tuple[int, int], margin: float = MARGIN) -> Corners:
    """Return the square around a box with a margin, cut off at the picture's edges; in pixels."""
    left, top, right, bottom = box
    half = max(right - left, bottom - top, 1) * (1 + 2 * margin) / 2
    x, y = (left + right) / 2, (top + bottom) / 2
    return max(0.0, x - half), max(0.0, y - half), min(size[0], x + half), min(size[1], y + half)


def plain(image: Image.Image, boxes: tuple[Corners, ...], size: int) -> Pixels:
    """Return what the pipeline would show: the largest animal, or all; shape (size, size, 3)."""
    largest = max(boxes, key=lambda b: (b[2] - b[0]) * (b[3] - b[1]), default=None)
    region = around(largest, image.size) if largest else None
    return np.asarray(_squeezed(image, size, region), np.uint8)


def varied(
    image: Image.Image,
    boxes: tuple[Corners, ...],
    size: int,
    rng: np.random.Generator,
    night: float,
) -> Pixels:
    """Return a training view, shape (size, size, 3). `night` is the share that looks infrared."""
    region: Corners = (0, 0, *image.size)
    if boxes and rng.random() < 0.9:
        box = boxes[rng.integers(len(boxes))]
        region = around(box, image.size, margin=rng.uniform(0, 0.3))
    view = _squeezed(image, size, _part(region, rng))
    if rng.random() < 0.5:
        view = ImageOps.mirror(view)
    return weathered(view, rng, night)


def weathered(view: Image.Image, rng: np.random.Generator, night: float) -> Pixels:
    """Return a square view after light, night, lens, compression and a twig have had their way."""
    view = _infrared(view, rng) if rng.random() < night else _coloured(view, rng)
    return _degraded(view, rng)


def _squeezed(image: Image.Image, size: int, region: Corners | None) -> Image.Image:
    return image.resize((size, size), Image.Resampling.BILINEAR, region, reducing_gap=2.0)


def _part(region: Corners, rng: np.random.Generator) -> Corners:
    left, top, right, bottom = region
    area, ratio = rng.uniform(LEAST_AREA, 1), np.exp(rng.uniform(-0.22, 0.22))
    width = (right - left) * min(1.0, np.sqrt(area * ratio))
    height = (bottom - top) * min(1.0, np.sqrt(area / ratio))
    x = left + rng.random() * (right - left - width)
    y = top + rng.random() * (bottom - top - height)
    return float(x), float(y), float(x + width), float(y + height)


def _coloured(view: Image.Image, rng: np.random.Generator) -> Image.Image:
    for enhancer in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
        view = enhancer(view).enhance(rng.uniform(0.7, 1.3))
    return view.convert("L").convert("RGB") if rng.random() < 0.05 else view


def _infrared(view: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Return a view as by the flash of a camera trap: grey, bright in the middle, grainy."""
    grey = np.asarray(view.convert("L"), np.float32) / 255
    height, width = grey.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    centre = rng.uniform(0.25, 0.75, 2) * (height, width)
    distance = np.hypot((y - centre[0]) / height, (x - centre[1]) / width)
    lit = grey ** rng.uniform(0.6, 1.5) * (1.15 - rng.uniform(0.2, 1.0) * distance)
    grain = rng.normal(0, rng.uniform(0, 0.06), grey.shape)
    tint = np.array((1, 1, 1 + rng.uniform(-0.08, 0.08)))
    picture = ((lit + grain)[..., None] * tint).clip(0, 1) * 255
    return Image.fromarray(picture.astype(np.uint8))


def _degraded(view: Image.Image, rng: np.random.Generator) -> Pixels:
    size = view.width
    if rng.random() < 0.25:
        small = int(size * rng.uniform(0.25, 0.8))
        view = view.resize((small, small), Image.Resampling.BILINEAR)
        view = view.resize((size, size), Image.Resampling.BILINEAR)
    elif rng.random() < 0.15:
        view = view.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.5, 1.8))))
    if rng.random() < 0.3:
        buffer = io.BytesIO()
        view.save(buffer, "JPEG", quality=int(rng.integers(30, 90)))
        view = Image.open(buffer)
    pixels = np.array(view, np.uint8)
    if rng.random() < 0.2:
        height, width = (int(size * rng.uniform(0.15, 0.4)) for _ in range(2))
        y, x = rng.integers(size - height), rng.integers(size - width)
        pixels[y : y + height, x : x + width] = rng.integers(256)
    return pixels
