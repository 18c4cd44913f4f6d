"""The photos themselves, with what is on them as keywords for photo managers.

What the asker may not see sharp is there as its small, blurred picture.
"""

from collections.abc import Iterable
from typing import IO
from zipfile import ZIP_STORED, ZipFile

from wildlife.exchange.formats import xmp
from wildlife.exchange.formats.base import Files, copy
from wildlife.exchange.notes import Note, noted
from wildlife.exchange.records import JPEG, PhotoRecord, ProjectRecord


def write(
    records: Iterable[PhotoRecord], about: ProjectRecord, to: IO[bytes], files: Files
) -> list[Note]:
    """Write copies: JPEGs with their XMP inside, others with a sidecar beside them."""
    missing = 0
    with ZipFile(to, "w", ZIP_STORED) as archive:
        for record in records:
            try:
                if not record.picture:
                    raise FileNotFoundError
                with files(record.picture) as source:
                    _add(archive, record, source)
            except FileNotFoundError:
                missing += 1
    return noted(not_there=missing)


def _add(archive: ZipFile, record: PhotoRecord, source: IO[bytes]) -> None:
    name, media_type = record.pictured
    told = xmp.packet(record)
    if media_type == JPEG:
        try:
            chunks = xmp.into_jpeg(source, told)
            head = next(chunks)
        except ValueError:
            source.seek(0)
        else:
            with archive.open(name, "w", force_zip64=True) as entry:
                entry.write(head)
                for chunk in chunks:
                    entry.write(chunk)
            return
    copy(archive, name, source)
    archive.writestr(f"{name}.xmp", told)
