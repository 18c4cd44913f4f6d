"""All that is known of one taxon, in a number of queries that no number of facts changes."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import Http404
from rest_framework.request import Request

from wildlife.api.taxon_serializers import TaxonDetailSerializer
from wildlife.species.editing import FACTS
from wildlife.species.models import LookAlike, Source, Taxon
from wildlife.species.paths import lineages
from wildlife.species.selectors import common_names_for

CHILDREN_SHOWN = 100
_OWN: dict[str, tuple[str, ...]] = {
    "common_names": (),
    "assessments": (),
    "habitats": ("habitat",),
    "ranges": (),
    "traits": (),
    "identifiers": (),
}
"""What is said of a taxon itself, and what must be read along with it."""


def detail_of(slug: str, request: Request, language: str) -> Any:
    """Return what the API says of a taxon; of a synonym, what it says of the accepted one.

    Raises Http404.
    """
    taxon = _read(slug)
    lineage = lineages([taxon])[taxon.pk][:-1]
    children = list(taxon.children.order_by("scientific_name")[:CHILDREN_SHOWN])
    look_alikes = _look_alikes(taxon)
    slugs = [one.slug for one in (taxon, *children, *(row.other for row in look_alikes))]
    slugs += [place.slug for place in lineage]
    context = {
        "request": request,
        "language": language,
        "lineage": lineage,
        "children": children,
        "look_alikes": look_alikes,
        "sources": _sources(taxon, look_alikes),
        "common": common_names_for(slugs, language),
    }
    return TaxonDetailSerializer(taxon, context=context).data


def _read(slug: str) -> Taxon:
    """Return the accepted taxon with its facts. Raises Http404."""
    pk = Taxon.objects.filter(slug=slug).values_list("accepted_id", "pk").first()
    if pk is None:
        raise Http404
    facts = [
        Prefetch(name, FACTS[name].model.objects.select_related("source", *more))
        for name, more in _OWN.items()
    ]
    taxa: QuerySet[Taxon] = Taxon.objects.select_related("parent", "description_source")
    taxa = taxa.prefetch_related("synonyms", *facts)
    return taxa.get(pk=pk[0] or pk[1])


def _look_alikes(taxon: Taxon) -> list[LookAlike]:
    """Return what a taxon is taken for, whichever of the two it was said of."""
    rows = LookAlike.objects.filter(taxon=taxon) | LookAlike.objects.filter(other=taxon)
    found: dict[int, LookAlike] = {}
    for row in rows.select_related("taxon", "other", "source").order_by("pk"):
        if row.other_id == taxon.pk:
            row.taxon, row.other = row.other, row.taxon
        found.setdefault(row.other_id, row)
    return sorted(found.values(), key=lambda row: row.other.scientific_name)


def _sources(taxon: Taxon, look_alikes: list[LookAlike]) -> list[Source]:
    """Return the sources of all facts, each once, by key."""
    rows = [row for name in _OWN for row in getattr(taxon, name).all()]
    named = [taxon.description_source, *(row.source for row in [*rows, *look_alikes])]
    found = {source.key: source for source in named if source is not None}
    return [found[key] for key in sorted(found)]
