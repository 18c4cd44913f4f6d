"""Rows of delimited text, of which one broken line does not spoil those after it."""

import codecs
import csv
from collections import deque
from collections.abc import Iterator
from typing import BinaryIO

from wildlife.species.imports.records import Place, Problem, UnreadableSource

LONGEST_LINE = 1 << 20
"""Bytes. A longer line is no row of a table."""
_MOST_LINES = 50
"""In one row: after so many, a quote is not closed."""
_WIDE = ("utf-16", "utf-32")

Row = tuple[int, list[str]]
"""The line on which it begins, and its cells as they stand."""


def rows(
    stream: BinaryIO, *, delimiter: str, quote: str, encoding: str = "utf-8", file: str = ""
) -> Iterator[Row | Problem]:
    """Yield the rows of a stream and what could not be read. Empty lines are passed over.

    Raises UnreadableSource for an encoding that is unknown or has no bytes for line ends.
    """
    try:
        encoding = codecs.lookup(encoding).name
    except LookupError as error:
        raise UnreadableSource(f"{encoding!r} is no encoding") from error
    if encoding.startswith(_WIDE):
        raise UnreadableSource(f"{encoding} is not supported: save the file as UTF-8")
    lines = _Lines(stream)
    while (found := lines.next()) is not None:
        number, raw = found
        if len(raw) >= LONGEST_LINE:
            yield Problem(Place(number, file), f"a line of more than {LONGEST_LINE} bytes")
            continue
        if number == 1:
            raw = raw.removeprefix(codecs.BOM_UTF8)
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError as error:
            where = f"byte {error.start + 1} is 0x{raw[error.start]:02x}"
            yield Problem(Place(number, file), f"not {encoding.upper()}: {where}")
            continue
        if "\x00" in text:
            yield Problem(Place(number, file), "holds a NUL character")
        elif not quote:
            if text := text.rstrip("\r\n"):
                yield number, text.split(delimiter)
        else:
            result = _quoted(text, lines, delimiter, quote, encoding)
            if isinstance(result, str):
                yield Problem(Place(number, file), result)
            elif result:
                yield number, result


class _Lines:
    """Numbered lines, of which some may be given back."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._number = 0
        self._back: deque[tuple[int, bytes]] = deque()

    def next(self) -> tuple[int, bytes] | None:
        if self._back:
            return self._back.popleft()
        raw = self._stream.readline(LONGEST_LINE)
        if not raw:
            return None
        self._number += 1
        if len(raw) == LONGEST_LINE and not raw.endswith(b"\n"):
            while (rest := self._stream.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
                pass
        return self._number, raw

    def give_back(self, lines: list[tuple[int, bytes]]) -> None:
        self._back.extendleft(reversed(lines))


def _quoted(text: str, lines: _Lines, delimiter: str, quote: str, encoding: str) -> list[str] | str:
    """Return the cells of a row that may go over several lines, or what is wrong with it.

    Where something is wrong, only the first line is lost.
    """
    more: list[tuple[int, bytes]] = []
    parts = [text]
    quotes = text.count(quote)
    while quotes % 2 and len(more) < _MOST_LINES and (found := lines.next()) is not None:
        more.append(found)
        parts.append(found[1].decode(encoding, "replace"))
        quotes += parts[-1].count(quote)
    try:
        if quotes % 2:
            raise csv.Error("a quote is not closed")
        reader = csv.reader(parts, delimiter=delimiter, quotechar=quote, strict=True)
        found_rows = list(reader)
        if len(found_rows) > 1:
            raise csv.Error("a quote stands in the middle of a cell")
    except csv.Error as error:
        lines.give_back(more)
        return f"cannot be read: {error}"
    return found_rows[0] if found_rows else []
