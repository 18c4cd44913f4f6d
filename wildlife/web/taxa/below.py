"""What hangs below a higher taxon, and how many species that are."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Count, Max
from django.db.models.functions import Substr

from wildlife.species.countries import in_order
from wildlife.species.models import Taxon
from wildlife.species.paths import code, starting_with
from wildlife.web.taxa.naming import TaxonName, common_names, name_of

MOST_CHILDREN = 200
"""Some families have thousands of genera: the catalogue and its search lead to the others."""
_COUNTED_FOR = 24 * 3600


@dataclass(frozen=True, slots=True)
class Child:
    """A taxon right below another one. `species` are those below it in turn, 0 for a species."""

    name: TaxonName
    species: int


@dataclass(frozen=True, slots=True)
class Below:
    """`children` are those that have a common name first; `left_out` are those beyond the most."""

    children: tuple[Child, ...]
    species: int
    left_out: int


def below(taxon: Taxon, language: str) -> Below:
    """Return the children of a taxon with the number of species below each."""
    counts = _species_below(taxon)
    rows = list(Taxon.objects.filter(parent=taxon, accepted=None))
    names = common_names([row.pk for row in rows], language)
    children = [
        Child(
            name_of(row.pk, row.slug, row.scientific_name, row.rank, names),
            0 if row.rank in _LOWEST else counts.get(taxon.path + code(row.pk), 0),
        )
        for row in rows
    ]
    children.sort(key=lambda child: (not child.name.has_common, in_order(child.name.title)))
    return Below(
        children=tuple(children[:MOST_CHILDREN]),
        species=sum(counts.values()),
        left_out=max(0, len(children) - MOST_CHILDREN),
    )


_LOWEST = (Taxon.Rank.SPECIES, Taxon.Rank.SUBSPECIES)


def _species_below(taxon: Taxon) -> Mapping[str, int]:
    """Count the species below each child, by the child's path.

    All animals are counted once until some taxon changes: that walks the whole tree.
    """
    if not taxon.path or taxon.rank in _LOWEST:
        return {}
    changed = Taxon.objects.aggregate(newest=Max("updated_at"))["newest"]
    key = f"species-below-{taxon.pk}-{changed.timestamp()}"
    counts: dict[str, int] | None = cache.get(key)
    if counts is None:
        rows = Taxon.objects.filter(
            starting_with("path", taxon.path), rank=Taxon.Rank.SPECIES, accepted=None
        )
        heads = rows.order_by().annotate(head=Substr("path", 1, len(taxon.path) + len(code(0))))
        counts = dict(heads.values_list("head").annotate(Count("pk")))
        cache.set(key, counts, _COUNTED_FOR)
    return counts
