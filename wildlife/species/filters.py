"""What narrows a list of taxa down. The few facts lead, not the many taxa."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q

from wildlife.species.models import ConservationAssessment, Range, Taxon, TaxonHabitat
from wildlife.species.paths import starting_with


def below(taxa: Iterable[Taxon]) -> Q:
    """Keep these taxa and all below them."""
    condition = Q(pk__in=[])
    for taxon in taxa:
        if taxon.path:
            condition |= starting_with("path", taxon.path)
    return condition


def assessed_as(category: str) -> Q:
    """Keep taxa whose newest assessment for the whole world is of a category."""
    worldwide = ConservationAssessment.objects.filter(country="").order_by()
    newer = worldwide.filter(taxon=OuterRef("taxon")).filter(
        Q(year__gt=OuterRef("year")) | Q(year=OuterRef("year"), pk__gt=OuterRef("pk"))
    )
    return Q(pk__in=worldwide.filter(~Exists(newer), category=category).values("taxon"))


def living_in(habitat: str) -> Q:
    """Keep taxa of a habitat, or of one of those that it is divided into, by its code."""
    within = Q(habitat__code=habitat) | Q(habitat__code__startswith=f"{habitat}.")
    return Q(pk__in=TaxonHabitat.objects.filter(within).order_by().values("taxon"))


def found_in(country: str) -> Q:
    """Keep taxa that live in a country, by its ISO 3166-1 alpha-3 code, native or not."""
    living = Range.objects.filter(country=country).exclude(presence=Range.Presence.EXTINCT)
    return Q(pk__in=living.order_by().values("taxon"))


def newest_categories(taxon_ids: Iterable[int]) -> dict[int, str]:
    """Return the category of the newest assessment for the whole world by the taxon's id."""
    rows = ConservationAssessment.objects.filter(taxon_id__in=list(taxon_ids), country="")
    return dict(rows.order_by("year", "pk").values_list("taxon_id", "category"))
