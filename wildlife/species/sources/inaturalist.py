"""iNaturalist's taxa: the table of its open data, or its Darwin Core archive, with common names.

The open data's taxa.csv (or taxa.csv.gz) has each taxon's ancestry and whether it is still in use;
the archive's taxa.csv names the parent. Common names come from the archive's files
VernacularNames-LANGUAGE.csv. A folder may hold both: then the tree is that of the open data.
"""

import re
from collections.abc import Iterator

from wildlife.species.imports.records import (
    Credit,
    IdentifierFact,
    NameFact,
    Place,
    Problem,
    Record,
    UnreadableSource,
)
from wildlife.species.imports.spool import CoreRow, Extra, Numbered
from wildlife.species.imports.values import rank_of
from wildlife.species.sources.files import Entry, Row, entries, header, rows
from wildlife.species.sources.spooled import SpooledReader

_OPEN_DATA = {"taxon_id", "ancestry", "rank", "name", "active"}
_ARCHIVE = {"id", "parentNameUsageID", "scientificName", "taxonRank"}
_NAMES = {"id", "vernacularName", "language"}
_LEXICONS = {"chinese (simplified)": "zh-hans", "chinese (traditional)": "zh-hant"}
_LANGUAGES = {"zh-cn": "zh-hans", "zh-sg": "zh-hans", "zh-tw": "zh-hant", "zh-hk": "zh-hant"}
_UNDETERMINED = {"", "und", "mul", "zxx"}


class INaturalistTaxa(SpooledReader):
    """Reads taxa.csv or taxa.csv.gz, the archive's zip, or a folder with any of them."""

    credit = Credit(
        key="inaturalist-taxonomy",
        citation="iNaturalist contributors. iNaturalist Taxonomy.",
        url="https://www.inaturalist.org/pages/developers",
        licence="CC0 1.0",
    )

    def __init__(self, target: str) -> None:
        taxa: Entry | None = None
        self._names: list[Entry] = []
        for entry in entries(target):
            if entry.name and not entry.name.endswith((".csv", ".csv.gz")):
                continue
            columns = set(header(entry))
            if columns >= _OPEN_DATA or (columns >= _ARCHIVE and taxa is None):
                taxa = entry
            elif columns >= _NAMES:
                self._names.append(entry)
        if taxa is None:
            needed = ", ".join(sorted(_OPEN_DATA)), ", ".join(sorted(_ARCHIVE))
            raise UnreadableSource(f"no table has the columns {needed[0]}, or {needed[1]}")
        self._taxa = taxa
        super().__init__([taxa, *self._names])

    def core(self) -> Iterator[CoreRow | Problem]:
        """Yield the taxa in use."""
        for one in rows(self._taxa):
            if isinstance(one, Problem):
                yield one
                continue
            line, row = one
            key, parent, name, rank, active = (
                _open_data(row) if "ancestry" in row else _archived(row)
            )
            if not key.isdigit():
                yield Problem(Place(line, self._taxa.name), f"{key!r} is no id of a taxon")
            elif active.casefold() in ("true", "t", "1"):
                yield CoreRow(key, line, parent, "", {"name": name, "rank": rank})

    def extras(self) -> Iterator[Extra | Problem]:
        """Yield the common names."""
        for entry in self._names:
            for one in rows(entry):
                if isinstance(one, Problem):
                    yield one
                    continue
                line, row = one
                if (language := _language(row)) not in _UNDETERMINED:
                    values = {"name": row["vernacularName"], "language": language}
                    yield Extra(row["id"], "name", Place(line, entry.name), values)

    def record(self, taxon: Numbered) -> Record:
        names: dict[tuple[str, str], NameFact] = {}
        for one in taxon.extras:
            fact = NameFact(one.values["language"], one.values["name"], place=one.place)
            names.setdefault((fact.language, fact.name), fact)
        return Record(
            place=Place(taxon.row.line, self._taxa.name),
            scientific_name=taxon.row.values["name"],
            key=taxon.row.id,
            rank=rank_of(taxon.row.values["rank"]),
            parent=taxon.row.parent,
            identifiers=(IdentifierFact("inat", taxon.row.id),),
            names=tuple(names.values()),
            position=str(taxon.number),
        )


def _open_data(row: Row) -> tuple[str, ...]:
    """Return id, parent, name, rank and whether it is in use; the ancestry is 48460/1/2."""
    above = row["ancestry"].split("/")[-1]
    return row["taxon_id"], above, row["name"], row["rank"], row["active"]


def _archived(row: Row) -> tuple[str, ...]:
    """Return the same from the archive, in which ids are addresses that end with them."""
    key, parent = (re.split(r"[/#]", row[name])[-1] for name in ("id", "parentNameUsageID"))
    return key, parent, row["scientificName"], row["taxonRank"], "true"


def _language(row: Row) -> str:
    """Return BCP 47; whether Chinese is simplified is often said by the lexicon alone."""
    spoken = row["language"].lower().replace("_", "-")
    return _LEXICONS.get(row.get("lexicon", "").lower()) or _LANGUAGES.get(spoken, spoken)
