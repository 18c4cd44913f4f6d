"""A small tree with everything that is known of one elephant, and its paths and search keys."""

import pytest

from wildlife.species import index
from wildlife.species.models import (
    CommonName,
    ConservationAssessment,
    Habitat,
    LookAlike,
    Range,
    Source,
    Taxon,
    TaxonHabitat,
    TaxonIdentifier,
    Trait,
)


@pytest.fixture
def known(taxa: dict[str, Taxon]) -> dict[str, Taxon]:
    """The tree of the builders, the savanna elephant with facts of every kind."""
    elephant = taxa["loxodonta-africana"]
    book = Source.objects.create(key="book", citation="The Book of Elephants", licence="CC0")
    Taxon.objects.create(
        slug="elephas-africanus",
        scientific_name="Elephas africanus",
        rank="species",
        accepted=elephant,
    )
    elephant.description = "The largest animal on land."
    elephant.description_source = book
    elephant.sensitive = True
    elephant.save()
    CommonName.objects.create(
        taxon=elephant, language="zh-hans", name="非洲草原象", preferred=True, source=book
    )
    assess(elephant, "VU", 2008, trend="increasing")
    assess(elephant, "LC", 2016, country="ZAF", authority="Red List of South Africa")
    assess(elephant, "NT", 2004, country="ZAF", authority="Red List of South Africa")
    home = TaxonHabitat.objects.get(taxon=elephant, habitat__code="2")
    home.major = True
    home.save()
    dry = Habitat.objects.create(code="1.5", name="Forest – Subtropical/Tropical Dry")
    TaxonHabitat.objects.create(taxon=elephant, habitat=dry, suitability="marginal", source=book)
    Range.objects.create(taxon=elephant, country="SWZ", presence="introduced", source=book)
    Range.objects.create(taxon=elephant, country="MRT", presence="extinct", source=book)
    Range.objects.create(taxon=elephant, country="ETH", region="ET-TI", source=book)
    Trait.objects.create(taxon=elephant, kind="body_mass_g", value="4540000", source=book)
    Trait.objects.create(taxon=elephant, kind="diet", value="herbivore", source=book)
    TaxonIdentifier.objects.create(taxon=elephant, authority="gbif", value="2435350")
    LookAlike.objects.create(
        taxon=elephant,
        other=taxa["loxodonta-cyclotis"],
        difference="Round ears, thin tusks that point down.",
        source=book,
    )
    index.refresh()
    return taxa


def assess(taxon: Taxon, category: str, year: int, **more) -> ConservationAssessment:
    return ConservationAssessment.objects.create(taxon=taxon, category=category, year=year, **more)
