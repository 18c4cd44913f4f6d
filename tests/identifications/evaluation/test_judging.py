"""One photo: was the animal found, and is what was said of it right?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.identifications.evaluation.build import (
    MIDDLE,
    NOTHING,
    TREE,
    WHOLE,
    answer,
    ballot,
    detection,
    judged,
)
from wildlife.identifications.evaluation.judging import depth_of, in_line, overlap

CAT = answer("Felis catus")
whole_image = (detection(box=WHOLE, confidence=0.0),)

part = st.floats(0, 1, allow_nan=False)
boxes = st.tuples(part, part, st.floats(0.01, 1), st.floats(0.01, 1))


def test_overlap_by_hand():
    assert overlap((0, 0, 2, 2), (1, 0, 2, 2)) == pytest.approx(2 / 6)
    assert overlap((0, 0, 1, 1), (1, 0, 1, 1)) == 0
    assert overlap((0, 0, 4, 4), (1, 1, 2, 2)) == pytest.approx(4 / 16)


@given(boxes, boxes)
def test_overlap_is_the_same_both_ways_and_whole_with_itself(one, other):
    assert overlap(one, other) == pytest.approx(overlap(other, one))
    assert 0 <= overlap(one, other) <= 1 + 1e-9
    assert overlap(one, one) == pytest.approx(1)


def test_any_box_finds_an_animal_whose_place_nobody_marked():
    assert judged("Felis catus", CAT).found


@pytest.mark.parametrize(("true_box", "found"), [(MIDDLE, True), ((0.7, 0.7, 0.3, 0.3), False)])
def test_a_box_has_to_overlap_with_a_true_one(true_box, found):
    judgement = judged("Felis catus", CAT, boxes=((0, 0, 0.1, 0.1), true_box))
    assert judgement.found is found
    assert judgement.reported


def test_a_whole_image_answered_as_an_animal_is_counted_apart():
    judgement = judged("Felis catus", CAT, detections=whole_image)
    assert (judgement.found, judgement.found_whole, judgement.top1) == (False, True, True)


def test_a_whole_image_answered_as_none_is_no_animal():
    judgement = judged("Felis catus", NOTHING, detections=whole_image)
    assert (judgement.reported, judgement.found_whole, judgement.depth) == (False, False, "nothing")


def test_a_box_that_the_answer_takes_back_is_not_found():
    assert not judged("Felis catus", NOTHING).found


def test_a_person_is_no_animal():
    person = judged("", group="human", detections=(detection(category="person"),))
    assert (person.reported, person.categories) == (False, frozenset({"person"}))


def test_the_most_prominent_animal_answers_for_the_photo():
    small = detection(0, (0, 0, 0.1, 0.1), 0.95)
    large = detection(1, (0.2, 0.2, 0.8, 0.8), 0.6)
    raven = answer("Corvus corax", index=1)
    assert judged("Felis catus", CAT, raven, detections=(small, large)).answer == raven
    unsure = detection(1, (0.2, 0.2, 0.8, 0.8), 0.1)
    assert judged("Felis catus", CAT, raven, detections=(small, unsure)).answer == CAT


def test_an_animal_that_was_taken_back_does_not_answer_for_the_photo():
    large = detection(1, WHOLE, 0.9)
    taken_back = answer(index=1, reason="no_animal")
    assert judged("Felis catus", CAT, taken_back, detections=(detection(), large)).answer == CAT


@pytest.mark.parametrize(
    ("claimed", "true", "right"),
    [
        ("felis-catus", "felis-catus", True),
        ("felidae", "felis-catus", True),
        ("mammalia", "felis-catus", True),
        ("aves", "felis-catus", False),
        ("loxodonta-cyclotis", "loxodonta-africana", False),
        ("felis-catus", "felidae", True),
        ("elephas-maximus", "felidae", False),
    ],
)
def test_a_claim_is_right_in_line_with_the_truth(claimed, true, right):
    assert in_line(claimed, true, TREE) is right


def test_a_claim_of_nothing_is_neither_right_nor_wrong():
    unknown = answer(reason="unknown_animal")
    assert judged("Felis catus", unknown).claimed_right is None
    assert judged("", CAT).claimed_right is None


def test_the_species_are_ranked_even_where_only_a_genus_is_claimed():
    genus = answer("Loxodonta", "genus", runners=("Loxodonta cyclotis", "Mammalia", "Felis catus"))
    judgement = judged("Felis catus", genus)
    assert judgement.ranked == ("loxodonta-cyclotis", "felis-catus")
    assert (judgement.top1, judgement.top5, judgement.depth) == (False, True, "genus")


def test_a_label_above_species_has_no_species_but_can_be_met():
    judgement = judged("Felidae", CAT)
    assert (judgement.species, judgement.top1, judgement.label_right) == ("", False, True)
    assert judged("Elephantidae", CAT).label_right is False


def test_class_right_is_a_matter_of_the_claim():
    assert judged("Felis catus", answer("Mammalia", "class")).class_right
    assert not judged("Felis catus", answer("Corvus corax")).class_right
    assert not judged("Felis catus", answer(reason="unknown_animal")).class_right


def test_who_voted_and_who_was_right_alone():
    ballots = (
        ballot("first", "Corvus corax", "Felis catus"),
        ballot("second", "Felidae", "Felis catus"),
        ballot("elsewhere", "Felis catus", index=3),
    )
    judgement = judged("Felis catus", CAT, ballots=ballots)
    assert judgement.voted == ("first", "second")
    assert judgement.right_alone == ("second",)


@pytest.mark.parametrize(
    ("rank", "depth"),
    [
        ("subspecies", "species"),
        ("species", "species"),
        ("genus", "genus"),
        ("tribe", "family"),
        ("family", "family"),
        ("superfamily", "order"),
        ("class", "class"),
    ],
)
def test_a_rank_counts_as_the_depth_that_it_reaches(rank, depth):
    assert depth_of(rank) == depth
