"""Which rows of facts are good: one function per file, which adds those to the catalogue's facts.

Rows come here with a taxon and a source that exist.
"""

import re
from collections.abc import Iterable
from typing import Any

import pycountry

from wildlife.species.catalogue_cells import is_formula
from wildlife.species.catalogue_rows import Facts, Report, Row
from wildlife.species.countries import is_country
from wildlife.species.models import (
    ConservationAssessment,
    Range,
    TaxonHabitat,
    TaxonIdentifier,
    Trait,
)

Rows = Iterable[tuple[int, Row]]

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")
_ISO_REGION = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")
_HEAVIEST_G = 200_000_000
"""A blue whale; what weighs more was given in another unit."""


def names(rows: Rows, facts: Facts, report: Report) -> None:
    preferred: set[tuple[str, str]] = set()
    for line, row in rows:
        place = (row["taxon"], row["language"])
        if not _LANGUAGE.fullmatch(row["language"]):
            report(line, f"{row['language']!r} is no language such as en or zh-hans")
        elif not row["name"]:
            report(line, "the name is missing")
        elif row["preferred"] not in ("", "1"):
            report(line, f"preferred is 1 or empty, not {row['preferred']!r}")
        elif row["preferred"] and place in preferred:
            report(line, f"{row['taxon']!r} has a preferred name in {row['language']} already")
        else:
            values = {"preferred": row["preferred"] == "1", "source": row["source"]}
            if row["preferred"]:
                preferred.add(place)
            add(facts, (*place, row["name"]), values, line, report)


def assessments(rows: Rows, facts: Facts, report: Report) -> None:
    for line, row in rows:
        if not _is_one_of(ConservationAssessment.Category, row["category"]):
            report(
                line, f"{row['category']!r} is no category: {_all(ConservationAssessment.Category)}"
            )
        elif row["trend"] and not _is_one_of(ConservationAssessment.Trend, row["trend"]):
            report(line, f"{row['trend']!r} is no trend: {_all(ConservationAssessment.Trend)}")
        elif not re.fullmatch(r"(19|20)\d\d|0?", row["year"]):
            report(line, f"{row['year']!r} is no year; leave it empty where unknown")
        elif not row["authority"]:
            report(line, "the authority is missing")
        elif row["country"] and not is_country(row["country"]):
            report(line, f"{row['country']!r} is no country (ISO 3166-1 alpha-3)")
        else:
            key = (row["taxon"], row["authority"], row["country"], row["year"] or "0")
            columns = ("category", "trend", "criteria", "citation", "source")
            add(facts, key, {name: row[name] for name in columns}, line, report)


def habitats(rows: Rows, facts: Facts, report: Report, codes: frozenset[str]) -> None:
    for line, row in rows:
        suitability = row["suitability"] or TaxonHabitat.Suitability.SUITABLE
        if not _is_one_of(TaxonHabitat.Suitability, suitability):
            report(line, f"{suitability!r} is no suitability: {_all(TaxonHabitat.Suitability)}")
            continue
        if row["major"] not in ("", "1"):
            report(line, f"major is 1 or empty, not {row['major']!r}")
            continue
        for code in row["habitats"].split(";"):
            if code not in codes:
                report(line, f"habitat {code!r} is unknown")
                continue
            values = {
                "suitability": str(suitability),
                "major": row["major"] == "1",
                "source": row["source"],
            }
            add(facts, (row["taxon"], code), values, line, report)


def ranges(rows: Rows, facts: Facts, report: Report) -> None:
    for line, row in rows:
        countries, regions = row["countries"].split(";"), row["regions"].split(";")
        if not _is_one_of(Range.Presence, row["presence"]):
            report(line, f"{row['presence']!r} is no presence: {_all(Range.Presence)}")
            continue
        if row["regions"] and len(countries) > 1:
            report(line, "regions are of one country, and this row has several")
            continue
        for country in countries:
            if not is_country(country):
                report(line, f"{country!r} is no country (ISO 3166-1 alpha-3)")
                continue
            for region in regions:
                if flaw := _region_flaw(region, country, bool(row["regions"])):
                    report(line, flaw)
                    continue
                values = {"presence": row["presence"], "source": row["source"]}
                add(facts, (row["taxon"], country, region), values, line, report)


