"""Tables of text, row by row: whatever parts their cells, whatever writes them."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext_noop as _

from wildlife.exchange.imports.entries import Trouble

_HEAD = 64 * 1024
_MISSING = {"NA", "NaN", "nan"}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Row:
    """`line` is where it ends in the file; `cells` are by the heading's names, without blanks."""

    line: int
    cells: dict[str, str]


def rows(file: BinaryIO, *, lower: bool = False) -> Iterator[Row | Trouble]:
    """Yield the rows of a table with a heading; a broken end is told, and nothing read on."""
    with io.BufferedReader(file) as buffered:  # type: ignore[type-var]
        head = buffered.peek(_HEAD)[:_HEAD]
        text = io.TextIOWrapper(buffered, _encoding(head), errors="replace", newline="")
        first = head.split(b"\n", 1)[0]
        delimiter = max(",;\t", key=lambda sign: first.count(sign.encode()))
        reader = csv.reader(text, delimiter=delimiter)
        try:
            heading = [name.strip().lstrip("\ufeff") for name in next(reader, [])]
            if lower:
                heading = ["_".join(name.lower().split()) for name in heading]
            for cells in reader:
                if any(one.strip() for one in cells):
                    yield Row(reader.line_num, _cells(heading, cells))
        except csv.Error as error:
            reason = _("This is no table from here on: %(error)s")
            told = {"error": str(error)}
            yield Trouble(reader.line_num, "", "broken_table", reason, told)


def _cells(heading: list[str], cells: list[str]) -> dict[str, str]:
    told = {}
    for name, cell in zip(heading, cells, strict=False):
        text = cell.replace("\x00", "").strip()
        if text.startswith("'") and text[1:].startswith(_FORMULA):
            text = text[1:]  # as spreadsheets are told that it is text
        if text and text not in _MISSING:
            told[name] = text
    return told


def _encoding(head: bytes) -> str:
    """Return UTF-8, or what old spreadsheets write where it is none."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        head[:-4].decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 8:
            return "cp1252"
    return "utf-8-sig"
