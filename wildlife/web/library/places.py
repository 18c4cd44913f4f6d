"""The map of sightings: how coarse its grid is, and what stands beside it as text."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypedDict

from django.urls import reverse

from wildlife.library.insights import Cluster
from wildlife.library.wish import Box, Wish
from wildlife.web.taxa.outlines import CREDIT, outlines

ACROSS = 24
"""So many clusters stand side by side at most."""
FINEST, COARSEST = 0.0005, 10.0
"""Degrees: some 50 metres, and a tenth of a continent."""
LISTED = 200


class Place(TypedDict):
    """A cluster for the page and the script.

    `box` holds its photos: west, south, east and north in degrees; `url` leads to them.
    """

    latitude: str
    longitude: str
    box: tuple[float, float, float, float]
    count: int
    url: str


@dataclass(frozen=True, slots=True)
class MapOfSightings:
    """What the script reads from the element: addresses of outlines and clusters."""

    outlines: str
    clusters: str
    gallery: str
    credit: str


def chart_of(wish: Wish) -> MapOfSightings:
    """Return what the script draws the map from."""
    return MapOfSightings(
        outlines=reverse("web:taxa:outlines", args=[outlines().version]),
        clusters=reverse("web:library:clusters") + wish.query,
        gallery=reverse("web:library:gallery") + wish.without("box").query,
        credit=CREDIT,
    )


def step_for(view: Box) -> float:
    """Return the side of the grid's squares, in degrees, for a part of the map."""
    return min(max((view.east - view.west) / ACROSS, FINEST), COARSEST)


def listed(clusters: Sequence[Cluster], wish: Wish) -> list[Place]:
    """Return the largest clusters, with links to their photos."""
    gallery = reverse("web:library:gallery")
    return [
        Place(
            latitude=f"{one.latitude:.4f}",
            longitude=f"{one.longitude:.4f}",
            box=(one.box.west, one.box.south, one.box.east, one.box.north),
            count=one.count,
            url=gallery + replace(wish, box=str(one.box)).query,
        )
        for one in clusters[:LISTED]
    ]
