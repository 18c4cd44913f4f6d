"""R8 of the fusion: what the place of a photo makes of the votes."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.fusion import fuse
from pipelines.places import NOWHERE, Place
from pipelines.rules import Rules
from pipelines.types import Identification
from tests.pipelines.build import LINEAGES, ballot, crop, key, small_tree

TREE = small_tree()
ALL = frozenset(key(name) for name in LINEAGES)
TORN = {"Loxodonta africana": 0.45, "Elephas maximus": 0.5}


def seen_at(place: Place, scores: dict[str, float], rules: Rules | None = None) -> Identification:
    [answer] = fuse(
        [crop()],
        [ballot("general", scores)],
        tree=TREE,
        rules=rules or Rules(),
        places={"photo": place},
    )
    return answer


def at(*countries: str, strangers: frozenset[str] = frozenset()) -> Place:
    return Place(countries, strangers.__contains__)


def test_of_two_that_look_alike_the_one_that_lives_there_is_named():
    nowhere = seen_at(NOWHERE, TORN)
    kenya = seen_at(at("KEN", strangers=frozenset({"elephas-maximus"})), TORN)
    india = seen_at(at("IND", strangers=frozenset({"loxodonta-africana"})), TORN)
    assert nowhere.taxon == "elephantidae"
    assert (kenya.taxon, india.taxon) == ("loxodonta-africana", "elephas-maximus")
    assert kenya.countries == ("KEN",)
    assert kenya.elsewhere == ("elephas-maximus",)


def test_where_all_that_may_be_meant_live_elsewhere_the_answer_stays_and_says_so():
    germany = seen_at(at("DEU", strangers=ALL), {"Loxodonta africana": 0.95})
    assert replace(germany, countries=(), elsewhere=()) == seen_at(
        NOWHERE, {"Loxodonta africana": 0.95}
    )
    assert germany.taxon in germany.elsewhere


def test_a_sure_vote_outweighs_the_place():
    sure = {"Elephas maximus": 0.98, "Loxodonta africana": 0.01}
    kenya = seen_at(at("KEN", strangers=frozenset({"elephas-maximus"})), sure)
    assert kenya.taxon == "elephas-maximus"
    assert kenya.confidence < seen_at(NOWHERE, sure).confidence


def test_what_is_below_a_species_lives_where_the_species_does():
    cats = at("ATA", strangers=frozenset({"felidae"}))
    assert seen_at(cats, {"Felis catus": 0.9}).elsewhere == ("felis-catus",)


def test_nobody_is_told_of_strangers_that_would_not_have_mattered():
    place = at("KEN", strangers=frozenset({"elephas-maximus"}))
    faint = {"Loxodonta africana": 0.98, "Elephas maximus": 0.0005}
    assert seen_at(place, faint).elsewhere == ()


def test_a_place_in_no_country_plays_no_part():
    sea = Place((), ALL.__contains__)
    assert seen_at(sea, TORN) == seen_at(NOWHERE, TORN)


SHARES = st.fixed_dictionaries({name: st.floats(0, 0.14) for name in LINEAGES})


@given(st.floats(0.01, 0.9), st.floats(0, 1), st.floats(0, 1))
def test_the_less_the_foreign_count_the_less_they_hold(share, one, two):
    place = at("KEN", strangers=frozenset({"elephas-maximus"}))
    scores = {"Elephas maximus": share, "Loxodonta africana": 0.95 - share}
    held = [
        dict(seen_at(place, scores, Rules(elsewhere=elsewhere, walk=1.1)).runners_up)
        for elsewhere in sorted((one, two))
    ]
    assert held[0].get("elephas-maximus", 0.0) <= held[1].get("elephas-maximus", 0.0)


@given(SHARES)
def test_a_place_where_everybody_lives_changes_nothing_but_that_it_is_known(scores):
    home = seen_at(at("KEN"), scores)
    assert replace(home, countries=()) == seen_at(NOWHERE, scores)


@pytest.mark.parametrize("method", ["majority", "weighted"])
def test_plain_votes_know_no_place(method):
    place = at("KEN", strangers=frozenset({"elephas-maximus"}))
    rules = Rules(method=method)
    assert seen_at(place, TORN, rules).taxon == "elephas-maximus"
