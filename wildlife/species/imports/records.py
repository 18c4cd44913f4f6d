"""What any source says of a taxon, and what every reader of a source offers.

A reader only translates: it turns the rows of its format into `Record`s with the values of
`wildlife.species.models` (ranks, categories, ISO 3166-1 alpha-3 countries, habitat codes) where it
can, and leaves a value that it cannot translate as it stands. The importer judges: it names what
is wrong, finds the taxon that is meant and decides what changes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: a line (the first is 1), of a file where the source has several."""

    line: int
    file: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.file else f"line {self.line}"


@dataclass(frozen=True, slots=True)
class IdentifierFact:
    """What another database calls the taxon; `authority` is one of TaxonIdentifier.Authority."""

    authority: str
    value: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class NameFact:
    """A common name; `language` is BCP 47 in lower case: en, zh-hans."""

    language: str
    name: str
    preferred: bool = False
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class AssessmentFact:
    """A conservation status. `year` is 0 where unknown, `country` blank for the world."""

    category: str
    year: int = 0
    trend: str = ""
    criteria: str = ""
    authority: str = "IUCN Red List"
    country: str = ""
    citation: str = ""
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class HabitatFact:
    """A habitat by its code in the IUCN scheme, such as 1 or 1.6."""

    code: str
    suitability: str = "suitable"
    major: bool = False
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class RangeFact:
    """That the taxon occurs in a country (ISO 3166-1 alpha-3), or in one region of it."""

    country: str
    presence: str = "native"
    region: str = ""
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class TraitFact:
    """One of Trait.Kind with its value; body mass in grams."""

    kind: str
    value: str
    place: Place | None = None


Fact = IdentifierFact | NameFact | AssessmentFact | HabitatFact | RangeFact | TraitFact


@dataclass(frozen=True, slots=True)
class Ancestor:
    """A taxon above, as far as a source names it."""

    rank: str
    name: str


@dataclass(frozen=True, slots=True)
class Record:
    """What a source says of one taxon.

    A record with a `rank` describes the tree: its taxon is created where it is not known, and
    renamed or moved where the source has it otherwise. One without a rank only brings facts to a
    taxon that is known already.

    A fact with a `place` stands in a row of its own, so that it alone is left out when it is bad.
    A bad fact without one spoils the record.
    """

    place: Place
    scientific_name: str
    """Without the author."""
    key: str = ""
    """What `parent` and `accepted` of other records of this source call it; blank: nobody does."""
    rank: str = ""
    parent: str = ""
    """The key of the record above. It comes earlier, where the source has it at all."""
    lineage: tuple[Ancestor, ...] = ()
    """Named taxa above, from above to below; ranks may be missing. With it homonyms are told
    apart, and where there is no `parent` the taxon hangs on the lowest of them. Those that are not
    known are created."""
    accepted: str = ""
    """For a synonym: the key of the record whose name is used instead. It comes earlier."""
    synonyms: tuple[str, ...] = ()
    """Other scientific names of this taxon, where the source lists them with it."""
    identifiers: tuple[IdentifierFact, ...] = ()
    names: tuple[NameFact, ...] = ()
    assessments: tuple[AssessmentFact, ...] = ()
    habitats: tuple[HabitatFact, ...] = ()
    ranges: tuple[RangeFact, ...] = ()
    traits: tuple[TraitFact, ...] = ()
    position: str = ""
    """What to pass to `Reader.records` to go on after this record; blank: nothing goes on here."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something was left out."""

    place: Place
    reason: str
    position: str = ""

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Credit:
    """The source that facts are credited to; a Source row is made of it where there is none."""

    key: str
    citation: str
    url: str = ""
    licence: str = ""


class UnreadableSource(Exception):
    """The source as a whole cannot be read: no such file, not this format, no access."""


class TryAgain(UnreadableSource):
    """The source does not answer now; going on later from the stored position may work."""


class Reader(Protocol):
    """Reads one source. Made with its target: the path of a file, or what to ask a server for.

    The constructor raises UnreadableSource where there is nothing to read.
    """

    credit: Credit
    total: int | None
    """About how many records there are; None where only reading them all would tell."""

    def __init__(self, target: str) -> None: ...

    def records(self, position: str = "") -> Iterator[Record | Problem]:
        """Yield what the source says, in bounded memory, in the same order each time.

        Parents come before their children and accepted taxa before their synonyms. After
        `position`, that of an earlier record, it goes on with what came next.

        Raises TryAgain or UnreadableSource.
        """
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...
