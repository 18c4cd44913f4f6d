"""Making people and vehicles on a picture unrecognisable, for good.

A blur alone can be partly undone, and mosaics of eight by eight tiles have been told apart by
networks that knew the faces. So a region is first averaged to a few tiles, which is all that is
left of it, and then smoothed, which adds nothing back and does not look like a fault of the screen.
"""

from collections.abc import Iterable
from math import ceil, floor

from PIL import Image

TILES = 3
"""Along the longer side of a region: a face in a standing figure is less than one of them."""
MARGIN = 0.15
"""Share of a box's longer side that is blurred around it: boxes cut off hair, hands and bags."""
LEAST_MARGIN = 0.01
"""The same as a share of the picture's longer side, for figures far away."""

Box = tuple[float, float, float, float]
_Pixels = tuple[int, int, int, int]


def blurred(image: Image.Image, boxes: Iterable[Box]) -> Image.Image:
    """Return a copy of an RGB image with what is in and around the boxes blurred.

    Boxes are x, y, width and height, 0..1 of the image. Those that meet are blurred as one, so that
    no two averages of the same pixels are told.
    """
    copy = image.copy()
    for region in _apart([_grown(box, image.size) for box in boxes]):
        left, top, right, bottom = region
        width, height = right - left, bottom - top
        longer = max(width, height)
        few = (max(1, round(TILES * width / longer)), max(1, round(TILES * height / longer)))
        tiles = image.crop(region).resize(few, Image.Resampling.BOX)
        copy.paste(tiles.resize((width, height), Image.Resampling.BICUBIC), (left, top))
    return copy


def _grown(box: Box, size: tuple[int, int]) -> _Pixels:
    """Return a box with its margin in whole pixels, none of them outside of the image."""
    width, height = size
    x, y, w, h = box[0] * width, box[1] * height, box[2] * width, box[3] * height
    margin = max(MARGIN * max(w, h), LEAST_MARGIN * max(size))
    left, top = max(0, floor(x - margin)), max(0, floor(y - margin))
    right, bottom = min(width, ceil(x + w + margin)), min(height, ceil(y + h + margin))
    # A box outside of the image, or at its very edge, still becomes a region of one pixel.
    left, top = min(left, width - 1), min(top, height - 1)
    return left, top, max(right, left + 1), max(bottom, top + 1)


def _apart(regions: list[_Pixels]) -> list[_Pixels]:
    """Return regions of which no two meet, around the given ones."""
    apart: list[_Pixels] = []
    for region in regions:
        while meeting := [other for other in apart if _meet(region, other)]:
            apart = [other for other in apart if other not in meeting]
            lefts, tops, rights, bottoms = zip(region, *meeting, strict=True)
            region = (min(lefts), min(tops), max(rights), max(bottoms))
        apart.append(region)
    return apart


def _meet(one: _Pixels, other: _Pixels) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
