"""Which country a point is in, and who is known from elsewhere only."""

import pytest

from wildlife.species.models import Range, Taxon
from wildlife.species.whereabouts import countries_at, ranges

BERLIN, YELLOWSTONE = (52.5, 13.4), (44.6, -110.5)


@pytest.mark.parametrize(
    ("point", "country"),
    [
        (BERLIN, "DEU"),
        (YELLOWSTONE, "USA"),
        ((-24.99, 31.59), "ZAF"),
        ((1.35, 103.8), "SGP"),
        ((-17.8, 178.0), "FJI"),
        ((66.0, -179.9), "RUS"),
        ((7.0, 30.0), "SSD"),
    ],
)
def test_a_point_is_in_its_country(point, country):
    assert country in countries_at(*point)


def test_near_a_border_both_countries_count_and_that_of_the_point_comes_first():
    basel, kruger = countries_at(47.55, 7.6), countries_at(-24.99, 31.59)
    assert {"CHE", "DEU", "FRA"} <= set(basel)
    assert set(kruger) == {"ZAF", "MOZ"}
    assert kruger[0] == "ZAF"


@pytest.mark.parametrize("point", [(0.0, -30.0), (-60.0, 180.0), (90.0, 0.0), (-55.0, -179.9)])
def test_far_out_at_sea_there_is_no_country(point):
    assert countries_at(*point) == ()


@pytest.fixture
def fox(db) -> Taxon:
    return Taxon.objects.create(
        slug="vulpes-vulpes", scientific_name="Vulpes vulpes", rank="species"
    )


def lives_in(taxon: Taxon, *countries: str, presence: str = "native") -> None:
    for country in countries:
        Range.objects.create(taxon=taxon, country=country, presence=presence)


def test_a_taxon_lives_elsewhere_if_all_its_countries_are_others(fox):
    lives_in(fox, "DEU", "POL")
    assert ranges().elsewhere(("AUS",))("vulpes-vulpes")
    assert not ranges().elsewhere(("AUS", "POL"))("vulpes-vulpes")


def test_of_what_nobody_knows_nothing_is_said(fox):
    assert not ranges().elsewhere(("AUS",))("vulpes-vulpes")
    assert not ranges().elsewhere(("AUS",))("no-such-taxon")


@pytest.mark.parametrize(
    ("presence", "stranger"),
    [("introduced", False), ("vagrant", False), ("extinct", True)],
)
def test_who_was_brought_is_at_home_and_who_died_out_is_not(fox, presence, stranger):
    lives_in(fox, "DEU")
    lives_in(fox, "AUS", presence=presence)
    assert ranges().elsewhere(("AUS",))("vulpes-vulpes") is stranger


def test_who_lives_with_people_is_at_home_everywhere(fox):
    lives_in(fox, "DEU")
    assert ranges().elsewhere(("AUS",))("vulpes-vulpes")
    fox.domesticated = True
    fox.save()
    assert not ranges().elsewhere(("AUS",))("vulpes-vulpes")


def test_a_change_of_a_range_is_seen_at_once(fox):
    lives_in(fox, "DEU", "POL")
    assert ranges().elsewhere(("AUS",))("vulpes-vulpes")
    lives_in(fox, "AUS")
    assert not ranges().elsewhere(("AUS",))("vulpes-vulpes")
    Range.objects.filter(country="AUS").delete()
    assert ranges().elsewhere(("AUS",))("vulpes-vulpes")


def test_ranges_are_read_once_however_often_they_are_asked_for(fox, django_assert_num_queries):
    lives_in(fox, "DEU")
    held = ranges()
    with django_assert_num_queries(3):
        assert ranges() is held
