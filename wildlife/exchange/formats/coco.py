"""COCO Camera Traps: https://lila.science/coco-camera-traps."""

import tempfile
from collections.abc import Iterable
from typing import IO, Any

from wildlife.exchange.formats.base import SPOOL, Files, JsonList, dump
from wildlife.exchange.notes import Note
from wildlife.exchange.records import PhotoRecord, ProjectRecord, ThingRecord

EMPTY = 0


def write(
    records: Iterable[PhotoRecord], about: ProjectRecord, to: IO[bytes], files: Files
) -> list[Note]:
    """Write images and annotations; boxes are in pixels where a photo's size is known."""
    info = {"version": "1.0", "description": about.title or "Wildlife"}
    to.write(f'{{"info":{dump(info)},"images":['.encode())
    categories: dict[str, int] = {"empty": EMPTY}
    images = JsonList(to)
    with tempfile.SpooledTemporaryFile(max_size=SPOOL) as spool:
        annotations = JsonList(spool)
        for record in records:
            images.add(_image(record, about))
            for note in _annotations(record, categories):
                annotations.add(note)
        to.write(b'\n],"annotations":[')
        spool.seek(0)
        while chunk := spool.read(SPOOL):
            to.write(chunk)
    named = [{"id": number, "name": name} for name, number in categories.items()]
    to.write(f'\n],"categories":{dump(named)}}}\n'.encode())
    return []


def _image(record: PhotoRecord, about: ProjectRecord) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": record.sha256,
        "file_name": record.name,
        "rights_holder": about.title or ", ".join(about.people),
        "corrupt": record.state == "failed",
    }
    if record.width and record.height:
        told |= {"width": record.width, "height": record.height}
    if record.moment:
        told["datetime"] = record.moment.strftime("%Y-%m-%d %H:%M:%S")
    if record.deployment:
        told["location"] = record.deployment.name
    if record.visit:
        told["seq_id"] = record.visit
    return told


def _annotations(record: PhotoRecord, categories: dict[str, int]) -> Iterable[dict[str, Any]]:
    things: Iterable[ThingRecord | None] = record.shown
    if not record.shown:
        if record.state != "done" and not record.things:
            return
        things = (None,)
    for thing in things:
        name = _name(thing)
        number = categories.setdefault(name, len(categories))
        told: dict[str, Any] = {
            "id": f"{record.sha256}-{thing.index if thing else 'empty'}",
            "image_id": record.sha256,
            "category_id": number,
            "sequence_level_annotation": False,
        }
        if thing and thing.box:
            told |= _box(thing.box, record)
        yield told


def _name(thing: ThingRecord | None) -> str:
    if thing is None:
        return "empty"
    return thing.taxon.scientific_name if thing.taxon else thing.kind


def _box(box: tuple[float, ...], record: PhotoRecord) -> dict[str, Any]:
    if not record.width or not record.height:
        return {"bbox_relative": [round(side, 6) for side in box]}
    sizes = (record.width, record.height) * 2
    pixels = [round(side * size, 2) for side, size in zip(box, sizes, strict=True)]
    return {"bbox": pixels, "area": round(pixels[2] * pixels[3], 2), "iscrowd": 0}
