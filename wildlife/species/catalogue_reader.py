"""From the catalogue's files to good rows and a list of what is wrong with the others."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from wildlife.species import catalogue_cells, catalogue_facts
from wildlife.species.catalogue_rows import (
    COLUMNS,
    Catalogue,
    Facts,
    Known,
    Problem,
    Report,
    Row,
    TaxonRow,
)
from wildlife.species.catalogue_tree import grown
from wildlife.species.models import Taxon

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

Rows = Iterator[tuple[int, Row]]


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
        self.catalogue = found = Catalogue()
        self._folder = folder
        self._known = known
        self._each("sources.csv", self._sources)
        self._source_keys = known.sources | {key for (key,) in found.sources}
        self._each("habitats.csv", self._habitats)
        codes = known.habitats | {code for (code,) in found.habitats}
        self._each("taxa.csv", self._taxa)
        synonyms = {row.slug for row in found.taxa if row.accepted}
        accepted = {row.slug for row in found.taxa if not row.accepted}
        self._synonyms = (known.synonyms | synonyms) - accepted
        self._accepted = frozenset((known.taxa.keys() - synonyms) | accepted)
        facts = catalogue_facts
        self._facts("common_names.csv", facts.names, found.names)
        self._facts("assessments.csv", facts.assessments, found.assessments)
        habitats = partial(facts.habitats, codes=codes)
        self._facts("taxon_habitats.csv", habitats, found.taxon_habitats)
        self._facts("ranges.csv", facts.ranges, found.ranges)
        self._facts("traits.csv", facts.traits, found.traits)
        self._facts("identifiers.csv", facts.identifiers, found.identifiers)
        pairs = partial(facts.look_alikes, accepted=self._accepted)
        self._facts("look_alikes.csv", pairs, found.look_alikes)
        self._facts("descriptions.csv", facts.descriptions, found.descriptions)

    def _each(self, file: str, take: Callable[[Rows, Report], None]) -> None:
        path = self._folder / file

        def report(line: int, reason: str) -> None:
            self.catalogue.problems.append(Problem(file, line, reason))

        if path.is_file():
            take(catalogue_cells.rows(path, report), report)

    def _sources(self, rows: Rows, report: Report) -> None:
        for line, row in rows:
            if not _SLUG.fullmatch(row["key"]):
                report(line, f"{row['key']!r} is no key: small letters, digits and hyphens only")
            elif not row["citation"]:
                report(line, "the citation is missing")
            else:
                key = (row.pop("key"),)
                catalogue_facts.add(self.catalogue.sources, key, row, line, report)

    def _habitats(self, rows: Rows, report: Report) -> None:
        for line, row in rows:
            if not re.fullmatch(r"\d+(\.\d+)*", row["code"]):
                report(line, f"{row['code']!r} is no habitat code such as 1 or 1.6")
            elif not row["name"]:
                report(line, "the name is missing")
            else:
                key = (row.pop("code"),)
                catalogue_facts.add(self.catalogue.habitats, key, row, line, report)

    def _taxa(self, rows: Rows, report: Report) -> None:
        good: dict[str, TaxonRow] = {}
        judges = catalogue_cells.has(self._folder / "taxa.csv", "sensitive")
        for line, row in rows:
            slug = row["slug"]
            if not _SLUG.fullmatch(slug):
                report(line, f"{slug!r} is no slug: small letters, digits and hyphens only")
            elif slug in self._known.edited:
                self.catalogue.kept += 1
            elif slug in good:
                report(line, f"{slug!r} stands on line {good[slug].line} already")
            elif not row["scientific_name"]:
                report(line, "the scientific name is missing")
            elif row["rank"] not in Taxon.Rank:
                report(line, f"{row['rank']!r} is no rank: {', '.join(Taxon.Rank.values)}")
            elif row["domesticated"] not in ("", "1"):
                report(line, f"domesticated is 1 or empty, not {row['domesticated']!r}")
            elif row["sensitive"] not in ("", "1"):
                report(line, f"sensitive is 1 or empty, not {row['sensitive']!r}")
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
                    sensitive=row["sensitive"] == "1" if judges else None,
                    line=line,
                )
        self.catalogue.taxa = grown(good, self._known, report)

    def _facts(self, file: str, take: Callable[[Rows, Facts, Report], None], facts: Facts) -> None:
        """Read a file of facts; of its rows those count whose taxon and source exist."""

        def good(rows: Rows, report: Report) -> Rows:
            for line, row in rows:
                slug = row["taxon"]
                if slug in self._known.edited and slug not in self._accepted:
                    self.catalogue.kept += 1
                elif slug in self._synonyms:
                    report(line, f"{slug!r} is a synonym: facts belong to the accepted taxon")
                elif slug not in self._accepted:
                    report(line, f"taxon {slug!r} is unknown")
                elif row["source"] not in self._source_keys:
                    report(line, f"source {row['source']!r} is unknown")
                else:
                    yield line, row

        self._each(file, lambda rows, report: take(good(rows, report), facts, report))
