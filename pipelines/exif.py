"""When and where a photo was taken, as far as its EXIF data can be believed."""

import math
from dataclasses import dataclass
from datetime import datetime

from PIL import ExifTags
from PIL.Image import Exif


@dataclass(frozen=True, slots=True)
class Origin:
    """When, by the camera's own clock (no zone), and where (WGS 84 degrees) a photo was taken."""

    taken_at: datetime | None = None
    latitude: float | None = None
    longitude: float | None = None


def origin_of(exif: Exif) -> Origin:
    """Return time and place; whatever is missing, broken or impossible is None."""
    taken_at = _moment(exif.get_ifd(ExifTags.IFD.Exif))
    return Origin(taken_at, *_place(exif.get_ifd(ExifTags.IFD.GPSInfo)))


def _moment(exif: dict[int, object]) -> datetime | None:
    for tag in (ExifTags.Base.DateTimeOriginal, ExifTags.Base.DateTimeDigitized):
        text = str(exif.get(tag, "")).strip("\0 ").replace("-", ":").replace("/", ":")
        try:
            moment = datetime.strptime(text[:19], "%Y:%m:%d %H:%M:%S")
        except ValueError:
            continue
        # A clock that was never set, or set to nonsense, tells nothing.
        if 1900 <= moment.year <= 2100:
            return moment
    return None


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
    reference = gps.get(reference_tag, "")
    text = reference.decode("ascii", "replace") if isinstance(reference, bytes) else str(reference)
    if text.strip("\0 ").upper().startswith(negative):
        value = -value
    return round(value, 6) if math.isfinite(value) and abs(value) <= limit else None
