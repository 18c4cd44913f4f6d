"""The numbered rules of the fusion, one by one, and properties that hold for any votes."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.fusion import fuse
from pipelines.rules import Rules
from pipelines.types import Ballot, Identification
from tests.pipelines.build import LINEAGES, ballot, crop, key, small_tree

TREE = small_tree()


def answer(*ballots: Ballot, of=None, rules: Rules | None = None) -> Identification:
    [identification] = fuse([of or crop()], ballots, tree=TREE, rules=rules or Rules())
    return identification


def test_r1_a_whole_image_without_an_animal_is_answered_no_animal():
    seen = answer(
        ballot("general", {"Felis catus": 0.9}), of=crop(whole_image=True, none=0.8, mammal=0.2)
    )
    assert (seen.reason, seen.taxon) == ("no_animal", "")
    assert seen.confidence > 0.8


@pytest.mark.parametrize(
    ("confidence", "none", "taxon"),
    [
        (0.15, 0.1, ""),
        (0.15, 0.02, "felis-catus"),
        (0.5, 0.1, "felis-catus"),
        (0.5, 0.8, ""),
        (0.99, 0.8, "felis-catus"),
    ],
)
def test_r1_the_surer_the_detector_the_more_it_takes_to_take_it_back(confidence, none, taxon):
    found = replace(crop(none=none, mammal=1 - none), confidence=confidence)
    assert answer(ballot("general", {"Felis catus": 0.9}), of=found).taxon == taxon


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_r1_more_evidence_of_an_animal_never_makes_it_less_likely(confidence, one, two):
    cat, rules = ballot("general", {"Felis catus": 0.9}), Rules(no_animal=0.0)
    low, high = (
        answer(
            cat, of=replace(crop(none=none, mammal=1 - none), confidence=confidence), rules=rules
        )
        for none in sorted((one, two))
    )
    assert low.confidence <= high.confidence


def test_r2_the_sorting_decides_between_experts_of_different_grounds():
    birds = ballot("birds", {"Corvus corax": 0.9}, groups=("bird",))
    mammals = ballot("mammals", {"Felis catus": 0.9}, groups=("mammal",))
    assert answer(birds, mammals, of=crop(mammal=0.9, bird=0.1)).taxon == "felis-catus"
    assert answer(birds, mammals, of=crop(mammal=0.1, bird=0.9)).taxon == "corvus-corax"


def test_r2_an_expert_that_knows_none_of_it_speaks_against_its_ground():
    birds = ballot("birds", {"Corvus corax": 0.02}, groups=("bird",))
    mammals = ballot("mammals", {"Felis catus": 0.9}, groups=("mammal",))
    unsure = crop(bird=0.8, mammal=0.2)
    assert answer(birds, mammals, of=unsure).taxon == "felis-catus"
    assert answer(birds, mammals, of=unsure, rules=Rules(ground=0.0)).taxon == "aves"


def test_r3_who_can_name_few_of_a_group_does_not_outvote_who_can_name_many():
    many = ballot("birds", {"Corvus corax": 0.8, "Struthio camelus": 0.01}, breadth=900)
    few = ballot("general", {"Struthio camelus": 0.8, "Corvus corax": 0.01}, breadth=50)
    assert answer(many, few, of=crop(bird=1.0)).runners_up[0][0] == "struthio-camelus"
    assert answer(many, few, of=crop(bird=1.0)).taxon == "corvus-corax"
    assert answer(many, few, of=crop(bird=1.0), rules=Rules(breadth=0.0)).taxon == "aves"


def test_r3_a_second_choice_of_all_beats_what_one_of_them_rules_out():
    one = ballot("one", {"Loxodonta africana": 0.55, "Elephas maximus": 0.45})
    two = ballot("two", {"Felis catus": 0.55, "Elephas maximus": 0.45})
    assert answer(one, two).taxon == "elephas-maximus"


def test_r3_experts_can_be_believed_less_than_they_believe_themselves():
    cats = ballot("general", {"Felis catus": 0.8, "Elephas maximus": 0.2})
    plain, less = (answer(cats, rules=Rules(sharpen=sharpen, walk=0.6)) for sharpen in (1.0, 0.5))
    assert plain.taxon == less.taxon == "felis-catus"
    assert plain.confidence == pytest.approx(0.8, abs=0.01)
    assert less.confidence == pytest.approx(0.5 / (0.5 + 0.25), abs=0.01)


def test_r3_a_label_above_counts_for_what_lies_below():
    family = ballot("family", {"Elephantidae": 0.9, "Felis catus": 0.1})
    torn = ballot("torn", {"Loxodonta africana": 0.45, "Felis catus": 0.55})
    assert answer(family, torn).taxon == "loxodonta-africana"


def test_r3_a_weight_of_nothing_silences():
    muted = ballot("general", {"Felis catus": 1.0}, weight=0.0)
    heard = ballot("other", {"Loxodonta africana": 0.9})
    assert answer(muted, heard) == answer(heard)


def test_r4_experts_agree_where_their_lists_meet():
    seen = answer(
        ballot("one", {"Loxodonta africana": 0.9}), ballot("two", {"Loxodonta cyclotis": 0.9})
    )
    assert (seen.taxon, seen.rank, seen.reason) == ("loxodonta", "genus", "higher_rank")
    assert seen.confidence == pytest.approx(0.9, abs=1e-3)
    assert seen.agreement == pytest.approx(1.0)


def test_r4_what_is_none_of_the_labels_is_no_species():
    seen = answer(ballot("general", {"Felis catus": 0.3}))
    assert (seen.taxon, seen.rank) == ("mammalia", "class")
    assert answer(ballot("general", {"Felis catus": 0.8})).confidence == pytest.approx(
        0.8, abs=0.01
    )


def test_r5_the_walk_shows_each_step_and_the_first_one_not_taken():
    seen = answer(
        ballot("one", {"Loxodonta africana": 0.9}), ballot("two", {"Elephas maximus": 0.9})
    )
    assert [step.rank for step in seen.walk if step.taken][-1] == "family"
    assert [step.taken for step in seen.walk] == [True] * 5 + [False]


def test_r5_a_label_of_a_family_speaks_for_no_species_and_against_none():
    seen = answer(ballot("one", {"Elephantidae": 0.5, "Loxodonta africana": 0.45}))
    assert seen.taxon == "loxodonta-africana"
    thin = answer(ballot("one", {"Elephantidae": 0.8, "Felis catus": 0.1}))
    assert thin.taxon == "elephantidae"


def test_agreement_counts_by_weight_who_is_in_line_with_the_answer():
    seen = answer(
        ballot("below", {"Loxodonta africana": 1.0}, weight=4.0),
        ballot("above", {"Elephantidae": 1.0}, weight=2.0),
        ballot("beside", {"Felis catus": 1.0}, weight=2.0),
    )
    assert seen.taxon == "loxodonta-africana"
    assert seen.agreement == pytest.approx(0.75)


def test_r6_mass_that_meets_only_above_the_class_is_an_unknown_animal():
    seen = answer(
        ballot("one", {"Felis catus": 0.45, "Corvus corax": 0.45}), of=crop(mammal=0.5, bird=0.5)
    )
    assert (seen.reason, seen.taxon) == ("unknown_animal", "")
    assert {runner for runner, _ in seen.runners_up} == {"felis-catus", "corvus-corax"}


def test_r7_no_votes_is_said_and_not_guessed():
    silent = Ballot("general", "general@1", 1.0, abstention="the network would not load")
    assert answer(silent).reason == "no_votes"
    assert answer().reason == "no_votes"


def test_r7_experts_that_know_nothing_of_it_claim_nothing():
    assert answer(ballot("general", {})).reason == "unknown_animal"


@pytest.mark.parametrize(
    ("method", "winner"), [("majority", "corvus-corax"), ("weighted", "felis-catus")]
)
def test_plain_votes_may_be_chosen(method, winner):
    cast = (
        ballot("a", {"Felis catus": 0.9, "Corvus corax": 0.1}, weight=3.0),
        ballot("b", {"Corvus corax": 0.6, "Felis catus": 0.4}),
        ballot("c", {"Corvus corax": 0.6, "Struthio camelus": 0.4}),
    )
    seen = answer(*cast, rules=Rules(method=method))
    assert (seen.taxon, seen.reason) == (winner, "species")
    assert seen.agreement == pytest.approx(2 / 3 if method == "majority" else 1 / 3, abs=1e-4)
    assert sum(share for _, share in seen.runners_up) == pytest.approx(
        1 - seen.confidence, abs=1e-3
    )
    assert answer(rules=Rules(method=method)).reason == "no_votes"


def test_taxa_that_the_tree_does_not_know_are_passed_over():
    seen = answer(ballot("one", {"Felis catus": 0.9, "Not in the tree": 0.05}))
    assert seen.taxon == "felis-catus"


def test_a_share_that_is_next_to_nothing_harms_no_answer():
    seen = answer(ballot("one", {"Corvus corax": 1.0, "Danaus plexippus": 5e-324}, weight=0.5))
    assert seen.taxon == "corvus-corax"


def test_each_crop_gets_its_own_answer_in_the_order_of_the_crops():
    first, second = crop(), replace(crop(), index=1)
    cat, raven = ballot("a", {"Felis catus": 1.0}), ballot("a", {"Corvus corax": 1.0})
    both = replace(cat, votes=(replace(raven.votes[0], index=1), cat.votes[0]))
    seen = fuse([first, second], [both], tree=TREE, rules=Rules())
    assert [(one.index, one.taxon) for one in seen] == [(0, "felis-catus"), (1, "corvus-corax")]


SPECIES = list(LINEAGES)
shares = st.lists(st.floats(0.0, 1.0), min_size=len(SPECIES), max_size=len(SPECIES)).filter(
    lambda values: sum(values) > 0.01
)


@st.composite
def ballots(draw: st.DrawFn) -> Ballot:
    values = draw(shares)
    listed = draw(st.floats(0.2, 1.0))
    scores = {
        name: value / sum(values) * listed for name, value in zip(SPECIES, values, strict=True)
    }
    name = draw(st.text("abcdef", min_size=6, max_size=6))
    return ballot(name, {k: v for k, v in scores.items() if v > 0}, weight=draw(st.floats(0.1, 5)))


many = st.lists(ballots(), min_size=1, max_size=5, unique_by=lambda one: one.expert)


@given(many, st.randoms())
def test_the_order_of_experts_changes_nothing(cast, random):
    shuffled = random.sample(cast, len(cast))
    assert answer(*cast) == answer(*shuffled)


@given(many)
def test_no_child_holds_more_than_its_parent_and_no_mass_is_made(cast):
    masses = [step.mass for step in answer(*cast).walk]
    assert masses == sorted(masses, reverse=True)
    assert masses[0] == pytest.approx(1.0, abs=1e-4)


@given(many)
def test_all_of_the_mass_is_laid_somewhere(cast):
    seen = answer(*cast, rules=Rules(walk=0.0))
    leaf = (seen.taxon, seen.confidence)
    assert leaf[1] + sum(share for _, share in seen.runners_up) <= 1.0 + 1e-3


@given(many, st.sampled_from(SPECIES))
def test_numbers_that_are_none_and_strange_names_change_nothing(cast, species):
    broken = ballot("zz", {species: 0.5})
    vote = replace(broken.votes[0], scores=((key(species), math.nan), ("no-such-taxon", 0.5)))
    assert answer(*cast, replace(broken, votes=(vote,))) == answer(*cast)


@given(many, st.floats(0.5, 0.95), st.floats(0.5, 0.95))
def test_a_higher_threshold_never_gives_a_deeper_answer(cast, one, two):
    low, high = sorted((one, two))
    deep = answer(*cast, rules=Rules(walk=low))
    shallow = answer(*cast, rules=Rules(walk=high))
    assert sum(s.taken for s in shallow.walk) <= sum(s.taken for s in deep.walk)


@given(many, st.sampled_from(SPECIES))
def test_a_unanimous_vote_wins(cast, species):
    agreed = [ballot(one.expert, {species: 0.9}, weight=one.weight) for one in cast]
    seen = answer(*agreed)
    assert (seen.taxon, seen.agreement) == (key(species), pytest.approx(1.0))


@given(many)
def test_an_abstention_changes_nothing(cast):
    silent = Ballot("zz", "zz@1", 9.0, abstention="asleep")
    assert answer(*cast, silent) == answer(*cast)
