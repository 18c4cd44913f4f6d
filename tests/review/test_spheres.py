"""Groups of vectors: all of a group is near its centre, whatever there is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from wildlife.review.spheres import ALIKE, BURST, TWINS, spheres

Numbers = NDArray[np.int64]
Vectors = NDArray[np.float32]


def at(*degrees: float) -> Vectors:
    """Unit vectors in a plane, by their angles."""
    angles = np.radians(np.array(degrees))
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def numbers(*values: int) -> Numbers:
    return np.array(values, np.int64)


def angle(cosine: float) -> float:
    return float(np.degrees(np.arccos(cosine)))


@st.composite
def animals(draw: st.DrawFn) -> tuple[Vectors, Numbers, Numbers]:
    count = draw(st.integers(0, 40))
    degrees = draw(st.lists(st.integers(0, 359), min_size=count, max_size=count))
    kinds = st.lists(st.integers(0, 2), min_size=count, max_size=count)
    vectors = at(*degrees) if count else np.empty((0, 2), np.float32)
    return vectors, numbers(*draw(kinds)), numbers(*draw(kinds))


def reach(one: int, other: int, answers: Numbers, events: Numbers) -> float:
    least = ALIKE if answers[one] == answers[other] else TWINS
    return least - BURST * (events[one] == events[other])


@settings(deadline=None)
@given(animals(), st.integers(2, 6))
def test_each_is_in_one_group_at_most_and_near_its_centre(
    these: tuple[Vectors, Numbers, Numbers], most: int
) -> None:
    vectors, answers, events = these
    groups = spheres(vectors, answers, events, most)
    placed = [place for group in groups for place in group]
    assert len(placed) == len(set(placed))
    assert all(2 <= len(group) <= most for group in groups)
    for centre, *others in groups:
        cosines = [float(vectors[centre] @ vectors[other]) for other in others]
        assert cosines == sorted(cosines, reverse=True)
        for other, cosine in zip(others, cosines, strict=True):
            assert cosine >= reach(centre, other, answers, events) - 1e-6
    alone = sorted(set(range(len(vectors))) - set(placed))
    for index, one in enumerate(alone):
        for other in alone[index + 1 :]:
            cosine = float(vectors[one] @ vectors[other])
            assert cosine < reach(one, other, answers, events) + 1e-6
    assert groups == spheres(vectors, answers, events, most)


@settings(deadline=None, max_examples=30)
@given(animals())
def test_answering_a_group_leaves_the_others_as_they_were(
    these: tuple[Vectors, Numbers, Numbers],
) -> None:
    vectors, answers, events = these
    groups = spheres(vectors, answers, events)
    if not groups:
        return
    left = np.setdiff1d(np.arange(len(vectors)), groups[0])
    again = spheres(vectors[left], answers[left], events[left])
    assert [[int(left[place]) for place in group] for group in again] == groups[1:]


def test_a_chain_of_neighbours_is_not_one_group() -> None:
    step = angle(ALIKE) - 1
    chain = at(*(step * number for number in range(5)))
    groups = spheres(chain, numbers(*[0] * 5), numbers(*range(5)))
    assert groups == [[1, 0, 2], [3, 4]]


@pytest.mark.parametrize(
    ("cosine", "answers", "events", "together"),
    [
        (ALIKE, (0, 0), (0, 1), True),
        (ALIKE, (0, 1), (0, 1), False),
        (TWINS, (0, 1), (0, 1), True),
        (ALIKE - BURST, (0, 0), (0, 0), True),
        (ALIKE - BURST, (0, 0), (0, 1), False),
        (TWINS - BURST, (0, 1), (0, 0), True),
    ],
)
def test_the_limit_depends_on_the_answers_and_on_the_event(
    cosine: float, answers: tuple[int, int], events: tuple[int, int], together: bool
) -> None:
    inside, outside = at(0, angle(cosine) - 0.1), at(0, angle(cosine) + 0.1)
    told = numbers(*answers), numbers(*events)
    assert bool(spheres(inside, *told)) is together
    assert not spheres(outside, *told)


def test_thousands_of_the_same_come_in_sheets_of_a_size() -> None:
    vectors = np.repeat(at(10), 1000, axis=0)
    groups = spheres(vectors, numbers(*[0] * 1000), numbers(*range(1000)), 48)
    assert [len(group) for group in groups] == [48] * 20 + [40]
