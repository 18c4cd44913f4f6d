"""Wide tables, one taxon a row: CSV with comma, semicolon or tab, and Excel.

    scientific_name                       the only column that must be there
    rank                                  where blank: species or subspecies, by the words of the
                                          name, where the table has groups; else only facts are read
    kingdom … genus                       the groups that it belongs to, any of the tree's ranks
    synonyms                              other scientific names
    common_name, common_name_<language>   English, or BCP 47: common_name_zh-hans
    category, year, trend, criteria       the status on the IUCN Red List
    habitats                              codes of the IUCN scheme: 1.6; 2
    countries, introduced,                codes (ISO 3166-1) or English names of countries: where it
    vagrant, extinct                      is native, introduced, a vagrant, extinct
    body_mass_g, diet, activity
    gbif, inat, wikidata, iucn, col, mdd  what these databases call it

Several values stand in one cell with ";" or "|" between them.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from io import BufferedReader
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from pipelines.taxonomy import RANKS
from wildlife.species.imports.archives import open_zip
from wildlife.species.imports.delimited import Row, rows
from wildlife.species.imports.records import (
    Ancestor,
    AssessmentFact,
    Credit,
    HabitatFact,
    IdentifierFact,
    NameFact,
    Place,
    Problem,
    RangeFact,
    Record,
    TraitFact,
    UnreadableSource,
)
from wildlife.species.imports.values import category_of, country_of, is_formula, rank_of
from wildlife.species.models import TaxonIdentifier, Trait

_PRESENCES = {
    "countries": "native",
    "introduced": "introduced",
    "vagrant": "vagrant",
    "extinct": "extinct",
}
_TRAITS = tuple(Trait.Kind.values)
_AUTHORITIES = tuple(TaxonIdentifier.Authority.values)
_GROUPS = RANKS[: RANKS.index("species")]
_OTHERS = (
    "scientific_name", "rank", "synonyms", "common_name", "category", "year", "trend", "criteria",
    "habitats",
)  # fmt: skip
_COLUMNS = frozenset({*_OTHERS, *_GROUPS, *_PRESENCES, *_TRAITS, *_AUTHORITIES})
_NAME_IN = re.compile(r"common_name_([a-z]{2,3}(?:-[a-z0-9]{2,8})*)")

Cells = dict[str, str]
"""The cells of a row by column, without blanks around; only those that hold something."""


class Table:
    """What all tables have in common: a header, then a record a row. A position is a line."""

    credit = Credit("table", "A table that a curator brought in")
    total: int | None = None

    def records(self, position: str = "") -> Iterator[Record | Problem]:
        passed = int(position or 0)
        columns: list[str] = []
        for item in self.rows():
            if isinstance(item, Problem):
                if item.place.line > passed:
                    yield item
                continue
            line, cells = item
            if not columns:
                columns = [self.column(cell) for cell in cells]
                self.check(columns)
                unread = [one for one in columns if one and not self.is_read(one)]
                if unread and not passed:
                    yield Problem(Place(line), f"columns that are not read: {', '.join(unread)}")
            elif line > passed and any(cell.strip() for cell in cells):
                yield self._item(line, columns, cells)

    def close(self) -> None:
        """Nothing stays open: `rows` closes what it opened."""

    def rows(self) -> Iterator[Row | Problem]:
        raise NotImplementedError

    def column(self, cell: str) -> str:
        """Return the name of a column as its header gives it."""
        return cell.strip().casefold().replace(" ", "_")

    def check(self, columns: Sequence[str]) -> None:
        """Raise UnreadableSource where this is another table than the one that is read here."""
        if "scientific_name" not in columns:
            raise UnreadableSource("the table has no column scientific_name")

    def is_read(self, column: str) -> bool:
        return column in _COLUMNS or bool(_NAME_IN.fullmatch(column))

    def record(self, line: int, cells: Cells) -> Record:
        """Return what a row says. Raises ValueError with the reason where it cannot be read."""
        name = " ".join(cells.get("scientific_name", "").split())
        lineage = tuple(Ancestor(rank, cells[rank]) for rank in _GROUPS if rank in cells)
        rank = rank_of(cells.get("rank", ""))
        if not rank and lineage:
            rank = "subspecies" if name.count(" ") > 1 else "species"
        return Record(
            place=Place(line),
            scientific_name=name,
            rank=rank,
            lineage=lineage,
            synonyms=several(cells.get("synonyms", "")),
            identifiers=tuple(
                IdentifierFact(one, cells[one]) for one in _AUTHORITIES if one in cells
            ),
            names=_names(cells),
            assessments=_assessments(cells),
            habitats=tuple(HabitatFact(code) for code in several(cells.get("habitats", ""))),
            ranges=tuple(
                RangeFact(country_of(country), presence)
                for column, presence in _PRESENCES.items()
                for country in several(cells.get(column, ""))
            ),
            traits=tuple(TraitFact(kind, cells[kind]) for kind in _TRAITS if kind in cells),
            position=str(line),
        )

    def _item(self, line: int, columns: Sequence[str], cells: Sequence[str]) -> Record | Problem:
        if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
            reason = f"has {len(cells)} cells under {len(columns)} columns"
            return Problem(Place(line), reason, str(line))
        pairs = [
            (column, cell)
            for column, cell in zip(columns, cells, strict=False)
            if self.is_read(column)
        ]
        for column, cell in pairs:
            if is_formula(cell):
                reason = f"{column}: {cell[:40]!r} could be run as a formula"
                return Problem(Place(line), reason, str(line))
        try:
            found = {column: cell.strip() for column, cell in pairs if cell.strip()}
            return self.record(line, found)
        except ValueError as error:
            return Problem(Place(line), str(error), str(line))


class CsvTable(Table):
    """CSV, UTF-8; the header tells whether comma, semicolon or tab stands between the cells."""

    def __init__(self, target: str) -> None:
        self._path = Path(target)
        if not self._path.is_file():
            raise UnreadableSource(f"there is no file {self._path.name}")

    def rows(self) -> Iterator[Row | Problem]:
        with self._path.open("rb") as stream:
            head = stream.peek(4096) if isinstance(stream, BufferedReader) else b""
            binary: BinaryIO = stream
            yield from rows(binary, delimiter=_delimiter(head), quote='"')


class XlsxTable(Table):
    """The first sheet of an Excel workbook, read row by row."""

    def __init__(self, target: str) -> None:
        open_zip(target).close()
        self._path = target

    def rows(self) -> Iterator[Row | Problem]:
        try:
            book = load_workbook(self._path, read_only=True, keep_links=False)
        except (InvalidFileException, BadZipFile, KeyError, ValueError, OSError) as error:
            raise UnreadableSource(f"this is no Excel workbook: {error}") from error
        try:
            sheet = book.worksheets[0]
            # What the file claims of its size may be wrong, and is read over.
            sheet.reset_dimensions()
            for line, cells in enumerate(sheet.iter_rows(values_only=True), 1):
                if any(cell is not None for cell in cells):
                    yield line, [_text(cell) for cell in cells]
        finally:
            book.close()


def several(cell: str) -> tuple[str, ...]:
    """Return the values that stand in one cell, each once."""
    found = (" ".join(part.split()) for part in re.split(r"[;|]", cell))
    return tuple(dict.fromkeys(part for part in found if part))


def _text(cell: Any) -> str:
    """Return what a cell of a sheet shows. A whole number is stored as 2016.0."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _delimiter(head: bytes) -> str:
    first = head.split(b"\n", 1)[0].decode("utf-8", "replace")
    return max(",;\t", key=lambda mark: len(next(csv.reader([first], delimiter=mark), [])))


def _names(cells: Cells) -> tuple[NameFact, ...]:
    """Return the common names; the first of each language is the one that is preferred."""
    found: list[NameFact] = []
    for column, cell in cells.items():
        match = _NAME_IN.fullmatch(column)
        if match or column == "common_name":
            language = match[1] if match else "en"
            taken = any(one.language == language for one in found)
            found += [
                NameFact(language, name, preferred=number == 0 and not taken)
                for number, name in enumerate(several(cell))
            ]
    return tuple(found)


def _assessments(cells: Cells) -> tuple[AssessmentFact, ...]:
    said = [column for column in ("year", "trend", "criteria") if column in cells]
    if "category" not in cells:
        if said:
            raise ValueError(f"{said[0]} without a category")
        return ()
    year = cells.get("year", "0")
    if not re.fullmatch(r"\d{1,4}", year):
        raise ValueError(f"{year!r} is no year")
    fact = AssessmentFact(
        category=category_of(cells["category"]),
        year=int(year),
        trend=cells.get("trend", "").casefold(),
        criteria=cells.get("criteria", ""),
    )
    return (fact,)
