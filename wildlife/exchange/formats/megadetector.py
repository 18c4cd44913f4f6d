"""MegaDetector's batch results, version 1.6: https://lila.science/megadetector-output-format."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import IO, Any

from wildlife.exchange.formats import speciesnet
from wildlife.exchange.formats.base import Files, JsonList, dump
from wildlife.exchange.notes import Note
from wildlife.exchange.records import PhotoRecord, ProjectRecord, TaxonRecord, ThingRecord

VERSION = "1.6"
CATEGORIES = {"1": "animal", "2": "person", "3": "vehicle"}
_NUMBERS = {name: number for number, name in CATEGORIES.items()}
_MOST = 5


def write(
    records: Iterable[PhotoRecord], about: ProjectRecord, to: IO[bytes], files: Files
) -> list[Note]:
    """Write all detections with their best classifications. A verdict has the confidence 1."""
    info = {
        "format_version": VERSION,
        "detector": "wildlife",
        "detection_completion_time": datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S"),
        "classifier": "wildlife",
    }
    to.write(f'{{"info":{dump(info)},"detection_categories":{dump(CATEGORIES)},"images":['.encode())
    classes: dict[str, TaxonRecord] = {}
    items = JsonList(to)
    for record in records:
        items.add(_image(record, classes))
    names = {number: taxon.scientific_name for number, taxon in _numbered(classes)}
    lines = {number: _lineage(taxon) for number, taxon in _numbered(classes)}
    to.write(
        f'\n],"classification_categories":{dump(names)},'
        f'"classification_category_descriptions":{dump(lines)}}}\n'.encode()
    )
    return []


def _numbered(classes: dict[str, TaxonRecord]) -> list[tuple[str, TaxonRecord]]:
    return [(str(number), taxon) for number, taxon in enumerate(classes.values())]


def _lineage(taxon: TaxonRecord) -> str:
    """Return a taxon as the descriptions hold it: SpeciesNet's taxonomy without the id."""
    return speciesnet.label(taxon).partition(";")[2]


def _image(record: PhotoRecord, classes: dict[str, TaxonRecord]) -> dict[str, Any]:
    told: dict[str, Any] = {"file": record.name}
    if record.width and record.height:
        told |= {"width": record.width, "height": record.height}
    if record.moment:
        told["datetime"] = record.moment.strftime("%Y-%m-%d %H:%M:%S")
    if record.state != "done" and not record.things:
        failed = record.state == "failed"
        return told | {
            "failure": record.failure or "failed" if failed else "not looked at yet",
            "detections": None,
        }
    return told | {"detections": [_detection(thing, classes) for thing in record.shown]}


def _detection(thing: ThingRecord, classes: dict[str, TaxonRecord]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "category": _NUMBERS[thing.kind],
        "conf": round(thing.confidence if thing.confidence is not None else 1.0, 4),
        "bbox": [round(side, 4) for side in thing.box or (0.0, 0.0, 1.0, 1.0)],
    }
    scores = thing.scores
    if thing.person and thing.taxon:
        scores = ((thing.taxon, 1.0),)
    if scores:
        told["classifications"] = [
            [_number(taxon, classes), round(score, 4)]
            for taxon, score in sorted(scores, key=lambda one: -one[1])[:_MOST]
        ]
    return told


def _number(taxon: TaxonRecord, classes: dict[str, TaxonRecord]) -> str:
    classes.setdefault(taxon.slug, taxon)
    return str(list(classes).index(taxon.slug))
