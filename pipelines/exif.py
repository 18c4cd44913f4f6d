"""When, where and with what a photo was taken, as far as its EXIF data can be believed."""

import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from PIL import ExifTags
from PIL.Image import Exif

LONGEST_NAME = 64
"""Characters of a camera's make or model."""
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)")
_EARLIEST_OFFSET, _LATEST_OFFSET = -12 * 60, 14 * 60
_MOMENTS = (
    (ExifTags.Base.DateTimeOriginal, ExifTags.Base.OffsetTimeOriginal),
    (ExifTags.Base.DateTimeDigitized, ExifTags.Base.OffsetTimeDigitized),
)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a photo comes from. `taken_at` is the camera's own clock, without a zone.

    `utc_offset` is how many minutes that clock says it is ahead of UTC; the place is in degrees of
    WGS 84. What the file does not tell, or tells wrongly, is None or "".
    """

    taken_at: datetime | None = None
    latitude: float | None = None
    longitude: float | None = None
    utc_offset: int | None = None
    camera_make: str = ""
    camera_model: str = ""


def origin_of(exif: Exif) -> Origin:
    """Return all that can be believed; whatever is missing, broken or impossible is left out."""
    taken_at, utc_offset = _moment(exif.get_ifd(ExifTags.IFD.Exif))
    latitude, longitude = _place(exif.get_ifd(ExifTags.IFD.GPSInfo))
    return Origin(
        taken_at=taken_at,
        latitude=latitude,
        longitude=longitude,
        utc_offset=utc_offset,
        camera_make=_name(exif.get(ExifTags.Base.Make)),
        camera_model=_name(exif.get(ExifTags.Base.Model)),
    )


def _moment(exif: dict[int, object]) -> tuple[datetime | None, int | None]:
    for tag, offset_tag in _MOMENTS:
        text = _text(exif.get(tag)).replace("-", ":").replace("/", ":")
        try:
            moment = datetime.strptime(text[:19], "%Y:%m:%d %H:%M:%S")
        except ValueError:
            continue
        # A clock that was never set, or set to nonsense, tells nothing.
        if 1900 <= moment.year <= 2100:
            offset = exif.get(offset_tag) or exif.get(ExifTags.Base.OffsetTime)
            return moment, _minutes(_text(offset))
    return None, None


def _minutes(text: str) -> int | None:
    if (found := _OFFSET.fullmatch(text)) is None:
        return None
    minutes = int(found[2]) * 60 + int(found[3])
    minutes = -minutes if found[1] == "-" else minutes
    return minutes if _EARLIEST_OFFSET <= minutes <= _LATEST_OFFSET else None


def _text(value: object) -> str:
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value or "")
    return text.strip("\0 ")


def _name(value: object) -> str:
    """Return the name of a make or model, without what would spoil a line of text."""
    kept = (char if unicodedata.category(char)[0] != "C" else " " for char in _text(value))
    return " ".join("".join(kept).split())[:LONGEST_NAME]


def _place(gps: dict[int, object]) -> tuple[float | None, float | None]:
    latitude = _degrees(gps, ExifTags.GPS.GPSLatitude, ExifTags.GPS.GPSLatitudeRef, "S", 90)
    longitude = _degrees(gps, ExifTags.GPS.GPSLongitude, ExifTags.GPS.GPSLongitudeRef, "W", 180)
    # (0, 0) is what cameras without a fix write.
    if latitude is None or longitude is None or latitude == longitude == 0:
        return None, None
    return latitude, longitude


def _degrees(
    gps: dict[int, object], tag: int, reference_tag: int, negative: str, limit: int
) -> float | None:
    parts = gps.get(tag)
    if not isinstance(parts, tuple) or not 1 <= len(parts) <= 3:
        return None
    try:
        value = sum(float(part) / 60**power for power, part in enumerate(parts))
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    if _text(gps.get(reference_tag)).upper().startswith(negative):
        value = -value
    return round(value, 6) if math.isfinite(value) and abs(value) <= limit else None
