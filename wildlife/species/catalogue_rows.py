"""The catalogue's files as rows: what each column is called, and what a row holds.

A catalogue is a folder of CSV files, UTF-8, one row a line. Columns in brackets may be missing:

    sources.csv         key, citation, url, licence
    habitats.csv        code, name
    taxa.csv            slug, scientific_name, rank, parent, accepted, domesticated (1 or empty),
                        [sensitive] (1 or empty)
    common_names.csv    taxon, language, name, preferred (1 or empty), source
    assessments.csv     taxon, authority, category, year, trend, source,
                        [criteria, country (alpha-3 of a national list), citation]
    taxon_habitats.csv  taxon, habitats (codes joined with ";"), source,
                        [suitability (suitable if empty), major (1 or empty)]
    ranges.csv          taxon, presence, countries (alpha-3 codes joined with ";"), source,
                        [regions (of one country, ISO 3166-2 or names joined with ";")]
    traits.csv          taxon, kind, value, source
    identifiers.csv     taxon, authority, value, source
    look_alikes.csv     taxon, other, difference, source
    descriptions.csv    taxon, description, source

`parent`, `accepted`, `taxon` and `other` are slugs. A folder may hold only some of the files.
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
    "traits.csv": ("taxon", "kind", "value", "source"),
    "identifiers.csv": ("taxon", "authority", "value", "source"),
    "look_alikes.csv": ("taxon", "other", "difference", "source"),
    "descriptions.csv": ("taxon", "description", "source"),
}

OPTIONAL: Mapping[str, tuple[str, ...]] = {
    "taxa.csv": ("sensitive",),
    "assessments.csv": ("criteria", "country", "citation"),
    "taxon_habitats.csv": ("suitability", "major"),
    "ranges.csv": ("regions",),
}
"""Columns that may follow the others, any of them and in any order."""


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
    """A taxon. `parent` and `accepted` are slugs, "" for none.

    `sensitive` is None where the catalogue has no such column: what is stored then stays.
    """

    slug: str
    scientific_name: str
    rank: str
    parent: str
    accepted: str
    domesticated: bool
    sensitive: bool | None
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

    Natural keys: names (taxon, language, name), assessments (taxon, authority, country, year),
    habitats (taxon, code), ranges (taxon, country, region), traits (taxon, kind), identifiers
    (authority, value), look-alikes (taxon, other), the smaller slug first, descriptions (taxon,);
    `taxon` is a slug, `year` a number as text.
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
    traits: Facts = field(default_factory=dict)
    identifiers: Facts = field(default_factory=dict)
    look_alikes: Facts = field(default_factory=dict)
    descriptions: Facts = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


Report = Callable[[int, str], None]
"""Say what is wrong with a line of the file at hand."""

Row = dict[str, str]
"""A line's cells by column; a column that the file does not have is empty."""
