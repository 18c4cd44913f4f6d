"""What is wrong with a record, before anything is looked up."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from pipelines.taxonomy import RANKS
from wildlife.species.countries import is_country
from wildlife.species.imports.records import (
    AssessmentFact,
    Fact,
    HabitatFact,
    IdentifierFact,
    NameFact,
    Problem,
    RangeFact,
    Record,
    TraitFact,
)
from wildlife.species.imports.values import OTHER_RANKS, is_formula
from wildlife.species.models import (
    ConservationAssessment,
    Range,
    TaxonHabitat,
    TaxonIdentifier,
    Trait,
)

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")
_UNWRITABLE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\ud800-\udfff\ufffd]")
LONGEST_NAME = 120


def checked(record: Record, habitats: frozenset[str]) -> tuple[Record | None, list[Problem]]:
    """Return what of a record may be used, None where nothing may, and what was left out.

    `habitats` are the codes that there are. A bad fact that has a row of its own is left out alone.
    """
    spoiled = list(_of_taxon(record))
    alone: list[Problem] = []

    def good(facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
        kept = []
        for fact in facts:
            reason = _text(fact) or _flaw(fact, habitats)
            if not reason:
                kept.append(fact)
            elif fact.place is None:
                spoiled.append(reason)
            else:
                alone.append(Problem(fact.place, reason))
        return tuple(kept)

    fields = ("identifiers", "names", "assessments", "habitats", "ranges", "traits")
    found = {name: good(getattr(record, name)) for name in fields}
    if spoiled:
        return None, [*alone, *(Problem(record.place, reason) for reason in spoiled)]
    return (replace(record, **found) if alone else record), alone  # type: ignore[arg-type]


def _of_taxon(record: Record) -> Iterator[str]:
    names = [record.scientific_name, *record.synonyms, *(one.name for one in record.lineage)]
    for name in names:
        if reason := _bad_name(name, "scientific name"):
            yield reason
            return
    if record.rank and record.rank not in RANKS and record.rank not in OTHER_RANKS:
        yield f"{record.rank!r} is no rank"
    ranks = [one.rank for one in record.lineage]
    if unknown := [rank for rank in ranks if rank not in RANKS]:
        yield f"{unknown[0]!r} is no rank"
    elif ranks != sorted(set(ranks), key=RANKS.index):
        yield "the lineage does not go from above to below"
    elif record.rank in RANKS and ranks and RANKS.index(ranks[-1]) >= RANKS.index(record.rank):
        yield f"a {record.rank} cannot hang below a {ranks[-1]}"
    if record.key and record.key in (record.parent, record.accepted):
        yield "the tree runs in a circle: it hangs on itself"


def _bad_name(name: str, what: str) -> str:
    if not 0 < len(name) <= LONGEST_NAME:
        return f"a {what} has 1 to {LONGEST_NAME} characters"
    return f"a {what} stands on one line" if "\n" in name else _bad_text(name)


def _bad_text(text: str) -> str:
    if is_formula(text):
        return f"{text[:40]!r} could be run as a formula"
    if _UNWRITABLE.search(text):
        return f"{text[:40]!r} is not clean text: its encoding is broken"
    return ""


def _text(fact: Fact) -> str:
    """Return what is wrong with some text of a fact, or ""."""
    for name in fact.__slots__:
        value = getattr(fact, name)
        if isinstance(value, str) and (reason := _bad_text(value)):
            return reason
    return ""


def _identifier(fact: IdentifierFact, _: frozenset[str]) -> str:
    if fact.authority not in TaxonIdentifier.Authority:
        return f"{fact.authority!r} is no authority: {_list(TaxonIdentifier.Authority.values)}"
    if not 0 < len(fact.value) <= 60:
        return "an identifier has 1 to 60 characters"
    return ""


def _name(fact: NameFact, _: frozenset[str]) -> str:
    if not _LANGUAGE.fullmatch(fact.language) or len(fact.language) > 10:
        return f"{fact.language!r} is no language such as en or zh-hans"
    return _bad_name(fact.name, "common name")


def _assessment(fact: AssessmentFact, _: frozenset[str]) -> str:
    if fact.category not in ConservationAssessment.Category:
        allowed = _list(ConservationAssessment.Category.values)
        return f"{fact.category!r} is no category: {allowed}"
    if fact.trend and fact.trend not in ConservationAssessment.Trend:
        return f"{fact.trend!r} is no trend: {_list(ConservationAssessment.Trend.values)}"
    if fact.year and not 1900 <= fact.year < 2100:
        return f"{fact.year} is no year"
    if fact.country and not is_country(fact.country):
        return f"{fact.country!r} is no country"
    if not 0 < len(fact.authority) <= 120:
        return "the authority of an assessment has 1 to 120 characters"
    if len(fact.criteria) > 120:
        return "criteria have no more than 120 characters"
    return ""


def _habitat(fact: HabitatFact, habitats: frozenset[str]) -> str:
    if fact.code not in habitats:
        return f"habitat {fact.code!r} is unknown"
    if fact.suitability not in TaxonHabitat.Suitability:
        return f"{fact.suitability!r} is no suitability: {_list(TaxonHabitat.Suitability.values)}"
    return ""


def _range(fact: RangeFact, _: frozenset[str]) -> str:
    if not is_country(fact.country):
        return f"{fact.country!r} is no country"
    if fact.presence not in Range.Presence:
        return f"{fact.presence!r} is no presence: {_list(Range.Presence.values)}"
    if len(fact.region) > 80:
        return "a region has no more than 80 characters"
    return ""


def _trait(fact: TraitFact, _: frozenset[str]) -> str:
    if fact.kind not in Trait.Kind:
        return f"{fact.kind!r} is no trait: {_list(Trait.Kind.values)}"
    if not 0 < len(fact.value) <= 120:
        return "a trait's value has 1 to 120 characters"
    if fact.kind == Trait.Kind.BODY_MASS:
        try:
            positive = 0 < float(fact.value) < float("inf")
        except ValueError:
            positive = False
        if not positive:
            return f"{fact.value!r} is no body mass: a positive number of grams"
    return ""


_FLAWS: dict[type[Fact], Callable[..., str]] = {
    IdentifierFact: _identifier,
    NameFact: _name,
    AssessmentFact: _assessment,
    HabitatFact: _habitat,
    RangeFact: _range,
    TraitFact: _trait,
}


def _flaw(fact: Fact, habitats: frozenset[str]) -> str:
    return _FLAWS[type(fact)](fact, habitats)


def _list(values: list[str]) -> str:
    return ", ".join(values)
