"""From a file to an upright RGB picture, only as large as needed; or a sentence that says why not.

Any bytes may come here. Whatever a decoder makes of them, the caller sees a picture or a
`PictureUnreadable`, and memory is spent on pixels only after the header told how many there are.
"""

import io
import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import BinaryIO, Literal, cast

import pillow_heif
from PIL import ExifTags, Image

from pipelines.exif import Origin, origin_of
from pipelines.formats import (
    EXTENSIONS,
    HEAD_BYTES,
    READ_WHOLE,
    size_in_head,
    sniff,
    stated_length,
)

__all__ = [
    "EXTENSIONS",
    "Origin",
    "Picture",
    "PictureUnreadable",
    "decode",
    "media_type_of",
    "sniff",
]

pillow_heif.register_heif_opener()
# Pillow's own limit warns at one number and refuses at another, for the whole process. Here the
# limit is the caller's `max_pixels`, checked by every function before pixels are touched.
Image.MAX_IMAGE_PIXELS = None
# What is odd in a stranger's file is no news for the log, and one file may hold 65,000 oddities.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")

BACKGROUND = (128, 128, 128)
"""Behind what is transparent: mid-grey, as unlike an animal as any."""

Code = Literal["empty", "not_an_image", "too_many_pixels", "cut_short", "damaged"]
_SENTENCES: dict[str, str] = {
    "empty": "This file is empty: nothing was copied into it. "
    "Upload it again from the camera's card.",
    "not_an_image": "This file is not a photo that we can read. "
    "Upload a JPEG, PNG, HEIC, AVIF, WebP, TIFF, GIF or BMP file.",
    "cut_short": "This file is cut short: its end was never copied. "
    "Upload it again from the camera's card.",
    "damaged": "This file is damaged: the picture in it cannot be read. "
    "Upload it again from the camera's card.",
}
_SIGNS_OF_AN_EARLY_END = ("truncated", "end of file", "end of data", "not enough", "too short")

_PILLOW_FORMATS = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
    "image/tiff": "TIFF",
    "image/bmp": "BMP",
    "image/heic": "HEIF",
    "image/heif": "HEIF",
    "image/avif": "AVIF",
}
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_TOP_VALUES = (255, 1023, 4095, 16383, 65535)
"""Of 8, 10, 12, 14 and 16 bits: cameras store fewer bits than the file's type has room for."""


class PictureUnreadable(Exception):
    """The file cannot become a picture. Its text is a sentence for the person who uploaded it."""

    def __init__(self, code: Code, sentence: str = "") -> None:
        self.code = code
        super().__init__(sentence or _SENTENCES[code])


@dataclass(frozen=True, slots=True)
class Picture:
    """An upright RGB image, perhaps scaled down, and the full upright size in pixels.

    `origin` is what the file tells of time, place and camera.
    """

    image: Image.Image
    width: int
    height: int
    origin: Origin = field(default_factory=Origin)


def media_type_of(file: BinaryIO, *, max_pixels: int) -> str:
    """Return what kind of photo a file is, by its content, reading little and decoding nothing.

    Raises `PictureUnreadable` for an empty file, what is no photo, an unreadable header, or one
    that announces more than `max_pixels`. Whether the pixels are whole only `decode` can tell.
    """
    media_type, head = _begin(file, max_pixels)
    if media_type not in READ_WHOLE:
        with _opened(file, media_type, head) as image:
            _refuse_too_many(image.size, max_pixels)
    return media_type


def decode(file: BinaryIO, *, long_side: int, max_pixels: int) -> Picture:
    """Return the picture in `file`: the first one if there are several, upright, RGB.

    Its long side is less than twice `long_side` and not below it, unless the file's own is.
    Raises `PictureUnreadable`; errors of the storage at the first read pass through.
    """
    media_type, head = _begin(file, max_pixels)
    with _opened(file, media_type, head) as image:
        size = image.size
        _refuse_too_many(size, max_pixels)
        if media_type == "image/jpeg":
            image.draft(None, _at_least(size, long_side))
        # Before loading, which closes TIFFs; but a PNG may have its EXIF data behind the pixels.
        origin = Origin() if media_type == "image/png" else _origin(image)
        image.load()
        if media_type in READ_WHOLE:
            size = image.size  # HEIC may turn out another size than its header says
            _refuse_too_many(size, max_pixels)
        # After loading, because Pillow turns TIFFs upright by itself and then drops the tag.
        orientation = _orientation(image)
        if media_type == "image/png":
            origin = _origin(image)
        upright = _smaller(_to_rgb(image), long_side)
        if orientation in _TURNS:
            upright = upright.transpose(_TURNS[orientation])
    width, height = reversed(size) if orientation >= 5 else size
    return Picture(upright, width, height, origin)


