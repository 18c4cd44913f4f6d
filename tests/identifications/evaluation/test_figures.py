"""Figures against values computed by hand, and what holds whatever the photos are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.identifications.evaluation.build import (
    NOTHING,
    WHOLE,
    answer,
    ballot,
    detection,
    judged,
)
from wildlife.identifications.evaluation.figures import (
    Contest,
    calibration_error,
    contest,
    figures,
    loss_of,
    losses,
    reliability,
)

whole_image = (detection(box=WHOLE, confidence=0.0),)
claims = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1)


def test_figures_by_hand():
    cat, raven = answer("Felis catus"), answer("Corvus corax")
    photos = [
        judged("Felis catus", cat, can_name=("first",)),
        judged("Felis catus", answer("Mammalia", "class", confidence=0.7), can_name=("first",)),
        judged("Elephas maximus", answer("Felis catus", runners=("Elephas maximus",))),
        judged("Felidae", cat),
        judged("Felis catus", NOTHING, detections=whole_image, can_name=("first",)),
        judged("", raven, group="none"),
        judged("", NOTHING, group="none", detections=whole_image),
        judged("", NOTHING, group="none", detections=whole_image),
        judged("", group="human", detections=(detection(category="person"),)),
        judged("", group="vehicle", detections=(detection(category="person"),)),
    ]
    found = figures(photos)
    assert (found.photos, found.animals, found.species, found.nameable) == (10, 5, 4, 3)
    assert found.animals_found == pytest.approx(4 / 5)
    assert found.false_animals == pytest.approx(1 / 3)
    assert (found.people_found, found.vehicles_found) == (1, 0)
    assert found.class_top1 == pytest.approx(4 / 5)
    assert found.species_top1 == pytest.approx(1 / 4)
    assert found.species_top5 == pytest.approx(2 / 4)
    assert found.nameable_top1 == pytest.approx(1 / 3)
    assert found.label_top1 == pytest.approx(2 / 5)
    assert found.right_at_claimed_rank == pytest.approx(3 / 4)
    assert found.answered_species_or_genus == pytest.approx(3 / 5)
    assert found.answered == pytest.approx(
        {"species": 0.6, "genus": 0, "family": 0, "order": 0, "class": 0.2, "nothing": 0.2}
    )
    # 0.9 three times, right twice; 0.7 once, right: (3 x |2/3 - 0.9| + 1 x |1 - 0.7|) / 4
    assert found.calibration_error == pytest.approx((0.7 + 0.3) / 4)
    assert found.photos_per_second == pytest.approx(2)


def test_a_share_of_nothing_is_none():
    nothing = figures([])
    assert (nothing.photos, nothing.animals_found, nothing.calibration_error) == (0, None, None)
    assert (nothing.false_animals, nothing.photos_per_second) == (None, None)


def test_reliability_by_hand():
    low, high = reliability([(0.0, False), (0.1, True), (0.95, True), (1.0, False)])
    assert (low.low, low.high, low.count, low.confidence, low.right) == (0, 0.1, 2, 0.05, 0.5)
    assert (high.low, high.high, high.count) == (0.9, 1, 2)
    assert calibration_error([low, high]) == pytest.approx((2 * 0.45 + 2 * 0.475) / 4)


@given(claims)
def test_every_claim_lies_in_the_bin_of_its_confidence(some):
    bins = reliability(some)
    assert sum(one.count for one in bins) == len(some)
    assert all(one.low - 1e-9 <= one.confidence <= one.high + 1e-9 for one in bins)


@given(claims)
def test_the_calibration_error_lies_between_nothing_and_one(some):
    assert 0 <= calibration_error(reliability(some)) <= 1


@given(st.integers(1, 9), st.integers(1, 20))
def test_who_is_as_sure_as_often_right_has_no_error(tenths, times):
    some = [(tenths / 10, number % 10 < tenths) for number in range(10 * times)]
    assert calibration_error(reliability(some)) == pytest.approx(0, abs=1e-9)


cat, raven = answer("Felis catus"), answer("Corvus corax")


@pytest.mark.parametrize(
    ("photo", "lost"),
    [
        (judged("Felis catus", cat, can_name=("a",)), "none"),
        (judged("Felis catus", can_name=("a",), detections=()), "detector"),
        (judged("Felis catus", raven, can_name=("a",), boxes=((0, 0, 0.1, 0.1),)), "detector"),
        (judged("Felis catus", raven, can_name=("a",), ballots=(ballot("b", "A b"),)), "sorting"),
        (
            judged("Felis catus", raven, can_name=("a",), ballots=(ballot("a", "Corvus corax"),)),
            "experts",
        ),
        (
            judged("Felis catus", raven, can_name=("a",), ballots=(ballot("a", "Felis catus"),)),
            "fusion",
        ),
    ],
)
def test_a_species_is_lost_by_the_first_step_that_had_it_wrong(photo, lost):
    assert loss_of(photo) == lost


def test_only_what_an_expert_knows_can_be_lost():
    photos = [judged("Felis catus", raven), judged("Felis catus", cat, can_name=("a",))]
    assert losses(photos) == {"none": 1, "detector": 0, "sorting": 0, "experts": 0, "fusion": 0}


def test_the_ensemble_against_its_best_member_by_hand():
    right, wrong = ballot("a", "Felis catus"), ballot("a", "Corvus corax")
    other = ballot("b", "Felis catus")
    photos = [
        judged("Felis catus", cat, ballots=(right, other), can_name=("a", "b")),
        judged("Felis catus", cat, ballots=(wrong, other), can_name=("a", "b")),
        judged("Felis catus", raven, ballots=(wrong, other), can_name=("a", "b")),
        judged("Felis catus", raven, ballots=(right,), can_name=("a", "b")),
        judged("Felis catus", raven, ballots=(wrong, other)),
    ]
    assert contest(photos) == Contest(3, "b", 1.0, pytest.approx(2 / 3))


def test_there_is_no_contest_where_no_two_experts_meet():
    assert contest([judged("Felis catus", cat, ballots=(ballot("a", "Felis catus"),))]) is None
