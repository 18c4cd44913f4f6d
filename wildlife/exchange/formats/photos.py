"""The photos themselves, with what is on them as keywords for photo managers.

What the asker may not see sharp is there as its small, blurred picture.
"""

from collections.abc import Iterable
from typing import IO
from zipfile import ZIP_STORED, ZipFile

from django.utils.translation import ngettext

from wildlife.exchange.formats import xmp
from wildlife.exchange.formats.base import Files, copy
from wildlife.exchange.records import PhotoRecord, ProjectRecord

JPEG = "image/jpeg"


def write(
    records: Iterable[PhotoRecord], about: ProjectRecord, to: IO[bytes], files: Files
) -> list[str]:
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
    left_out = ngettext(
        "%(count)d photo is not there, or not for you to see yet, and was left out.",
        "%(count)d photos are not there, or not for you to see yet, and were left out.",
        missing,
    )
    return [left_out % {"count": missing}] if missing else []


def _add(archive: ZipFile, record: PhotoRecord, source: IO[bytes]) -> None:
    small = record.picture != record.original
    name = f"{record.name}.jpg" if small and record.media_type != JPEG else record.name
    told = xmp.packet(record)
    if small or record.media_type == JPEG:
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
