"""What the Red List calls things, in the words of the species tables.

Both its API and its download use these words, the API beside codes of its own. Its texts
(rationale, threats and so on) are nobody else's to pass on: no reader takes them.
"""

import re
from collections.abc import Iterable

import pycountry

from wildlife.species.imports.records import Credit, HabitatFact, Place, RangeFact
from wildlife.species.imports.values import country_of

CREDIT = Credit(
    key="iucn-red-list",
    citation="IUCN. The IUCN Red List of Threatened Species.",
    url="https://www.iucnredlist.org/",
    licence="https://www.iucnredlist.org/terms/terms-of-use: non-commercial use",
)

GLOBAL = "1"
"""The code of the scope of assessments that are about the whole world."""

TRENDS = {"0": "increasing", "1": "decreasing", "2": "stable", "3": "unknown"}

_UNCERTAIN = {"presence uncertain", "possibly extant", "origin uncertain"}
_EXTINCT = {"extinct post-1500", "possibly extinct"}
_PRESENCE = {
    "native": "native",
    "reintroduced": "native",
    "introduced": "introduced",
    "assisted colonisation": "introduced",
    "vagrant": "vagrant",
}
_ACCESSED = re.compile(r"\s*(Accessed|Downloaded) on .*$", re.DOTALL)
_SUBDIVISION = re.compile(r"([A-Z]{2})-\w+")


def trend_of(text: str) -> str:
    """Return one of the trends for a word or a code of the Red List."""
    return TRENDS.get(text, text.casefold())


def citation_of(text: str) -> str:
    """Return a citation without the day on which it was looked up, which differs each time."""
    return _ACCESSED.sub("", text).strip()


def year_of(text: str) -> int:
    """Return a year, 0 where there is none: 2016, or the first of 2016-2."""
    found = re.match(r"\d{4}", text.strip())
    return int(found.group()) if found else 0


def language_of(text: str) -> str:
    """Return the shortest BCP 47 code for one of ISO 639-2 or an English name: eng, English.

    An unknown one comes back as it stands.
    """
    word = text.strip()
    languages = pycountry.languages
    found = (
        languages.get(bibliographic=word.lower())
        or languages.get(alpha_3=word.lower())
        or languages.get(name=word)
    )
    return str(getattr(found, "alpha_2", "") or getattr(found, "alpha_3", "") or word)


def habitat_of(code: str, suitability: str, major: str, place: Place) -> HabitatFact:
    """Return a habitat from a row: 3_4, or 9.8.1, of which the species tables know two levels."""
    return HabitatFact(
        code=".".join(re.split(r"[._]", code.strip())[:2]),
        suitability=suitability.strip().casefold() or "unknown",
        major=major.strip().casefold() == "yes",
        place=place,
    )


def merged(habitats: Iterable[HabitatFact]) -> tuple[HabitatFact, ...]:
    """Return each habitat once: the Red List has one row for each season and each third level."""
    found: dict[str, HabitatFact] = {}
    for one in habitats:
        before = found.get(one.code)
        suitable = one.suitability == "suitable"
        if before is None or (suitable, one.major) > (
            before.suitability == "suitable",
            before.major,
        ):
            found[one.code] = one
    return tuple(found.values())


def range_of(code: str, name: str, presence: str, origin: str, place: Place) -> RangeFact | None:
    """Return a range from a row, None where the Red List is not certain of it.

    `code` is a country's ISO 3166-1 alpha-2 code, or that of a part of it with its `name`: RU-EU.
    """
    presence, origin = presence.strip().casefold(), origin.strip().casefold()
    if presence in _UNCERTAIN or origin in _UNCERTAIN:
        return None
    part = _SUBDIVISION.fullmatch(code.strip())
    return RangeFact(
        country=country_of(part.group(1) if part else code),
        region=name.strip() if part else "",
        presence="extinct" if presence in _EXTINCT else _PRESENCE.get(origin, origin or "native"),
        place=place,
    )
