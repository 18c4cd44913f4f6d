"""Zip files of strangers, opened with care: nothing of them is ever unpacked to a path."""

from pathlib import Path, PurePosixPath
from zipfile import BadZipFile, ZipFile, is_zipfile

from wildlife.species.imports.records import UnreadableSource

MOST_BYTES = 16 << 30
"""Unpacked. The backbone of GBIF has about five."""
MOST_FILES = 2000
_SUSPICIOUS_FROM = 64 << 20
_MOST_RATIO = 100
"""How much smaller text may become by packing; taxonomic text comes to about ten."""


def open_zip(path: str) -> ZipFile:
    """Return an opened archive after looking at what it claims to hold.

    The claims bind: `zipfile` never reads more of a file than its entry says.
    Raises UnreadableSource for what is no archive, and for one that would fill the machine.
    """
    if not Path(path).is_file():
        raise UnreadableSource(f"there is no file {Path(path).name}")
    if not is_zipfile(path):
        raise UnreadableSource(f"{Path(path).name} is no zip file")
    try:
        archive = ZipFile(path)
    except BadZipFile as error:
        raise UnreadableSource(f"{Path(path).name} is a broken zip file: {error}") from error
    try:
        _look_over(archive)
    except UnreadableSource:
        archive.close()
        raise
    return archive


def _look_over(archive: ZipFile) -> None:
    entries = archive.infolist()
    if len(entries) > MOST_FILES:
        raise UnreadableSource(f"the archive holds {len(entries)} files")
    if sum(entry.file_size for entry in entries) > MOST_BYTES:
        raise UnreadableSource("unpacked, the archive would be too large")
    for entry in entries:
        inside = PurePosixPath(entry.filename.replace("\\", "/"))
        if inside.is_absolute() or ".." in inside.parts:
            raise UnreadableSource(f"the archive holds a path that leads out: {entry.filename!r}")
        large = entry.file_size > _SUSPICIOUS_FROM
        if large and entry.file_size > _MOST_RATIO * max(entry.compress_size, 1):
            raise UnreadableSource(f"{entry.filename!r} is packed as only a trap would be")
        if entry.flag_bits & 1:
            raise UnreadableSource("the archive is encrypted")
