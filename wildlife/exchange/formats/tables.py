"""One flat table, as CSV or Parquet: a row per thing on a photo, one where there is none."""

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import IO

from wildlife.exchange.formats.base import Files, Row, cell
from wildlife.exchange.notes import Note
from wildlife.exchange.records import MAIN_RANKS, PhotoRecord, ProjectRecord, ThingRecord

_TEXT, _NUMBER, _WHOLE, _TIME = "text", "number", "whole", "time"
COLUMNS = dict(
    [
        ("photo", _TEXT), ("file", _TEXT), ("sha256", _TEXT), ("url", _TEXT), ("state", _TEXT),
        ("taken_at", _TIME), ("received_at", _TIME), ("camera", _TEXT),
        ("photo_width", _WHOLE), ("photo_height", _WHOLE), ("deployment", _TEXT), ("event", _TEXT),
        ("latitude", _NUMBER), ("longitude", _NUMBER), ("coordinate_precision", _NUMBER),
        ("number", _WHOLE), ("kind", _TEXT), ("scientific_name", _TEXT), ("rank", _TEXT),
        ("common_name", _TEXT), *((rank, _TEXT) for rank in MAIN_RANKS), ("gbif", _TEXT),
        ("detection_confidence", _NUMBER), ("confidence", _NUMBER), ("agreement", _NUMBER),
        ("reason", _TEXT), ("method", _TEXT), ("identified_by", _TEXT), ("identified_at", _TIME),
        ("x", _NUMBER), ("y", _NUMBER), ("width", _NUMBER), ("height", _NUMBER),
    ]
)  # fmt: skip
"""From the name of each column to what is in it."""
_PORTION = 2000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_csv(
    records: Iterable[PhotoRecord], about: ProjectRecord, to: IO[bytes], files: Files
) -> list[Note]:
    """Write the table for a spreadsheet: in UTF-8 with its mark, without formulas."""
    text = io.TextIOWrapper(to, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.DictWriter(text, list(COLUMNS), lineterminator="\n")
    writer.writeheader()
    for row in rows(records):
        writer.writerow({name: harmless(value) for name, value in row.items()})
    text.detach()
    return []


def write_parquet(
    records: Iterable[PhotoRecord], about: ProjectRecord, to: IO[bytes], files: Files
) -> list[Note]:
    """Write the table with its types, in groups of rows."""
    # Large, and of no use to the many processes that write no Parquet.
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = {
        _TEXT: pa.string(),
        _NUMBER: pa.float64(),
        _WHOLE: pa.int32(),
        _TIME: pa.timestamp("s", tz="UTC"),
    }
    schema = pa.schema([(name, types[kind]) for name, kind in COLUMNS.items()])
    found = rows(records)
    with pq.ParquetWriter(to, schema, compression="zstd") as writer:
        while portion := list(islice(found, _PORTION)):
            writer.write_table(pa.Table.from_pylist(portion, schema=schema))
    return []


def rows(records: Iterable[PhotoRecord]) -> Iterator[Row]:
    """Yield the rows; each has every column of `COLUMNS`, None where there is nothing to say."""
    for record in records:
        photo = _of_photo(record)
        for thing in record.things or (None,):
            yield {**dict.fromkeys(COLUMNS), **photo, **(_of_thing(thing) if thing else {})}


def _of_photo(record: PhotoRecord) -> Row:
    place = record.place
    return {
        "photo": record.id,
        "file": record.filename,
        "sha256": record.sha256,
        "url": record.url,
        "state": record.state,
        "taken_at": record.moment,
        "received_at": record.received_at,
        "camera": record.camera or None,
        "photo_width": record.width,
        "photo_height": record.height,
        "deployment": record.deployment.name if record.deployment else None,
        "event": record.event.id if record.event else None,
        "latitude": place.latitude if place else None,
        "longitude": place.longitude if place else None,
        "coordinate_precision": place.precision if place else None,
    }


def _of_thing(thing: ThingRecord) -> Row:
    taxon, person, box = thing.taxon, thing.person, thing.box
    told: Row = {
        "number": thing.index + 1,
        "kind": thing.kind,
        "detection_confidence": thing.confidence,
        "confidence": thing.sureness,
        "agreement": thing.agreement,
        "reason": thing.reason or None,
        "method": "human" if person else "machine",
        "identified_by": person.name if person else thing.models or None,
        "identified_at": person.at if person else None,
    }
    if taxon:
        told |= {
            "scientific_name": taxon.scientific_name,
            "rank": taxon.rank,
            "common_name": taxon.common_name or None,
            "gbif": taxon.gbif or None,
            **taxon.lineage,
        }
    if box:
        told |= {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
    return told


def harmless(value: object) -> str:
    """A spreadsheet would run a text that begins like a formula."""
    text = cell(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else text
