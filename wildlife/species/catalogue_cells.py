"""From the bytes of one of the catalogue's files to cells that may be looked at."""

import csv
from collections.abc import Iterator
from pathlib import Path

from django.db import models

from wildlife.species.catalogue_rows import COLUMNS, OPTIONAL, Report, Row
from wildlife.species.models import (
    CommonName,
    ConservationAssessment,
    Habitat,
    LookAlike,
    Source,
    Taxon,
    TaxonIdentifier,
    Trait,
)

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula. No value of a catalogue needs it."""

_MODELS: dict[str, type[models.Model]] = {
    "sources.csv": Source,
    "habitats.csv": Habitat,
    "taxa.csv": Taxon,
    "common_names.csv": CommonName,
    "assessments.csv": ConservationAssessment,
    "traits.csv": Trait,
    "identifiers.csv": TaxonIdentifier,
    "look_alikes.csv": LookAlike,
}


def rows(path: Path, report: Report) -> Iterator[tuple[int, Row]]:
    """Yield line numbers and rows. One broken line does not spoil those after it."""
    required, optional = COLUMNS[path.name], OPTIONAL.get(path.name, ())
    columns: list[str] = []
    longest = _longest(path.name)
    for line, raw in enumerate(path.read_bytes().removeprefix(b"\xef\xbb\xbf").splitlines(), 1):
        try:
            text = raw.decode()
            cells = next(csv.reader([text], strict=True), [])
        except UnicodeDecodeError as error:
            report(line, f"not UTF-8: byte {error.start + 1} is 0x{raw[error.start]:02x}")
            continue
        except csv.Error as error:
            report(line, f"not CSV: {error}")
            continue
        if line == 1:
            columns = [cell.strip() for cell in cells]
            more = columns[len(required) :]
            if columns[: len(required)] != [*required] or len({*more} & {*optional}) != len(more):
                may = f"; {', '.join(optional)} may follow" if optional else ""
                report(line, f"the columns must be {', '.join(required)}{may}")
                return
        elif cells and (flaw := _flaw(cells, columns, longest)):
            report(line, flaw)
        elif cells:
            row = dict.fromkeys(optional, "")
            row.update(zip(columns, (cell.strip() for cell in cells), strict=True))
            yield line, row


def is_formula(cell: str) -> bool:
    """Say whether a spreadsheet would run a cell; spaces before it do not help."""
    return cell.startswith(_FORMULA) or cell.lstrip().startswith(_FORMULA)


def has(path: Path, column: str) -> bool:
    """Say whether the file's first line names a column."""
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        return column in file.readline().strip().split(",")


def _flaw(cells: list[str], columns: list[str], longest: dict[str, int]) -> str:
    if len(cells) != len(columns):
        return f"has {len(cells)} columns instead of {len(columns)}"
    for column, cell in zip(columns, cells, strict=True):
        if "\x00" in cell:
            return "holds a NUL character"
        if is_formula(cell):
            return f"{column} begins like a spreadsheet's formula: {cell[:20]!r}"
        if len(cell.strip()) > longest.get(column, len(cell)):
            return f"{column} has more than {longest[column]} characters"
    return ""


def _longest(file: str) -> dict[str, int]:
    """Return how many characters the database takes, by column; choices are judged elsewhere."""
    if file not in _MODELS:
        return {}
    fields = _MODELS[file]._meta.fields
    return {
        field.name: field.max_length for field in fields if field.max_length and not field.choices
    }
