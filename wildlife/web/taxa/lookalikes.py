"""What a taxon is easily taken for, and how to tell the two apart."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q

from wildlife.species.catalogue_words import catalogue_words
from wildlife.species.models import LookAlike, Source
from wildlife.web.taxa.naming import TaxonName, common_names, name_of


@dataclass(frozen=True, slots=True)
class Double:
    """A taxon that looks like another one. `difference` is "" where nobody wrote it down."""

    name: TaxonName
    difference: str
    source: Source | None


def doubles_of(slugs: Collection[str], language: str) -> dict[str, tuple[Double, ...]]:
    """Return the look-alikes of taxa by their slugs, in two queries.

    A pair is kept once and holds both ways. Taxa without any are left out.
    """
    rows = list(
        LookAlike.objects.filter(Q(taxon__slug__in=slugs) | Q(other__slug__in=slugs))
        .select_related("taxon", "other", "source")
        .order_by("other__scientific_name", "taxon__scientific_name")
    )
    if not rows:
        return {}
    names = common_names({pk for row in rows for pk in (row.taxon_id, row.other_id)}, language)
    found: dict[str, list[Double]] = {}
    for row in rows:
        words = catalogue_words(row.difference)
        for here, there in ((row.taxon, row.other), (row.other, row.taxon)):
            if here.slug in slugs:
                name = name_of(there.pk, there.slug, there.scientific_name, there.rank, names)
                found.setdefault(here.slug, []).append(Double(name, words, row.source))
    return {slug: tuple(doubles) for slug, doubles in found.items()}
