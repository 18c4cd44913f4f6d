"""The Mammal Diversity Database, as its releases come: one CSV with a mammal species a row."""

from collections.abc import Sequence

from wildlife.species.imports.records import (
    Ancestor,
    AssessmentFact,
    Credit,
    IdentifierFact,
    NameFact,
    Place,
    RangeFact,
    Record,
    UnreadableSource,
)
from wildlife.species.imports.tables import Cells, CsvTable
from wildlife.species.imports.values import category_of, country_of

_READ = frozenset(
    {
        "id", "sciName", "mainCommonName", "otherCommonNames", "order", "taxonOrder", "family",
        "genus", "countryDistribution", "iucnStatus", "extinct", "domestic",
    }
)  # fmt: skip
_NOTHING = ("", "NA", "Not Applicable", "Unknown")


class MammalDiversityDatabase(CsvTable):
    """Names, lineage, Red List category and countries of all mammals.

    Of the groups only order, family and genus are read: those between them change with each
    release. Countries with a question mark are left out; so are those of domesticated species.
    """

    credit = Credit(
        "mdd-import",
        "Mammal Diversity Database; it cites the IUCN Red List categories of its time",
        "https://www.mammaldiversity.org",
        "CC BY 4.0",
    )

    def column(self, cell: str) -> str:
        return cell.strip()

    def check(self, columns: Sequence[str]) -> None:
        if missing := {"sciName", "family", "genus"} - set(columns):
            raise UnreadableSource(
                f"this is no Mammal Diversity Database: without {', '.join(sorted(missing))}"
            )

    def is_read(self, column: str) -> bool:
        return column in _READ

    def record(self, line: int, cells: Cells) -> Record:
        name = " ".join(cells.get("sciName", "").replace("_", " ").split())
        said = {column: cell for column, cell in cells.items() if cell not in _NOTHING}
        groups = {
            "order": said.get("order") or said.get("taxonOrder", ""),
            "family": said.get("family", ""),
            "genus": said.get("genus", ""),
        }
        lineage = [
            Ancestor("kingdom", "Animalia"),
            Ancestor("phylum", "Chordata"),
            Ancestor("class", "Mammalia"),
            # Some releases write FELIDAE.
            *(Ancestor(rank, group.capitalize()) for rank, group in groups.items() if group),
        ]
        status = said.get("iucnStatus", "")
        return Record(
            place=Place(line),
            scientific_name=name,
            rank="species",
            lineage=tuple(lineage),
            identifiers=(IdentifierFact("mdd", said["id"]),) if "id" in said else (),
            names=_names(said),
            assessments=(AssessmentFact(category_of(status)),) if status else (),
            ranges=_ranges(line, said),
            position=str(line),
        )


def _names(said: Cells) -> tuple[NameFact, ...]:
    main = said.get("mainCommonName", "")
    others = [one.strip() for one in said.get("otherCommonNames", "").split("|")]
    names = dict.fromkeys(one for one in (main, *others) if one)
    return tuple(NameFact("en", name, preferred=name == main) for name in names)


def _ranges(line: int, said: Cells) -> tuple[RangeFact, ...]:
    """Return the countries; one that is unknown is left out alone, as some are seas or regions."""
    if said.get("domestic") == "1":
        return ()
    presence = "extinct" if said.get("extinct") == "1" else "native"
    listed = [one.strip() for one in said.get("countryDistribution", "").split("|")]
    return tuple(
        RangeFact(country_of(country), presence, place=Place(line))
        for country in dict.fromkeys(listed)
        if country not in _NOTHING and not country.endswith("?")
    )
