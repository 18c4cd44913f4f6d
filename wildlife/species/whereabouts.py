"""Which countries a point lies in, and which taxa are known from other countries only.

The shapes are those of the `geopip` package (thematicmapping.org), of 2008 and coarse. So a point
counts for every country within `MARGIN` of it, and South Sudan for all that was Sudan.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from threading import Lock

import geopip
from django.db.models import Count, Max

from wildlife.species.models import Range, Taxon

MARGIN = 0.4
"""Degrees, some forty kilometres: animals know no borders, and coasts are drawn roughly."""
_SINCE_SPLIT = {"SDN": "SSD"}
_lock = Lock()
_held: tuple[object, "Ranges"] | None = None


def countries_at(latitude: float, longitude: float) -> tuple[str, ...]:
    """Return the countries that a point (degrees, WGS 84) lies in or near; none far out at sea.

    ISO 3166-1 alpha-3, that of the point itself first.
    """
    return _countries(round(latitude, 2), round(longitude, 2))


@lru_cache(maxsize=4096)
def _countries(latitude: float, longitude: float) -> tuple[str, ...]:
    steps = sorted(product((0.0, -MARGIN, MARGIN), repeat=2), key=lambda step: step != (0.0, 0.0))
    found: dict[str, None] = {}
    for south, east in steps:
        across = (longitude + east + 180.0) % 360.0 - 180.0
        shape = geopip.search(lng=across, lat=min(max(latitude + south, -90.0), 90.0))
        if shape and shape["ISO3"]:
            found.setdefault(str(shape["ISO3"]))
    return tuple(found) + tuple(_SINCE_SPLIT[one] for one in found if one in _SINCE_SPLIT)


@dataclass(frozen=True, slots=True)
class Ranges:
    """The countries of each taxon whose range is known, as one number per taxon: a bit for each."""

    bits: dict[str, int]
    known: dict[str, int]

    def of(self, countries: Iterable[str]) -> int:
        """Return countries as one number."""
        return sum({self.bits.get(country, 0) for country in countries})

    def elsewhere(self, countries: Iterable[str]) -> Callable[[str], bool]:
        """Return what tells of a taxon's slug whether it is known, but from none of these."""
        here = self.of(countries)

        def known_elsewhere(slug: str) -> bool:
            there = self.known.get(slug)
            return there is not None and not there & here

        return known_elsewhere


def ranges() -> Ranges:
    """Return the ranges of all taxa, held in memory until one of them changes.

    What lives with people is at home everywhere. Where a taxon died out it is not at home; where
    it came by itself or with people it is.
    """
    global _held
    with _lock:
        stamp = _stamp()
        if _held is None or _held[0] != stamp:
            _held = (stamp, _read())
        return _held[1]


def _stamp() -> object:
    """Return what every change of a range, or of who is domesticated, changes."""
    newest = Range.history.aggregate(noted=Max("history_id"))
    rows = Range.objects.aggregate(last=Max("pk"), count=Count("pk"))
    tamed = Taxon.objects.aggregate(changed=Max("updated_at"))
    return (*newest.values(), *rows.values(), *tamed.values())


def _read() -> Ranges:
    bits: dict[str, int] = {}
    known: dict[str, int] = {}
    wild = Range.objects.exclude(presence=Range.Presence.EXTINCT).filter(taxon__domesticated=False)
    rows = wild.order_by().values_list("taxon__slug", "country").distinct()
    for slug, country in rows.iterator():
        bit = bits.setdefault(country, 1 << len(bits))
        known[slug] = known.get(slug, 0) | bit
    return Ranges(bits, known)
