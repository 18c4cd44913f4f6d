"""Where a taxon lives, as a map draws it and as a text list says it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pycountry
from django.urls import reverse
from django.utils.translation import gettext as _

from wildlife.species.countries import country_name, in_order
from wildlife.species.models import Range
from wildlife.species.selectors import CountryFact
from wildlife.web import wording
from wildlife.web.taxa.outlines import CREDIT, outlines


@dataclass(frozen=True, slots=True)
class Place:
    """A country with the names of those regions of it that are known, if not all of it."""

    code: str
    name: str
    presence: str
    regions: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        return f"{self.name} ({wording.listed(self.regions)})" if self.regions else self.name


@dataclass(frozen=True, slots=True)
class Places:
    """The countries of one presence: native, introduced, vagrant, extinct."""

    presence: str
    title: str
    places: tuple[Place, ...]

    @property
    def word(self) -> str:
        """The presence in a word, for a legend."""
        return str(Range.Presence(self.presence).label)


@dataclass(frozen=True, slots=True)
class RangeMap:
    """What the map component reads. `data` goes into the page as JSON.

    `data["countries"]` maps alpha-3 codes to what is true there (the class that colours a country)
    and the words that tell so.
    """

    key: str
    label: str
    outlines: str
    credit: str
    data: dict[str, dict[str, dict[str, str]]]
    legend: tuple[Places, ...]

    @property
    def script(self) -> str:
        """The id of the script element that holds the data."""
        return f"map-{self.key}"


def places_of(ranges: Iterable[Range], language: str) -> tuple[Places, ...]:
    """Group what is known of countries and regions by presence.

    A country stands where the word for all of it, or else that of each of its regions, puts it.
    """
    whole: dict[str, Place] = {}
    parts: dict[tuple[str, str], list[str]] = {}
    for row in ranges:
        if row.region:
            parts.setdefault((row.country, row.presence), []).append(_region(row.region))
        else:
            name = country_name(row.country, language)
            whole[row.country] = Place(row.country, name, row.presence)
    places = list(whole.values())
    for (code, presence), regions in parts.items():
        if code not in whole or whole[code].presence != presence:
            name = country_name(code, language)
            places.append(Place(code, name, presence, tuple(sorted(regions))))
    return _grouped(places)


def places_of_card(countries: Iterable[CountryFact]) -> tuple[Places, ...]:
    """Group the countries of a species card by presence."""
    return _grouped([Place(one.code, one.name, one.presence) for one in countries])


def range_map(key: str, groups: Sequence[Places], label: str) -> RangeMap:
    """Return the map of a range. A country of several groups has the colour of the first."""
    countries: dict[str, dict[str, str]] = {}
    for group in groups:
        for place in group.places:
            words = f"{place.words}: {group.word.lower()}"
            if place.code in countries:
                countries[place.code]["words"] += f"; {words}"
            else:
                countries[place.code] = {"kind": group.presence, "words": words}
    return RangeMap(
        key=key,
        label=label,
        outlines=reverse("web:taxa:outlines", args=[outlines().version]),
        credit=CREDIT,
        data={"countries": countries},
        legend=tuple(groups),
    )


def _grouped(places: Iterable[Place]) -> tuple[Places, ...]:
    titles = {
        Range.Presence.NATIVE: _("Native in"),
        Range.Presence.INTRODUCED: _("Introduced in"),
        Range.Presence.VAGRANT: _("Vagrant in"),
        Range.Presence.EXTINCT: _("Extinct in"),
    }
    found = sorted(places, key=lambda place: in_order(place.name))
    groups = (
        Places(str(presence), title, tuple(one for one in found if one.presence == presence))
        for presence, title in titles.items()
    )
    return tuple(group for group in groups if group.places)


def _region(region: str) -> str:
    """Return the name of a region that may be told by its ISO 3166-2 code."""
    found = pycountry.subdivisions.get(code=region) if "-" in region else None
    return str(getattr(found, "name", region))