# --- Reading ----------------------------------------------------------------------------------


def _begin(file: BinaryIO, max_pixels: float = math.inf) -> tuple[str, bytes]:
    """Return the media type and the first bytes, refusing by them what can be refused."""
    file.seek(0)
    head = file.read(HEAD_BYTES)
    file.seek(0)
    if not head:
        raise PictureUnreadable("empty")
    media_type = sniff(head)
    if media_type is None:
        raise PictureUnreadable("not_an_image")
    if media_type in READ_WHOLE and (size := size_in_head(media_type, head)):
        _refuse_too_many(size, max_pixels)
    return media_type, head


@contextmanager
def _opened(file: BinaryIO, media_type: str, head: bytes) -> Iterator[Image.Image]:
    """Open an image, and turn whatever hostile bytes make its decoder throw into a sentence."""
    try:
        with Image.open(file, formats=[_PILLOW_FORMATS[media_type]]) as image:
            yield image
    except PictureUnreadable:
        raise
    except Exception as error:
        text = str(error).lower()
        cut_short = (
            isinstance(error, EOFError)
            or any(sign in text for sign in _SIGNS_OF_AN_EARLY_END)
            or stated_length(media_type, head) > _length(file)
        )
        raise PictureUnreadable("cut_short" if cut_short else "damaged") from error


def _length(file: BinaryIO) -> int:
    length = file.seek(0, io.SEEK_END)
    file.seek(0)
    return length


def _refuse_too_many(size: tuple[int, int], max_pixels: float) -> None:
    pixels = size[0] * size[1]
    if pixels > max_pixels:
        raise PictureUnreadable(
            "too_many_pixels",
            f"This photo has {math.ceil(pixels / 1e6):,} million pixels; the most we look at are "
            f"{max_pixels / 1e6:,.4g} million. Make it smaller and upload it again.",
        )


# --- Pixels -----------------------------------------------------------------------------------


def _at_least(size: tuple[int, int], long_side: int) -> tuple[int, int]:
    longest = max(size)
    width, height = (max(1, side * long_side // longest) for side in size)
    return width, height


def _smaller(image: Image.Image, long_side: int) -> Image.Image:
    factor = max(image.size) // long_side
    return image.reduce(factor) if factor >= 2 else image


def _orientation(image: Image.Image) -> int:
    """Return EXIF's 1..8; broken EXIF is no reason to refuse a good picture."""
    try:
        value = image.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:
        return 1
    return value if value in _TURNS else 1


def _origin(image: Image.Image) -> Origin:
    """Return what EXIF tells; hostile or broken EXIF tells nothing, and spoils no picture."""
    try:
        return origin_of(image.getexif())
    except Exception:
        return Origin()


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith(("I", "F")):
        return _to_8_bits(image).convert("RGB")
    if not image.has_transparency_data:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    flat = Image.new("RGB", layer.size, BACKGROUND)
    flat.paste(layer, mask=layer.getchannel("A"))
    return flat


def _to_8_bits(image: Image.Image) -> Image.Image:
    """Scale 16 or 32 bits of grey to 8 by the number of bits in use, not clipping them.

    Fractions of 0..1 are read as such; values below zero have no agreed meaning and are stretched.
    """
    exact = image.convert("I").convert("F") if image.mode != "F" else image
    low, high = cast(tuple[float, float], exact.getextrema())
    if not (math.isfinite(low) and math.isfinite(high)):
        raise PictureUnreadable("damaged")
    if image.mode == "F" and low >= 0 and high <= 1:
        bottom, top = 0.0, 1.0
    elif low >= 0:
        bottom, top = 0.0, next((top for top in _TOP_VALUES if high <= top), high)
    else:
        bottom, top = low, high
    scale = 255 / ((top - bottom) or 1)
    return exact.point(lambda value: value * scale - bottom * scale).convert("L")
