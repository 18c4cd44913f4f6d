"""What the selectors say of the project's own catalogue."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pipelines.types import GROUPS
from wildlife.species.countries import country_name
from wildlife.species.loader import LoadReport
from wildlife.species.models import ConservationAssessment, Taxon
from wildlife.species.selectors import (
    common_names_for,
    species_card,
    species_cards,
    tree,
)

pytestmark = pytest.mark.django_db


def taxon(slug: str) -> Taxon:
    return Taxon.objects.get(slug=slug)


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("Loxodonta africana", "mammal"),
        ("Cetacea", "mammal"),
        ("Gallus gallus domesticus", "bird"),
        ("Serpentes", "reptile"),
        ("Salamandra salamandra", "amphibian"),
        ("Salmo salar", "fish"),
        ("Carcharodon carcharias", "fish"),
        ("Latimeria chalumnae", "fish"),
        ("Petromyzon marinus", "fish"),
        ("Apis mellifera", "insect"),
        ("Theraphosidae", "arachnid"),
        ("Limulus polyphemus", "other"),
        ("Chordata", "other"),
        ("Animalia", "other"),
    ],
)
def test_coarse_groups_follow_from_the_lineage(loaded: LoadReport, name: str, group: str) -> None:
    assert tree().group(tree().find(name)) == group
    assert group in GROUPS


def test_what_is_no_taxon_belongs_to_no_named_group(loaded: LoadReport) -> None:
    assert tree().group("no-such-taxon") == "other"


def test_a_card_says_what_is_known(loaded: LoadReport) -> None:
    card = species_card(taxon("loxodonta-africana"))
    assert (card.scientific_name, card.common_name, card.rank) == (
        "Loxodonta africana", "African Savanna Elephant", "species",
    )  # fmt: skip
    assert [(name.rank, name.scientific_name) for name in card.lineage] == [
        ("class", "Mammalia"),
        ("order", "Proboscidea"),
        ("family", "Elephantidae"),
        ("genus", "Loxodonta"),
    ]
    assert card.lineage[0].common_name == "Mammals"
    assert card.status is not None
    assert (card.status.category, card.status.label, card.status.trend) == (
        "EN", "Endangered", "decreasing",
    )  # fmt: skip
    assert card.status.authority == "IUCN Red List"
    assert ("2.1", "Savanna – Dry") in {(home.code, home.name) for home in card.habitats}
    assert ("KEN", "Kenya", "native") in {(c.code, c.name, c.presence) for c in card.countries}
    assert [c.name for c in card.countries] == sorted(c.name for c in card.countries)
    assert not card.domesticated
    assert {card.status.source} <= {source.key for source in card.sources}
    assert all(source.citation for source in card.sources)


def test_a_card_speaks_the_language_asked_for_and_falls_back_to_english(
    loaded: LoadReport,
) -> None:
    card = species_card(taxon("loxodonta-africana"), "zh-hans")
    assert card.common_name == "非洲草原象"
    assert "肯尼亚" in {country.name for country in card.countries}
    assert species_card(taxon("loxodonta-africana"), "fr").common_name == (
        "African Savanna Elephant"
    )
    assert species_card(taxon("loxodonta-africana"), "fr").common_names == ()


def test_the_newest_assessment_counts(loaded: LoadReport) -> None:
    ConservationAssessment.objects.create(
        taxon=taxon("loxodonta-africana"), category="CR", year=2025
    )
    status = species_card(taxon("loxodonta-africana")).status
    assert status is not None
    assert (status.category, status.year, status.source) == ("CR", 2025, "")


def test_a_card_takes_few_queries_and_a_hundred_take_no_more(
    loaded: LoadReport, django_assert_max_num_queries: Any
) -> None:
    tree()
    one = taxon("canis-lupus-arctos")
    with django_assert_max_num_queries(6):
        species_card(one)
    many = list(Taxon.objects.filter(accepted__isnull=False)[:50]) + list(
        Taxon.objects.filter(rank="subspecies", accepted=None)[:50]
    )
    with CaptureQueriesContext(connection) as queries:
        cards = species_cards(many)
    assert len(queries) <= 6
    assert cards.keys() == {one.slug for one in many}


def test_a_subspecies_borrows_the_facts_of_its_species(loaded: LoadReport) -> None:
    card = species_card(taxon("canis-lupus-arctos"))
    wolf = species_card(taxon("canis-lupus"))
    assert card.facts_of == "canis-lupus"
    assert (card.status, card.habitats, card.countries) == (
        wolf.status, wolf.habitats, wolf.countries,
    )  # fmt: skip
    assert wolf.facts_of == ""


def test_a_domestic_form_borrows_nothing(loaded: LoadReport) -> None:
    for slug in ("gallus-gallus-domesticus", "canis-familiaris", "felis-catus", "bos-taurus"):
        card = species_card(taxon(slug))
        assert card.domesticated
        assert (card.status, card.countries, card.facts_of) == (None, (), "")


def test_genera_and_families_have_no_facts_but_their_own(loaded: LoadReport) -> None:
    for slug in ("panthera", "felidae"):
        card = species_card(taxon(slug))
        assert (card.status, card.habitats, card.countries, card.sources) == (None, (), (), ())
        assert card.common_name


def test_a_synonym_shows_the_accepted_taxon(loaded: LoadReport) -> None:
    assert species_card(taxon("accipiter-gentilis")).slug == "astur-gentilis"


def test_common_names_come_for_many_at_once(
    loaded: LoadReport, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        names = common_names_for(["panthera-leo", "glaciarcula", "strix-varia"], "zh-hans")
    assert names == {"panthera-leo": "狮", "strix-varia": "横斑林鸮"}


@pytest.mark.parametrize(
    ("code", "language", "name"),
    [
        ("TZA", "en", "Tanzania"),
        ("COD", "en", "DR Congo"),
        ("XKX", "en", "Kosovo"),
        ("XKX", "zh-hans", "科索沃"),
        ("KEN", "zh-hans", "肯尼亚"),
        ("TZA", "de", "Tansania"),
        ("???", "en", "???"),
    ],
)
def test_countries_are_called_what_people_call_them(code: str, language: str, name: str) -> None:
    assert country_name(code, language) == name
