"""The cut-outs of animals in one folder per class, as image classifiers are trained from."""

from collections.abc import Iterable
from typing import IO
from zipfile import ZIP_STORED, ZipFile

from wildlife.exchange.formats.base import Files, copy
from wildlife.exchange.notes import Note, noted
from wildlife.exchange.records import PhotoRecord, ProjectRecord, ThingRecord

UNNAMED = "animal"


def write(
    records: Iterable[PhotoRecord], about: ProjectRecord, to: IO[bytes], files: Files
) -> list[Note]:
    """Write every animal's crop. Files that are lost are left out, and counted."""
    lost = 0
    with ZipFile(to, "w", ZIP_STORED) as archive:
        for record in records:
            for thing in record.shown:
                if thing.kind != "animal" or not thing.crop:
                    continue
                try:
                    with files(thing.crop) as source:
                        copy(archive, _name(record, thing), source)
                except FileNotFoundError:
                    lost += 1
    return noted(crops_lost=lost)


def _name(record: PhotoRecord, thing: ThingRecord) -> str:
    """Return class/photo-number.jpg; slugs hold nothing that could lead out of the folder."""
    folder = thing.taxon.slug if thing.taxon else UNNAMED
    return f"{folder}/{record.sha256[:16]}-{thing.index + 1}.jpg"
