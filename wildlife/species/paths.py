"""A taxon's place in the tree as text: the ids of all above it and its own, five digits each.

A subtree is then one range of paths, and the taxa above one are read off its path. A path serves
to find rows; what hangs below what is said by `Taxon.parent` alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q, QuerySet

from wildlife.species.models import Taxon

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_WIDTH = 5
_AFTER_ALL = "\U0010ffff"

DEEPEST = 200 // _WIDTH
"""So many taxa fit into a path: more than there are ranks."""


def code(number: int) -> str:
    """Return an id (up to 60 million) as five digits to the base 36, which sort as it does."""
    digits = ""
    for _ in range(_WIDTH):
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits


def ids_in(path: str) -> list[int]:
    """Return the ids of which a path is made, the root's first."""
    return [int(path[start : start + _WIDTH], 36) for start in range(0, len(path), _WIDTH)]


def ancestors(taxon: Taxon) -> list[int]:
    """Return the ids of the taxa above one, the root first; of a synonym there are none."""
    return ids_in(taxon.path)[:-1]


def descendants(taxon: Taxon) -> "QuerySet[Taxon]":
    """Return all taxa below one; of a synonym there are none."""
    return within(taxon).exclude(pk=taxon.pk)


def within(taxon: Taxon) -> "QuerySet[Taxon]":
    """Return a taxon and all below it; a synonym is in no tree, so there is none."""
    if not taxon.path:
        return Taxon.objects.none()
    return Taxon.objects.filter(starting_with("path", taxon.path))


def starting_with(field: str, prefix: str) -> Q:
    """Return the condition that a text begins with `prefix`, so that an index answers it.

    SQLite's LIKE knows no case and uses no index; PostgreSQL's has one of its own, while the order
    of a range there depends on the language that the database was made for.
    """
    if connection.vendor == "sqlite":
        return Q((f"{field}__gte", prefix), (f"{field}__lt", prefix + _AFTER_ALL))
    return Q((f"{field}__startswith", prefix))


@dataclass(frozen=True, slots=True)
class Place:
    """A taxon as it stands in the tree."""

    pk: int
    slug: str
    scientific_name: str
    rank: str
    parent_id: int | None


def lineages(taxa: Iterable[Taxon]) -> dict[int, tuple[Place, ...]]:
    """Return by the id of each taxon all from its root down to itself.

    One query for all where the paths are up to date, else one more for each generation. Raises
    ValueError where the tree runs in a circle.
    """
    asked = list(taxa)
    known: dict[int, Place] = {}
    wanted = {pk for taxon in asked for pk in (taxon.pk, *ids_in(taxon.path))}
    while wanted:
        rows = Taxon.objects.filter(pk__in=wanted).order_by()
        for row in rows.values_list("pk", "slug", "scientific_name", "rank", "parent_id"):
            known[row[0]] = Place(*row)
        above = {known[pk].parent_id for pk in wanted if pk in known}
        wanted = {pk for pk in above if pk is not None and pk not in known}
    return {taxon.pk: _up(known, taxon.pk) for taxon in asked}


def _up(known: dict[int, Place], pk: int | None) -> tuple[Place, ...]:
    found: list[Place] = []
    while pk is not None and (place := known.get(pk)):
        found.append(place)
        if len(found) > DEEPEST:
            raise ValueError(f"the lineage of {found[0].slug!r} runs in a circle")
        pk = place.parent_id
    return tuple(reversed(found))