def traits(rows: Rows, facts: Facts, report: Report) -> None:
    for line, row in rows:
        if not _is_one_of(Trait.Kind, row["kind"]):
            report(line, f"{row['kind']!r} is no kind of trait: {_all(Trait.Kind)}")
        elif not row["value"]:
            report(line, "the value is missing")
        elif row["kind"] == Trait.Kind.BODY_MASS and not _is_mass(row["value"]):
            report(line, f"{row['value']!r} is no body mass in grams")
        else:
            values = {"value": row["value"], "source": row["source"]}
            add(facts, (row["taxon"], row["kind"]), values, line, report)


def identifiers(rows: Rows, facts: Facts, report: Report) -> None:
    for line, row in rows:
        if not _is_one_of(TaxonIdentifier.Authority, row["authority"]):
            report(line, f"{row['authority']!r} is no authority: {_all(TaxonIdentifier.Authority)}")
        elif not re.fullmatch(r"[A-Za-z0-9_.:-]+", row["value"]):
            report(line, f"{row['value']!r} is no identifier")
        else:
            values = {"taxon": row["taxon"], "source": row["source"]}
            add(facts, (row["authority"], row["value"]), values, line, report)


def look_alikes(rows: Rows, facts: Facts, report: Report, accepted: frozenset[str]) -> None:
    for line, row in rows:
        if row["other"] not in accepted:
            report(line, f"taxon {row['other']!r} is unknown")
        elif row["other"] == row["taxon"]:
            report(line, "nothing looks like itself")
        elif not row["difference"]:
            report(line, "how to tell them apart is missing")
        else:
            # Said once, it holds both ways: one order, so that a pair cannot stand here twice.
            pair = tuple(sorted((row["taxon"], row["other"])))
            values = {"difference": row["difference"], "source": row["source"]}
            add(facts, pair, values, line, report)


def descriptions(rows: Rows, facts: Facts, report: Report) -> None:
    for line, row in rows:
        if not row["description"]:
            report(line, "the description is missing")
        else:
            values = {"description": row["description"], "source": row["source"]}
            add(facts, (row["taxon"],), values, line, report)


def add(
    facts: Facts, key: tuple[str, ...], values: dict[str, Any], line: int, report: Report
) -> None:
    """Add a fact, unless the file said it before."""
    if key in facts:
        report(line, f"{' / '.join(part for part in key if part)} stands in this file already")
    else:
        facts[key] = values


def _region_flaw(region: str, country: str, wanted: bool) -> str:
    if not region:
        return "the name of a region is missing" if wanted else ""
    longest = Range._meta.get_field("region").max_length or 0
    if is_formula(region):
        return f"a region begins like a spreadsheet's formula: {region[:20]!r}"
    if len(region) > longest:
        return f"a region has at most {longest} characters"
    if _ISO_REGION.fullmatch(region):
        found = pycountry.subdivisions.get(code=region)
        within = pycountry.countries.get(alpha_3=country)
        if found is None or within is None or found.country_code != within.alpha_2:
            return f"{region!r} is no region of {country} (ISO 3166-2)"
    return ""


def _is_mass(value: str) -> bool:
    """Judge a number of grams; that of a mosquito has decimals, that of a whale eight digits."""
    return re.fullmatch(r"\d+(\.\d+)?", value) is not None and 0 < float(value) <= _HEAVIEST_G


def _is_one_of(choices: Any, value: str) -> bool:
    return value in choices.values


def _all(choices: Any) -> str:
    return ", ".join(choices.values)
