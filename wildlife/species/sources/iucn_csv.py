"""The zip of CSV files that the Red List's website makes of a search.

assessments.csv says which taxa there are; taxonomy.csv, habitats.csv, countries.csv and
common_names.csv are read where they are in it. Only brings facts to known taxa.
"""

from collections.abc import Iterator

from wildlife.species.imports.records import (
    Ancestor,
    AssessmentFact,
    IdentifierFact,
    NameFact,
    Place,
    Problem,
    Record,
    UnreadableSource,
)
from wildlife.species.imports.spool import CoreRow, Extra, Numbered
from wildlife.species.imports.values import category_of
from wildlife.species.sources import iucn
from wildlife.species.sources.files import Entry, Row, entries, header, rows
from wildlife.species.sources.spooled import SpooledReader

_TAXON = "internalTaxonId"
_NEEDED = {
    "assessments.csv": {_TAXON, "scientificName", "redlistCategory", "yearPublished"},
    "taxonomy.csv": {_TAXON, "kingdomName"},
    "habitats.csv": {_TAXON, "code"},
    "countries.csv": {_TAXON, "code"},
    "common_names.csv": {_TAXON, "name", "language"},
}
_TAKEN = {
    "assessments.csv": (
        "assessmentId", "scientificName", "redlistCategory", "redlistCriteria", "yearPublished",
        "populationTrend", "scopes",
    ),
    "taxonomy.csv": (
        "kingdomName", "phylumName", "className", "orderName", "familyName", "genusName",
        "subpopulationName",
    ),
    "habitats.csv": ("assessmentId", "code", "majorImportance", "suitability"),
    "countries.csv": ("assessmentId", "code", "name", "presence", "origin"),
    "common_names.csv": ("name", "language", "main"),
}  # fmt: skip
"""The columns that are read; the texts are not."""

_RANKS = ("kingdom", "phylum", "class", "order", "family", "genus")


class RedListDownload(SpooledReader):
    """Reads the zip, or a folder with its files."""

    credit = iucn.CREDIT

    def __init__(self, target: str) -> None:
        self._files = {one.name: one for one in entries(target) if one.name in _NEEDED}
        if "assessments.csv" not in self._files:
            raise UnreadableSource("there is no assessments.csv: is it a Red List download?")
        for name, entry in self._files.items():
            if missing := _NEEDED[name] - set(header(entry)):
                raise UnreadableSource(f"{name} has no column {', '.join(sorted(missing))}")
        super().__init__(list(self._files.values()))

    def core(self) -> Iterator[CoreRow | Problem]:
        """A taxon has a row for each of its assessments; the first one names it."""
        seen = set()
        for one in _taken(self._files["assessments.csv"]):
            if isinstance(one, Problem):
                yield one
            elif one[0] not in seen:
                key, line, row = one
                seen.add(key)
                yield CoreRow(key, line, "", "", row)

    def extras(self) -> Iterator[Extra | Problem]:
        for name, entry in self._files.items():
            for one in _taken(entry):
                if not isinstance(one, Problem):
                    key, line, row = one
                    yield Extra(key, name, Place(line, name), row)
                elif name != "assessments.csv":
                    yield one

    def record(self, taxon: Numbered) -> Record | None:
        """Return what is said of a species or subspecies, None where it is about a part of one."""
        about: dict[str, list[tuple[Place, Row]]] = {name: [] for name in _NEEDED}
        for one in taxon.extras:
            about[one.sort].append((one.place, one.values))
        said = [(at, row) for at, row in about["assessments.csv"] if _is_global(row["scopes"])]
        lineage = next((row for _, row in about["taxonomy.csv"]), {})
        name = taxon.row.values["scientificName"].replace(" ssp. ", " ")
        if not said or lineage.get("subpopulationName") or name.endswith("subpopulation"):
            return None
        of_the_world = {row["assessmentId"] for _, row in said}

        def facts(file: str) -> Iterator[tuple[Place, Row]]:
            return ((at, row) for at, row in about[file] if row["assessmentId"] in of_the_world)

        ranges = (
            iucn.range_of(row["code"], row["name"], row["presence"], row["origin"], place)
            for place, row in facts("countries.csv")
        )
        return Record(
            place=Place(taxon.row.line, "assessments.csv"),
            scientific_name=name,
            lineage=tuple(
                Ancestor(rank, above.capitalize())
                for rank in _RANKS
                if (above := lineage.get(f"{rank}Name", ""))
            ),
            identifiers=(IdentifierFact("iucn", taxon.row.id),),
            names=tuple(
                NameFact(
                    iucn.language_of(row["language"]),
                    row["name"],
                    row["main"].casefold() in ("true", "yes", "1"),
                    place,
                )
                for place, row in about["common_names.csv"]
            ),
            assessments=tuple(
                AssessmentFact(
                    category=category_of(row["redlistCategory"]),
                    year=iucn.year_of(row["yearPublished"]),
                    trend=iucn.trend_of(row["populationTrend"]),
                    criteria=row["redlistCriteria"],
                    place=place,
                )
                for place, row in said
            ),
            habitats=iucn.merged(
                iucn.habitat_of(row["code"], row["suitability"], row["majorImportance"], place)
                for place, row in facts("habitats.csv")
            ),
            ranges=tuple(one for one in ranges if one is not None),
            position=str(taxon.number),
        )


def _taken(entry: Entry) -> Iterator[tuple[str, int, Row] | Problem]:
    """Yield key, line and what is needed of each row."""
    for one in rows(entry):
        if isinstance(one, Problem):
            yield one
            continue
        line, row = one
        if not row[_TAXON]:
            yield Problem(Place(line, entry.name), f"{_TAXON} is missing")
        else:
            yield row[_TAXON], line, {name: row.get(name, "") for name in _TAKEN[entry.name]}


def _is_global(scopes: str) -> bool:
    """Whether an assessment is about the world: "Global", or one of several; blank means so."""
    return not scopes or "global" in scopes.casefold()
