"""The catalogue's files as rows: what each column is called, and what a row holds.

A catalogue is a folder of CSV files, UTF-8, one row a line:

    sources.csv         key, citation, url, licence
    habitats.csv        code, name
    taxa.csv            slug, scientific_name, rank, parent, accepted, domesticated (1 or empty)
    common_names.csv    taxon, language, name, preferred (1 or empty), source
    assessments.csv     taxon, authority, category, year, trend, source
    taxon_habitats.csv  taxon, habitats (codes joined with ";"), source
    ranges.csv          taxon, presence, countries (alpha-3 codes joined with ";"), source

`parent`, `accepted` and `taxon` are slugs. A folder may hold only some of the files.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "sources.csv": ("key", "citation", "url", "licence"),
    "habitats.csv": ("code", "name"),
    "taxa.csv": ("slug", "scientific_name", "rank", "parent", "accepted", "domesticated"),
    "common_names.csv": ("taxon", "language", "name", "preferred", "source"),
    "assessments.csv": ("taxon", "authority", "category", "year", "trend", "source"),
    "taxon_habitats.csv": ("taxon", "habitats", "source"),
    "ranges.csv": ("taxon", "presence", "countries", "source"),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that is left out, and why, in words for whoever keeps the catalogue."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


@dataclass(frozen=True, slots=True)
class TaxonRow:
    """A taxon. `parent` and `accepted` are slugs, "" for none."""

    slug: str
    scientific_name: str
    rank: str
    parent: str
    accepted: str
    domesticated: bool
    line: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class Known:
    """What the database holds already, so that a catalogue may build on it.

    `taxa` maps the slug of each accepted taxon to the slug of its parent, "" at a root. `edited`
    are slugs of taxa that curators changed or removed: the catalogue's rows of them do not count.
    """

    taxa: Mapping[str, str] = field(default_factory=dict)
    ranks: Mapping[str, str] = field(default_factory=dict)
    synonyms: frozenset[str] = frozenset()
    edited: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    habitats: frozenset[str] = frozenset()


Facts = dict[tuple[Any, ...], dict[str, Any]]
"""From the natural key of a fact to its other columns."""


@dataclass(slots=True)
class Catalogue:
    """The good rows, parents before children and synonyms last, and what was wrong with others.

    Natural keys: names (taxon, language, name), assessments (taxon, authority, year), habitats
    (taxon, code), ranges (taxon, country); `taxon` is a slug, `year` a number as text.
    `kept` counts the rows passed over for a curator's taxon.
    """

    sources: Facts = field(default_factory=dict)
    habitats: Facts = field(default_factory=dict)
    taxa: list[TaxonRow] = field(default_factory=list)
    kept: int = 0
    names: Facts = field(default_factory=dict)
    assessments: Facts = field(default_factory=dict)
    taxon_habitats: Facts = field(default_factory=dict)
    ranges: Facts = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


Report = Callable[[int, str], None]
"""Say what is wrong with a line of the file at hand."""
