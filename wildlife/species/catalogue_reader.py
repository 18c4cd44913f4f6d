"""From the catalogue's files to good rows and a list of what is wrong with the others."""

import csv
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from wildlife.species.catalogue_rows import (
    COLUMNS,
    Catalogue,
    Facts,
    Known,
    Problem,
    Report,
    TaxonRow,
)
from wildlife.species.catalogue_tree import grown
from wildlife.species.countries import is_country
from wildlife.species.models import ConservationAssessment, Range, Taxon

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_NAME = 120

Row = dict[str, str]
Reader = Callable[[Iterator[tuple[int, Row]], Report], None]


def read(folder: Path, known: Known) -> Catalogue:
    """Read a catalogue that may build on what is `known` already.

    Raises FileNotFoundError where the folder holds none of the catalogue's files.
    """
    if not any((folder / name).is_file() for name in COLUMNS):
        raise FileNotFoundError(f"{folder} holds none of {', '.join(COLUMNS)}")
    return _Reading(folder, known).catalogue


class _Reading:
    """One reading: later files refer to what the earlier ones and the database hold."""

    def __init__(self, folder: Path, known: Known) -> None:
        self.catalogue = Catalogue()
        self._folder = folder
        self._known = known
        self._each("sources.csv", self._sources)
        self._source_keys = known.sources | {key for (key,) in self.catalogue.sources}
        self._each("habitats.csv", self._habitats)
        self._codes = known.habitats | {code for (code,) in self.catalogue.habitats}
        self._each("taxa.csv", self._taxa)
        synonyms = {row.slug for row in self.catalogue.taxa if row.accepted}
        accepted = {row.slug for row in self.catalogue.taxa if not row.accepted}
        self._synonyms = (known.synonyms | synonyms) - accepted
        self._accepted = (known.taxa.keys() - synonyms) | accepted
        self._each("common_names.csv", self._names)
        self._each("assessments.csv", self._assessments)
        self._each("taxon_habitats.csv", self._taxon_habitats)
        self._each("ranges.csv", self._ranges)

    def _each(self, file: str, take: Reader) -> None:
        path = self._folder / file

        def report(line: int, reason: str) -> None:
            self.catalogue.problems.append(Problem(file, line, reason))

        if path.is_file():
            take(_rows(path, COLUMNS[file], report), report)

    def _sources(self, rows: Iterator[tuple[int, Row]], report: Report) -> None:
        for line, row in rows:
            if not _SLUG.fullmatch(row["key"]):
                report(line, f"{row['key']!r} is no key: small letters, digits and hyphens only")
            elif not row["citation"]:
                report(line, "the citation is missing")
            else:
                _add(self.catalogue.sources, (row.pop("key"),), row, line, report)

    def _habitats(self, rows: Iterator[tuple[int, Row]], report: Report) -> None:
        for line, row in rows:
            if not re.fullmatch(r"\d+(\.\d+)*", row["code"]):
                report(line, f"{row['code']!r} is no habitat code such as 1 or 1.6")
            elif not row["name"]:
                report(line, "the name is missing")
            else:
                _add(self.catalogue.habitats, (row.pop("code"),), row, line, report)

    def _taxa(self, rows: Iterator[tuple[int, Row]], report: Report) -> None:
        good: dict[str, TaxonRow] = {}
        for line, row in rows:
            slug = row["slug"]
            if not _SLUG.fullmatch(slug) or len(slug) > _LONGEST_NAME:
                report(line, f"{slug!r} is no slug: small letters, digits and hyphens only")
            elif slug in self._known.edited:
                self.catalogue.kept += 1
            elif slug in good:
                report(line, f"{slug!r} stands on line {good[slug].line} already")
            elif not 0 < len(row["scientific_name"]) <= _LONGEST_NAME:
                report(line, f"a scientific name has 1 to {_LONGEST_NAME} characters")
            elif row["rank"] not in Taxon.Rank:
                report(line, f"{row['rank']!r} is no rank: {', '.join(Taxon.Rank.values)}")
            elif row["domesticated"] not in ("", "1"):
                report(line, f"domesticated is 1 or empty, not {row['domesticated']!r}")
            elif row["accepted"] and row["parent"]:
                report(line, "a synonym has no parent of its own")
            else:
                good[slug] = TaxonRow(
                    slug=slug,
                    scientific_name=row["scientific_name"],
                    rank=row["rank"],
                    parent=row["parent"],
                    accepted=row["accepted"],
                    domesticated=row["domesticated"] == "1",
                    line=line,
                )
        self.catalogue.taxa = grown(good, self._known, report)

    def _names(self, rows: Iterator[tuple[int, Row]], report: Report) -> None:
        preferred: set[tuple[str, str]] = set()
        for line, row in self._facts(rows, report):
            place = (row["taxon"], row["language"])
            if not _LANGUAGE.fullmatch(row["language"]):
                report(line, f"{row['language']!r} is no language such as en or zh-hans")
            elif not 0 < len(row["name"]) <= _LONGEST_NAME:
                report(line, f"a name has 1 to {_LONGEST_NAME} characters")
            elif row["preferred"] not in ("", "1"):
                report(line, f"preferred is 1 or empty, not {row['preferred']!r}")
            elif row["preferred"] and place in preferred:
                report(line, f"{row['taxon']!r} has a preferred name in {row['language']} already")
            else:
                values = {"preferred": row["preferred"] == "1", "source": row["source"]}
                if row["preferred"]:
                    preferred.add(place)
                _add(self.catalogue.names, (*place, row["name"]), values, line, report)

    def _assessments(self, rows: Iterator[tuple[int, Row]], report: Report) -> None:
        for line, row in self._facts(rows, report):
            if row["category"] not in ConservationAssessment.Category:
                allowed = ", ".join(ConservationAssessment.Category.values)
                report(line, f"{row['category']!r} is no category: {allowed}")
            elif row["trend"] and row["trend"] not in ConservationAssessment.Trend:
                allowed = ", ".join(ConservationAssessment.Trend.values)
                report(line, f"{row['trend']!r} is no trend: {allowed}")
            elif not re.fullmatch(r"(19|20)\d\d|0?", row["year"]):
                report(line, f"{row['year']!r} is no year; leave it empty where unknown")
            elif not row["authority"]:
                report(line, "the authority is missing")
            else:
                key = (row["taxon"], row["authority"], row["year"] or "0")
                values = {name: row[name] for name in ("category", "trend", "source")}
                _add(self.catalogue.assessments, key, values, line, report)

    def _taxon_habitats(self, rows: Iterator[tuple[int, Row]], report: Report) -> None:
        for line, row in self._facts(rows, report):
            for code in row["habitats"].split(";"):
                if code not in self._codes:
                    report(line, f"habitat {code!r} is unknown")
                    continue
                values = {"source": row["source"]}
                _add(self.catalogue.taxon_habitats, (row["taxon"], code), values, line, report)

    def _ranges(self, rows: Iterator[tuple[int, Row]], report: Report) -> None:
        for line, row in self._facts(rows, report):
            if row["presence"] not in Range.Presence:
                allowed = ", ".join(Range.Presence.values)
                report(line, f"{row['presence']!r} is no presence: {allowed}")
                continue
            for country in row["countries"].split(";"):
                if not is_country(country):
                    report(line, f"{country!r} is no country (ISO 3166-1 alpha-3)")
                    continue
                values = {"presence": row["presence"], "source": row["source"]}
                _add(self.catalogue.ranges, (row["taxon"], country), values, line, report)

    def _facts(self, rows: Iterator[tuple[int, Row]], report: Report) -> Iterator[tuple[int, Row]]:
        """Yield the rows whose taxon and source exist."""
        removed = self._known.edited - self._accepted - self._synonyms
        for line, row in rows:
            if row["taxon"] in removed:
                self.catalogue.kept += 1
            elif row["taxon"] in self._synonyms:
                report(line, f"{row['taxon']!r} is a synonym: facts belong to the accepted taxon")
            elif row["taxon"] not in self._accepted:
                report(line, f"taxon {row['taxon']!r} is unknown")
            elif row["source"] not in self._source_keys:
                report(line, f"source {row['source']!r} is unknown")
            else:
                yield line, row


def _add(
    facts: Facts, key: tuple[str, ...], values: dict[str, Any], line: int, report: Report
) -> None:
    if key in facts:
        report(line, f"{' / '.join(key)} stands in this file already")
    else:
        facts[key] = values


def _rows(path: Path, columns: tuple[str, ...], report: Report) -> Iterator[tuple[int, Row]]:
    """Yield line numbers and rows. One broken line does not spoil those after it."""
    for line, raw in enumerate(path.read_bytes().removeprefix(b"\xef\xbb\xbf").splitlines(), 1):
        try:
            text = raw.decode()
            cells = [cell.strip() for cell in next(csv.reader([text], strict=True), [])]
        except UnicodeDecodeError as error:
            report(line, f"not UTF-8: byte {error.start + 1} is 0x{raw[error.start]:02x}")
            continue
        except csv.Error as error:
            report(line, f"not CSV: {error}")
            continue
        if line == 1:
            if cells != list(columns):
                report(line, f"the columns must be {', '.join(columns)}")
                return
        elif "\x00" in text:
            report(line, "holds a NUL character")
        elif cells and len(cells) != len(columns):
            report(line, f"has {len(cells)} columns instead of {len(columns)}")
        elif cells:
            yield line, dict(zip(columns, cells, strict=True))
