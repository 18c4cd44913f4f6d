"""GeoJSON (RFC 7946): one point per photo with a place."""

from collections.abc import Iterable
from typing import IO, Any

from wildlife.exchange.formats.base import Files, JsonList
from wildlife.exchange.notes import Note, noted
from wildlife.exchange.records import PhotoRecord, ProjectRecord, stamp


def write(
    records: Iterable[PhotoRecord], about: ProjectRecord, to: IO[bytes], files: Files
) -> list[Note]:
    """Write a collection of points. Photos without a place are left out, and counted."""
    to.write(b'{"type":"FeatureCollection","features":[')
    items = JsonList(to)
    without = 0
    for record in records:
        if record.place is None:
            without += 1
            continue
        items.add(
            {
                "type": "Feature",
                "id": record.id,
                "geometry": {
                    "type": "Point",
                    "coordinates": [
                        round(record.place.longitude, 6),
                        round(record.place.latitude, 6),
                    ],
                },
                "properties": _properties(record),
            }
        )
    to.write(b"\n]}\n")
    return noted(no_place=without)


def _properties(record: PhotoRecord) -> dict[str, Any]:
    taxa = {thing.taxon.scientific_name: None for thing in record.shown if thing.taxon}
    return {
        "file": record.filename,
        "taken_at": stamp(record.moment) if record.moment else None,
        "deployment": record.deployment.name if record.deployment else None,
        "taxa": list(taxa),
        "kinds": sorted({thing.kind for thing in record.shown}),
        "coordinate_precision": record.place.precision if record.place else None,
        "url": record.url,
    }
