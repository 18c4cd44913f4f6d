"""Bringing the facts of a batch into the database, and never over what a person changed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import models

from wildlife.species.imports.nodes import Node
from wildlife.species.imports.records import (
    AssessmentFact,
    HabitatFact,
    IdentifierFact,
    NameFact,
    Problem,
    RangeFact,
    Record,
    TraitFact,
)
from wildlife.species.imports.summary import Summary
from wildlife.species.imports.writing import change, create, curated
from wildlife.species.models import (
    CommonName,
    ConservationAssessment,
    Range,
    TaxonHabitat,
    TaxonIdentifier,
    Trait,
)

Key = tuple[Any, ...]
Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sort:
    """One sort of facts: its natural key after the taxon, and the columns that may change."""

    model: Any
    field: str
    """The field of Record that holds such facts."""
    key: tuple[str, ...]
    columns: tuple[str, ...]
    split: Callable[[Any, Mapping[str, int]], tuple[Key, Values]]
    """Turns a fact into its key and its columns, given the ids of habitats by code."""


def _assessment(fact: AssessmentFact, _: Mapping[str, int]) -> tuple[Key, Values]:
    values = {name: getattr(fact, name) for name in ("category", "trend", "criteria", "citation")}
    return (fact.authority, fact.country, fact.year), values


def _identifier(fact: IdentifierFact, _: Mapping[str, int]) -> tuple[Key, Values]:
    return (fact.authority, fact.value), {}


def _name(fact: NameFact, _: Mapping[str, int]) -> tuple[Key, Values]:
    return (fact.language, fact.name), {}


def _habitat(fact: HabitatFact, habitats: Mapping[str, int]) -> tuple[Key, Values]:
    values = {"suitability": fact.suitability, "major": fact.major}
    return (habitats[fact.code],), values


def _range(fact: RangeFact, _: Mapping[str, int]) -> tuple[Key, Values]:
    return (fact.country, fact.region), {"presence": fact.presence}


def _trait(fact: TraitFact, _: Mapping[str, int]) -> tuple[Key, Values]:
    return (fact.kind,), {"value": fact.value}


SORTS = (
    Sort(TaxonIdentifier, "identifiers", ("authority", "value"), (), _identifier),
    Sort(CommonName, "names", ("language", "name"), (), _name),
    Sort(
        ConservationAssessment,
        "assessments",
        ("authority", "country", "year"),
        ("category", "trend", "criteria", "citation"),
        _assessment,
    ),
    Sort(TaxonHabitat, "habitats", ("habitat_id",), ("suitability", "major"), _habitat),
    Sort(Range, "ranges", ("country", "region"), ("presence",), _range),
    Sort(Trait, "traits", ("kind",), ("value",), _trait),
)


class FactWriter:
    """Adds facts that are missing and changes those that differ; what is not said stays.

    `source` is the id of the Source that new facts name, None where a dry run made none. An
    unstated trend, criteria or citation does not wipe out a stated one. A name is the preferred
    one only where its taxon has none in that language.
    """

    def __init__(
        self,
        summary: Summary,
        habitats: Mapping[str, int],
        source: int | None,
        by: User | None,
        reason: str,
        *,
        dry_run: bool,
    ) -> None:
        self._summary = summary
        self._habitats = habitats
        self._source = source
        self._by = by
        self._reason = reason
        self._dry_run = dry_run

    def write(self, said: Sequence[tuple[Node, Record]]) -> set[int]:
        """Write what records say of taxa; return the ids of those that got another name."""
        renamed: set[int] = set()
        for sort in SORTS:
            pairs = [
                (node, record)
                for node, record in said
                if getattr(record, sort.field)
                and (node.pk or self._dry_run)
                and (sort.model is TaxonIdentifier or not record.accepted)
            ]
            if pairs:
                made = self._write(sort, pairs)
                if sort.model is CommonName:
                    renamed = {row.taxon_id for row in made}
        return renamed

    def _write(self, sort: Sort, pairs: Sequence[tuple[Node, Record]]) -> list[Any]:
        ids = {node.pk for node, _ in pairs if node.pk}
        stored = self._stored(sort, ids, pairs)
        edited = set(
            curated(sort.model).filter(taxon_id__in=ids).values_list("taxon_id", *sort.key)
        )
        preferred = self._preferred(sort, ids)
        new: list[Any] = []
        changed: dict[int, Any] = {}
        for node, record in pairs:
            said: dict[Key, Values] = {}
            for fact in getattr(record, sort.field):
                key, values = sort.split(fact, self._habitats)
                if said.setdefault(key, values) is not values:
                    if said[key] != values:
                        reason = f"says two things of {node}: {_shown(fact)} is left out"
                        self._summary.leave_out(Problem(fact.place or record.place, reason))
                    continue
                place = key if sort.model is TaxonIdentifier else (node.pk or id(node), *key)
                row = stored.get(place)
                if row is not None and not _belongs(row, node):
                    reason = f"{key[0]} {key[1]} is the identifier of another taxon"
                    self._summary.leave_out(Problem(fact.place or record.place, reason))
                elif row is not None and not (wanted := _differing(row, values)):
                    self._summary.note("same")
                elif (node.pk, *key) in edited:
                    self._summary.note("kept", f"{node}: {_shown(fact)}")
                elif row is not None:
                    was = ", ".join(str(getattr(row, name)) for name in wanted)
                    self._summary.note("changed", f"{node}: {_shown(fact)}, was {was}")
                    for name, value in wanted.items():
                        setattr(row, name, value)
                    changed[row.pk] = row
                elif self._is_said(sort, stored, place, values):
                    self._summary.note("same")
                else:
                    self._summary.note("added", f"{node}: {_shown(fact)}")
                    row = self._made(sort, node, key, values)
                    if isinstance(fact, NameFact) and fact.preferred:
                        row.preferred = (node.pk or id(node), fact.language) not in preferred
                        preferred.add((node.pk or id(node), fact.language))
                    stored[place] = row
                    new.append(row)
        if not self._dry_run:
            create(new, self._by, self._reason)
            change(list(changed.values()), sort.columns, self._by, self._reason)
        return new

    def _made(self, sort: Sort, node: Node, key: Key, values: Values) -> Any:
        places = dict(zip(sort.key, key, strict=True))
        return sort.model(taxon_id=node.pk or None, source_id=self._source, **places, **values)

    def _stored(
        self, sort: Sort, ids: set[int], pairs: Sequence[tuple[Node, Record]]
    ) -> dict[Key, Any]:
        """Return the rows that there are, by taxon and key; identifiers by their key alone."""
        rows: models.QuerySet[Any] = sort.model.objects.order_by()
        if sort.model is TaxonIdentifier:
            asked = [one for _, record in pairs for one in record.identifiers]
            authorities = {one.authority for one in asked}
            found = rows.filter(authority__in=authorities, value__in={one.value for one in asked})
            return {(row.authority, row.value): row for row in found}
        return {
            (row.taxon_id, *(getattr(row, name) for name in sort.key)): row
            for row in rows.filter(taxon_id__in=ids)
        }

    @staticmethod
    def _preferred(sort: Sort, ids: set[int]) -> set[Key]:
        if sort.model is not CommonName:
            return set()
        found = CommonName.objects.filter(taxon_id__in=ids, preferred=True)
        return set(found.values_list("taxon_id", "language"))

    @staticmethod
    def _is_said(sort: Sort, stored: Mapping[Key, Any], place: Key, values: Values) -> bool:
        """Whether an assessment without a year only repeats the newest one of its list."""
        if sort.model is not ConservationAssessment or place[-1]:
            return False
        rows = [row for other, row in stored.items() if other[:3] == place[:3]]
        newest = max(rows, key=lambda row: row.year, default=None)
        return newest is not None and newest.category == values["category"]


def _belongs(row: Any, node: Node) -> bool:
    """Whether a row is of this taxon; an identifier may also be of what a synonym stands for."""
    owners = {node.pk or None}
    if node.accepted is not None:
        owners.add(node.accepted.pk or None)
    return row.taxon_id in owners


def _differing(row: Any, values: Values) -> Values:
    """Return the columns that a row has otherwise, but for those about which nothing is said."""
    return {
        name: value
        for name, value in values.items()
        if value != getattr(row, name) and not (value == "" and getattr(row, name))
    }


def _shown(fact: Any) -> str:
    """Return a fact in a few words."""
    match fact:
        case AssessmentFact():
            return " ".join(
                str(one) for one in (fact.category, fact.year or "", fact.country) if one
            )
        case NameFact():
            return f"{fact.name} ({fact.language})"
        case HabitatFact():
            return f"habitat {fact.code}"
        case RangeFact():
            return f"{fact.country} {fact.presence}"
        case IdentifierFact():
            return f"{fact.authority} {fact.value}"
        case TraitFact():
            return f"{fact.kind} {fact.value}"
    raise TypeError(type(fact))
