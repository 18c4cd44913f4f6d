"""Where a project's cameras stand: exactly for some of its members, roughly for the others.

Whoever may not know the exact places of sensitive species is told no place of the project exactly:
a photo of a common animal from the same camera would give the secret away, and so would one that
nobody has looked at yet.
"""

from copy import copy
from math import floor
from uuid import UUID

from wildlife.projects.models import Deployment
from wildlife.projects.rights import Right, Somebody, projects_with

COARSE = 0.1
"""Degrees, some eleven kilometres: the grid on which places are told roughly."""


def coarse(degrees: float) -> float:
    """Return the line of the grid to the south or west of a latitude or longitude.

    Everybody who tells places roughly calls this: two roundings together would tell more.
    """
    return round(floor(round(degrees / COARSE, 6)) * COARSE, 1)


def projects_known_exactly(user: Somebody) -> frozenset[UUID]:
    """Return the projects of which somebody may know the exact places. One query."""
    return frozenset(projects_with(user, Right.SEE_PLACES).values_list("pk", flat=True))


def shown(deployment: Deployment, *, exact: bool) -> Deployment:
    """Return a deployment as somebody may be told of it: as it is, or only roughly.

    Then it is a copy, never to be saved, without the words that would tell where it is.
    """
    if exact:
        return deployment
    rough = copy(deployment)
    if rough.latitude is not None and rough.longitude is not None:
        rough.latitude, rough.longitude = coarse(rough.latitude), coarse(rough.longitude)
    rough.coordinate_uncertainty = None
    rough.location_id = rough.location_name = rough.comments = ""
    return rough
