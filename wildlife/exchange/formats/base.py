"""What the formats have in common. A format is written record by record, and holds none of them."""

import csv
import io
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import IO, Any, Protocol
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from wildlife.exchange.notes import Note
from wildlife.exchange.records import PhotoRecord, ProjectRecord, stamp

Files = Callable[[str], IO[bytes]]
"""Opens a stored file by its key. Raises FileNotFoundError."""
Row = dict[str, object]
SPOOL = 8 * 1024 * 1024
"""Bytes of a table that are kept in memory before it goes on in a file."""


class Write(Protocol):
    """Writes photos to a binary file; returns notes of what could not be written."""

    def __call__(
        self,
        records: Iterable[PhotoRecord],
        about: ProjectRecord,
        to: IO[bytes],
        files: Files,
    ) -> list[Note]: ...


class Table:
    """A CSV whose rows wait in a file of their own until the archive takes them."""

    def __init__(self, columns: Iterable[str], delimiter: str = ",") -> None:
        self.columns = tuple(columns)
        self.count = 0
        self._spool = tempfile.SpooledTemporaryFile(max_size=SPOOL)  # noqa: SIM115 - see `into`
        self._text = io.TextIOWrapper(self._spool, encoding="utf-8", newline="", write_through=True)
        self._writer = csv.DictWriter(
            self._text, self.columns, restval="", delimiter=delimiter, lineterminator="\n"
        )
        self._writer.writeheader()

    def add(self, row: Row) -> None:
        """Write a row; None is an empty cell. Raises ValueError for a column that is not there."""
        self._writer.writerow({name: cell(value) for name, value in row.items()})
        self.count += 1

    def into(self, archive: ZipFile, name: str) -> None:
        """Move the table into an archive; it is gone here."""
        self._text.flush()
        self._spool.seek(0)
        with archive.open(name, "w", force_zip64=True) as entry:
            while chunk := self._spool.read(SPOOL):
                entry.write(chunk)
        self._text.close()


def cell(value: object) -> str:
    """Return a value as CSV wants it: booleans small, times in ISO 8601, numbers short."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    return stamp(value) if isinstance(value, datetime) else str(value)


@contextmanager
def zipped(to: IO[bytes]) -> Iterator[ZipFile]:
    with ZipFile(to, "w", ZIP_DEFLATED) as archive:
        yield archive


def copy(archive: ZipFile, name: str, source: IO[bytes]) -> None:
    """Copy a picture into an archive; packing would not make it smaller.

    Raises FileNotFoundError for a stored file that is gone, and then adds nothing.
    """
    chunk = source.read(SPOOL)
    told = ZipInfo(name)
    told.compress_type = ZIP_STORED
    with archive.open(told, "w", force_zip64=True) as entry:
        while chunk:
            entry.write(chunk)
            chunk = source.read(SPOOL)


def dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class JsonList:
    """The items of a list in a JSON document, written one by one."""

    def __init__(self, to: IO[bytes]) -> None:
        self._to = to
        self._first = True

    def add(self, item: Any) -> None:
        """Write an item, on a line of its own."""
        self._to.write(("" if self._first else ",").encode() + b"\n" + dump(item).encode())
        self._first = False
