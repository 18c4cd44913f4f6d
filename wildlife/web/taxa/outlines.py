"""Country outlines for maps: simplified once per process, the same for all maps of a language.

The shapes are those of the `geopip` package (thematicmapping.org). They are of 2008, so South Sudan
comes from the `countryinfo` package and lies on top of Sudan.
"""

import gzip
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import groupby, pairwise
from typing import Any

from countryinfo import CountryInfo
from django.conf import settings
from django.utils.translation import get_language

from wildlife.species.countries import country_name, is_country

Point = tuple[float, float]
Ring = list[Point]
Polygon = list[Ring]

CREDIT = "thematicmapping.org, CC BY-SA 3.0"

_LATER = ("SSD",)
"""Countries that became independent after the shapes were drawn."""
_WITHOUT_OUTLINE: dict[str, Point] = {
    "BES": (-68.26, 12.18),
    "CUW": (-68.99, 12.19),
    "SXM": (-63.06, 18.04),
    "XKX": (20.9, 42.6),
}
"""Longitude and latitude of those that have no shape of their own."""

_GRID = 0.1
"""Degrees. Borders are snapped to it: neighbours keep the same points, so no gaps open."""
_LEAST_AREA = 0.04
"""Square degrees. Smaller islands are left out where the country has larger ones."""
_SMALL = 1.2
"""Degrees. A country that is shorter than this both ways gets a dot, to be seen and tapped."""


@dataclass(frozen=True, slots=True)
class Outlines:
    """The outlines as gzipped GeoJSON, and a version that changes whenever they do."""

    body: bytes
    version: str


def outlines() -> Outlines:
    """Return one feature per ISO 3166-1 alpha-3 code, the large countries first.

    Each has its `name` in the reader's language, the box of its `main` part (west, south, east,
    north) and, where it is too small to be seen, a `dot`.
    """
    return _named(get_language() or settings.LANGUAGE_CODE)


def outlines_of(version: str) -> Outlines | None:
    """Return the outlines of a version, in whichever language they are."""
    every = (_named(language) for language, _ in settings.LANGUAGES)
    return next((one for one in every if one.version == version), None)


@cache
def _named(language: str) -> Outlines:
    features = [
        feature | {"properties": {"name": country_name(feature["id"], language), **facts}}
        for feature, facts in _features()
    ]
    text = json.dumps(
        {"type": "FeatureCollection", "features": features},
        separators=(",", ":"),
        ensure_ascii=False,
    ).encode()
    return Outlines(gzip.compress(text, mtime=0), hashlib.sha256(text).hexdigest()[:12])


@cache
def _features() -> tuple[tuple[dict[str, Any], dict[str, Any]], ...]:
    """Return the outlines without names, each with its other properties."""
    shapes = sorted(_shapes(), key=lambda shape: -_size(shape[1]))
    return (
        *(_feature(code, polygons) for code, polygons in shapes),
        *(_dot(code, point) for code, point in _WITHOUT_OUTLINE.items()),
    )


def _shapes() -> Iterable[tuple[str, list[Polygon]]]:
    world = json.loads((files("geopip") / "globe.geo.json").read_text(encoding="utf-8"))
    for feature in world["features"]:
        code = feature["properties"]["ISO3"]
        if is_country(code):
            yield code, _simplified(feature["geometry"])
    for code in _LATER:
        yield code, _simplified(CountryInfo(code).geo_json()["features"][0]["geometry"])


def _simplified(geometry: dict[str, Any]) -> list[Polygon]:
    """Snap the points of a Polygon or MultiPolygon to the grid; drop what vanishes there."""
    nested = geometry["coordinates"]
    if geometry["type"] == "Polygon":
        nested = [nested]
    polygons = [[_snapped(ring) for ring in polygon] for polygon in nested]
    found = [[ring for ring in polygon if len(ring) > 3] for polygon in polygons if polygon]
    found = [polygon for polygon in found if polygon]
    large = [polygon for polygon in found if _area(polygon[0]) >= _LEAST_AREA]
    if not large and not found:
        # Less than a point of the grid: a small square in its place.
        west, south = nested[0][0][0][:2]
        return [[_square(west, south)]]
    return large or found


def _snapped(ring: Sequence[Sequence[float]]) -> Ring:
    points = ((_on_grid(x), _on_grid(y)) for x, y, *_ in ring)
    return _without_middles([point for point, _ in groupby(points)])


def _on_grid(degrees: float) -> float:
    return round(round(degrees / _GRID) * _GRID, 1)


def _without_middles(ring: Ring) -> Ring:
    """Drop points on the straight line between their neighbours."""
    kept = ring[:1]
    for before, point, after in zip(ring, ring[1:], ring[2:], strict=False):
        turn = (point[0] - before[0]) * (after[1] - point[1]) - (point[1] - before[1]) * (
            after[0] - point[0]
        )
        if abs(turn) > 1e-9:
            kept.append(point)
    return kept + ring[-1:] if len(ring) > 1 else kept


def _square(west: float, south: float) -> Ring:
    x, y = round(west, 2), round(south, 2)
    far_x, far_y = round(x + 0.05, 2), round(y + 0.05, 2)
    return [(x, y), (far_x, y), (far_x, far_y), (x, far_y), (x, y)]


def _area(ring: Ring) -> float:
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))) / 2


def _size(polygons: list[Polygon]) -> float:
    return sum(_area(polygon[0]) for polygon in polygons)


def _feature(code: str, polygons: list[Polygon]) -> tuple[dict[str, Any], dict[str, Any]]:
    main = max(polygons, key=lambda polygon: _area(polygon[0]))[0]
    west, east = min(x for x, _ in main), max(x for x, _ in main)
    south, north = min(y for _, y in main), max(y for _, y in main)
    facts: dict[str, Any] = {"main": [west, south, east, north]}
    if east - west < _SMALL and north - south < _SMALL:
        facts["dot"] = [round((west + east) / 2, 2), round((south + north) / 2, 2)]
    geometry = {"type": "MultiPolygon", "coordinates": polygons}
    return {"type": "Feature", "id": code, "geometry": geometry}, facts


def _dot(code: str, point: Point) -> tuple[dict[str, Any], dict[str, Any]]:
    x, y = point
    facts = {"main": [x, y, x, y], "dot": [x, y]}
    geometry = {"type": "MultiPolygon", "coordinates": [[_square(x, y)]]}
    return {"type": "Feature", "id": code, "geometry": geometry}, facts
