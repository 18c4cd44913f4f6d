"""The IUCN Red List API, version 4.

Asked for a clade it looks up each species that is known here by its name; asked for a family it
goes through the Red List's own list of that family. Both only bring facts to known taxa.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import quote

from django.conf import settings

from wildlife.species.imports.records import (
    Ancestor,
    AssessmentFact,
    IdentifierFact,
    NameFact,
    Place,
    Problem,
    Record,
    TryAgain,
    UnreadableSource,
)
from wildlife.species.imports.values import category_of
from wildlife.species.models import Taxon
from wildlife.species.paths import within
from wildlife.species.sources import iucn
from wildlife.species.sources.targets import number, parsed
from wildlife.species.sources.web import Web

_BATCH = 200
_PER_PAGE = 100
_RANKS = ("kingdom", "phylum", "class", "order", "family", "genus")


@dataclass(frozen=True, slots=True)
class _Found:
    """A taxon of the Red List with the ids of the assessments to read, the newest first.

    `name` is what it is called here; blank: as the Red List calls it.
    """

    assessments: tuple[int, ...]
    name: str = ""


class RedListApi:
    """Reads `clade=Felidae` or `family=Felidae`, with `limit=100` and `history=all` at will.

    By default the newest assessment of each species is read; with `history=all` its older ones
    too, which takes one more question for each.
    """

    credit = iucn.CREDIT
    total: int | None = None

    def __init__(self, target: str) -> None:
        asked = parsed(target, ("clade", "family", "limit", "history"))
        if not settings.IUCN_API_TOKEN:
            raise UnreadableSource("IUCN_API_TOKEN is not set: the Red List answers nobody else")
        if ("clade" in asked) == ("family" in asked):
            raise UnreadableSource("ask for either a clade or a family")
        if asked.get("history", "all") != "all":
            raise UnreadableSource("history=all reads older assessments too")
        self._family = asked.get("family", "")
        self._history = "history" in asked
        self._limit = number(asked["limit"], "limit") if "limit" in asked else None
        if not self._family:
            species = _species(asked["clade"])
            self._species = species
            count = species.count()
            self.total = count if self._limit is None else min(count, self._limit)
        self._web = Web(
            settings.IUCN_API_URL,
            {"Authorization": settings.IUCN_API_TOKEN},
            pause=settings.IUCN_API_PAUSE,
        )

    def records(self, position: str = "") -> Iterator[Record | Problem]:
        done, _, place = position.partition(":")
        count = int(done or 0)
        found = self._of_family(place) if self._family else self._of_clade(int(place or 0))
        left = None if self._limit is None else max(0, self._limit - count)
        for here, one in islice(found, left):
            count += 1
            where = f"{count}:{here}"
            if isinstance(one, str):
                yield Problem(Place(count, one), "the Red List has no assessment of it", where)
            elif record := self._record(one, count, where):
                yield record

    def close(self) -> None:
        self._web.close()

    # --- Which taxa ---------------------------------------------------------------------------

    def _of_clade(self, after: int) -> Iterator[tuple[str, _Found | str]]:
        """Yield where each species is in the order, and what was found or the name that was not."""
        while batch := list(self._species.filter(pk__gt=after)[:_BATCH]):
            for taxon in batch:
                after = taxon.pk
                yield str(after), self._look_up(taxon)

    def _look_up(self, taxon: Taxon) -> _Found | str:
        """Find a species by the name that it has here, else by one of its synonyms."""
        names = [taxon.scientific_name, *(one.scientific_name for one in taxon.synonyms.all())]
        for name in names:
            genus, _, epithet = name.partition(" ")
            if not epithet or " " in epithet:
                continue
            query = {"genus_name": genus, "species_name": epithet}
            answer = self._web.get("taxa/scientific_name", query)
            if answer is not None and (ids := self._wanted(_items(answer[0], "assessments"))):
                return _Found(ids, taxon.scientific_name)
        return taxon.scientific_name

    def _of_family(self, start: str) -> Iterator[tuple[str, _Found | str]]:
        page, _, place = start.partition("/")
        here, last = int(page or 1), int(place or 0)
        more = True
        while more:
            query = {"latest": "true", "scope_code": iucn.GLOBAL, "page": here}
            path = f"taxa/family/{quote(self._family, safe='')}"
            answer = self._web.get(path, query | {"per_page": _PER_PAGE})
            if answer is None:
                raise UnreadableSource(f"the Red List has no family {self._family}")
            items, more = _items(answer[0], "assessments"), answer[1]
            for number_, item in enumerate(items, 1):
                if number_ > last and (ids := self._wanted([item])):
                    yield f"{here}/{number_}", _Found(ids)
            here, last = here + 1, 0

    def _wanted(self, listed: list[dict[str, Any]]) -> tuple[int, ...]:
        """Return the ids of the assessments to read: those about the world, one for each year."""
        years: dict[int, int] = {}
        for one in listed:
            scopes = {_code(scope) for scope in one.get("scopes") or ()}
            if iucn.GLOBAL in scopes and (self._history or one.get("latest")):
                year, pk = iucn.year_of(str(one.get("year_published", ""))), one["assessment_id"]
                # An assessment that was corrected within its year has the higher number.
                years[year] = max(years.get(year, 0), pk)
        return tuple(years[year] for year in sorted(years, reverse=True))

    # --- What is said of them -----------------------------------------------------------------

    def _record(self, found: _Found, line: int, where: str) -> Record | None:
        """Return what is said of a species, None of a subspecies or a population."""
        read = [self._assessment(one) for one in found.assessments]
        newest, taxon = read[0], read[0].get("taxon") or {}
        if taxon.get("species") is not True:
            return None
        source = f"assessment {newest['assessment_id']}"
        ranges = (
            iucn.range_of(
                code=_code(row),
                name=_said(row),
                presence=row.get("presence") or "",
                origin=row.get("origin") or "",
                place=place,
            )
            for place, row in _placed(newest, "locations", source)
        )
        return Record(
            place=Place(line, source),
            scientific_name=found.name or str(taxon["scientific_name"]),
            lineage=tuple(
                Ancestor(rank, str(name).capitalize())
                for rank in _RANKS
                if (name := taxon.get(f"{rank}_name"))
            ),
            identifiers=(IdentifierFact("iucn", str(newest["sis_taxon_id"])),),
            names=tuple(_names(taxon, source)),
            assessments=tuple(_fact(one) for one in read),
            habitats=iucn.merged(
                iucn.habitat_of(
                    _code(row),
                    row.get("suitability") or "",
                    row.get("majorImportance") or "",
                    place,
                )
                for place, row in _placed(newest, "habitats", source)
            ),
            ranges=tuple(one for one in ranges if one is not None),
            position=where,
        )

    def _assessment(self, pk: int) -> dict[str, Any]:
        answer = self._web.get(f"assessment/{pk}", {})
        if answer is None or not isinstance(answer[0], dict):
            raise TryAgain(f"the Red List lists an assessment {pk} that it does not have")
        return answer[0]


def _species(clade: str) -> Any:
    found = list(Taxon.objects.filter(scientific_name__iexact=clade, accepted=None)[:2])
    if len(found) != 1:
        known = "several taxa are" if found else "no taxon is"
        raise UnreadableSource(f"{known} called {clade} here")
    species = within(found[0]).filter(rank=Taxon.Rank.SPECIES, domesticated=False)
    return species.order_by("pk").prefetch_related("synonyms")


def _fact(assessment: dict[str, Any]) -> AssessmentFact:
    return AssessmentFact(
        category=category_of(_code(assessment.get("red_list_category"))),
        year=iucn.year_of(str(assessment.get("year_published", ""))),
        trend=_trend(assessment.get("population_trend")),
        criteria=assessment.get("criteria") or "",
        citation=iucn.citation_of(assessment.get("citation") or ""),
        place=Place(1, f"assessment {assessment.get('assessment_id')}"),
    )


def _trend(thing: Any) -> str:
    return iucn.trend_of(_said(thing) or _code(thing))


def _names(taxon: dict[str, Any], source: str) -> Iterator[NameFact]:
    """Common names; older answers have the language's code alone, newer ones an object."""
    for place, row in _placed(taxon, "common_names", source):
        language = row.get("language")
        code = _code(language) if isinstance(language, dict) else str(language or "")
        main = row.get("main") is True
        yield NameFact(iucn.language_of(code), str(row.get("name", "")).strip(), main, place)


def _items(answer: Any, name: str) -> list[dict[str, Any]]:
    rows = answer.get(name) if isinstance(answer, dict) else None
    return [row for row in rows or () if isinstance(row, dict)]


def _placed(answer: Any, name: str, source: str) -> Iterator[tuple[Place, dict[str, Any]]]:
    for line, row in enumerate(_items(answer, name), 1):
        yield Place(line, f"{source}, {name}"), row


def _code(thing: Any) -> str:
    """Return the code of {"code": "EN", "description": {"en": "Endangered"}}, "" for none."""
    return str(thing.get("code") or "") if isinstance(thing, dict) else ""


def _said(thing: Any) -> str:
    """Return the English words of such a thing, "" for none."""
    words = thing.get("description") if isinstance(thing, dict) else None
    return str(words.get("en") or "") if isinstance(words, dict) else ""
