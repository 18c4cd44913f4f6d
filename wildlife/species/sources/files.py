"""Files as their publishers pack them: single, compressed, in a zip or in a folder.

What a file is shows in its content: an import may keep it under another name.
"""

import csv
import gzip
import hashlib
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast
from zipfile import BadZipFile, is_zipfile

from wildlife.species.imports import delimited
from wildlife.species.imports.archives import open_zip
from wildlife.species.imports.records import Place, Problem, UnreadableSource

# Assessments hold whole chapters in a cell: more than what the module takes for a broken file.
csv.field_size_limit(delimited.LONGEST_LINE)
Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """A file. `name` is what problems call it, blank where there is only one.

    `inner` is its name in the zip at `path`.
    """

    path: Path
    name: str = ""
    inner: str = ""

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Open for reading, without any compression. Raises UnreadableSource, also later on."""
        try:
            if self.inner:
                with open_zip(str(self.path)) as archive, archive.open(self.inner) as packed:
                    yield cast(BinaryIO, packed)
                return
            with self.path.open("rb") as file:
                compressed = file.read(2) == b"\x1f\x8b"
                file.seek(0)
                yield cast(BinaryIO, gzip.GzipFile(fileobj=file)) if compressed else file
        except (OSError, BadZipFile, EOFError, zlib.error) as error:
            raise UnreadableSource(f"{self.name or 'the file'} cannot be read: {error}") from error


def entries(target: str) -> list[Entry]:
    """Return the files of a target: itself, what is in its folder, or what is in its zip.

    Zips in a folder are opened too. Raises UnreadableSource.
    """
    path = Path(target)
    if path.is_dir():
        return [entry for inside in sorted(path.iterdir()) for entry in _opened(inside)]
    if not path.is_file():
        raise UnreadableSource(f"there is no file {target}")
    return list(_opened(path)) if is_zipfile(path) else [Entry(path)]


def _opened(path: Path) -> Iterator[Entry]:
    if path.is_file() and is_zipfile(path):
        with open_zip(str(path)) as archive:
            names = sorted(name for name in archive.namelist() if not name.endswith("/"))
        yield from (Entry(path, Path(name).name, name) for name in names)
    elif path.is_file():
        yield Entry(path, path.name)


def digest(files: Iterable[Entry]) -> str:
    """Return a hash of the content of all these files, the zips as they are."""
    whole = hashlib.sha256()
    for path in sorted({entry.path for entry in files}):
        with path.open("rb") as file:
            whole.update(hashlib.file_digest(file, "sha256").digest())
    return whole.hexdigest()


def header(entry: Entry) -> list[str]:
    """Return the names of the columns in the first line, none where it cannot be read."""
    with entry.open() as file:
        first = next(_cells(file, entry.name), None)
    return [] if first is None or isinstance(first, Problem) else first[1]


def rows(entry: Entry) -> Iterator[tuple[int, Row] | Problem]:
    """Yield each row with the number of its first line, and what is wrong with others.

    Columns are told apart by tabs where the first line has any, else by commas.
    """
    with entry.open() as file:
        found = _cells(file, entry.name)
        first = next(found, None)
        if first is None or isinstance(first, Problem):
            what = entry.name or "the file"
            raise UnreadableSource(f"{what} does not begin with the names of its columns")
        columns = first[1]
        for one in found:
            if isinstance(one, Problem):
                yield one
            elif len(one[1]) != len(columns):
                reason = f"has {len(one[1])} columns instead of {len(columns)}"
                yield Problem(Place(one[0], entry.name), reason)
            else:
                yield one[0], dict(zip(columns, one[1], strict=True))


def _cells(file: BinaryIO, name: str) -> Iterator[tuple[int, list[str]] | Problem]:
    peeked = _Peeked(file)
    delimiter = "\t" if b"\t" in peeked.first else ","
    stream = cast(BinaryIO, peeked)
    for one in delimited.rows(stream, delimiter=delimiter, quote='"', file=name):
        yield one if isinstance(one, Problem) else (one[0], [cell.strip() for cell in one[1]])


class _Peeked:
    """A file whose first line was looked at: a file in a zip cannot be read twice at once."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.first = file.readline(delimited.LONGEST_LINE)
        self._waiting = True

    def readline(self, size: int) -> bytes:
        if self._waiting:
            self._waiting = False
            return self.first
        return self._file.readline(size)
