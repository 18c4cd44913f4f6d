"""Looking for a face and for a place in whatever is answered: text, pictures, archives, tables."""

import gzip
import io
import re
from collections.abc import Iterator
from zipfile import ZipFile, is_zipfile

import numpy as np
import pyarrow.parquet as pq
from PIL import ExifTags, Image, ImageDraw, UnidentifiedImageError

LATITUDE, LONGITUDE = -24.97213, 31.57218
"""Far from the lines of the grid, and from the middles of its squares."""
FINER = 0.015
"""Degrees. Whatever comes so near to a coordinate tells more than the grid does."""
SPRING = "Zwartfontein spring"
"""The name of the place, and what is written of it."""
FACE = ((255, 0, 255), (0, 255, 0))
"""Colours that nothing else on the photo has, nor their average."""
FACE_AT = (0.3, 0.3, 0.2, 0.4)
_ALIKE = 70
"""Of 255, in each channel."""
_SHARE = 0.0005
"""Of a picture's pixels: more in the colours of the face show it."""
_NUMBER = re.compile(r"\d+[.,]\d{2,}")
_WRITTEN = re.compile(
    r"24\s*(?:°|&deg;|\\u00b0)\s*58|31\s*(?:°|&deg;|\\u00b0)\s*34|2497213|3157218"
)


def portrait(*, face: bool) -> bytes:
    """A photo with its place in EXIF: grey ground and, where there is a face, a chessboard."""
    image = Image.new("RGB", (800, 600), (110, 112, 108))
    if face:
        draw = ImageDraw.Draw(image)
        for column in range(4):
            for row in range(6):
                left, top = 240 + 40 * column, 180 + 40 * row
                colour = FACE[(column + row) % 2]
                draw.rectangle((left, top, left + 39, top + 39), fill=colour)
    exif = Image.Exif()
    exif[ExifTags.Base.Model] = "Trail 1"
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(
        {1: "S", 2: (24.0, 58.0, 19.668), 3: "E", 4: (31.0, 34.0, 19.848)}
    )
    to = io.BytesIO()
    image.save(to, "JPEG", quality=92, exif=exif)
    return to.getvalue()


def found(content: bytes) -> set[str]:
    """Return what is told by some bytes, and by all that is packed in them: "face", "place"."""
    told: set[str] = set()
    for part in _parts(content):
        picture = _picture(part)
        if picture is None:
            told |= {"place"} if _tells_place(part.decode("utf-8", "replace")) else set()
        else:
            told |= {"face"} if _shows_face(picture) else set()
            told |= {"place"} if picture.getexif().get_ifd(ExifTags.IFD.GPSInfo) else set()
    return told


def _parts(content: bytes) -> Iterator[bytes]:
    if content[:4] == b"PAR1":
        yield str(pq.read_table(io.BytesIO(content)).to_pylist()).encode()
    elif content[:2] == b"\x1f\x8b":
        yield from _parts(gzip.decompress(content))
    elif is_zipfile(io.BytesIO(content)):
        with ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield name.encode()
                yield from _parts(archive.read(name))
    else:
        yield content


def _picture(content: bytes) -> Image.Image | None:
    try:
        picture = Image.open(io.BytesIO(content))
        picture.load()
    except (UnidentifiedImageError, OSError):
        return None
    return picture


def _shows_face(picture: Image.Image) -> bool:
    pixels = np.asarray(picture.convert("RGB"), np.int16)
    alike = [np.abs(pixels - colour).max(axis=-1) < _ALIKE for colour in FACE]
    return bool(np.any(alike, axis=0).mean() > _SHARE)


def _tells_place(text: str) -> bool:
    numbers = (float(one.replace(",", ".")) for one in _NUMBER.findall(text))
    near = any(
        abs(number - abs(degrees)) < FINER
        for number in numbers
        for degrees in (LATITUDE, LONGITUDE)
    )
    return near or bool(_WRITTEN.search(text)) or SPRING in text
