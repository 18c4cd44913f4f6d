"""The numbered rules of events, and properties that hold for any photos."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.events import EventAnswer, Sighting, answer_of, visits
from pipelines.rules import Rules
from tests.pipelines.build import small_tree

TREE, RULES = small_tree(), Rules()
NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)
GAP = timedelta(seconds=120)
times = st.lists(st.integers(0, 3000), max_size=40)
sightings = st.lists(
    st.builds(
        Sighting,
        photo_id=st.sampled_from("abc"),
        taxon=st.sampled_from(["", "felis-catus", "felidae", "loxodonta-africana", "unknown"]),
        confidence=st.floats(0, 1),
        runners_up=st.lists(
            st.tuples(st.sampled_from(["felis-catus", "corvus-corax"]), st.floats(0, 1)), max_size=2
        ).map(tuple),
        by_person=st.booleans(),
    ),
    max_size=8,
)


def seconds(*offsets: int) -> list[tuple[datetime, int]]:
    return [(NOON + timedelta(seconds=second), key) for key, second in enumerate(offsets)]


def answer(*seen: Sighting) -> EventAnswer:
    return answer_of(seen, tree=TREE, rules=RULES)


def saw(taxon: str, confidence: float = 0.9, photo: str = "a", **more) -> Sighting:
    return Sighting(photo, taxon, confidence, **more)


def test_e1_a_gap_of_just_that_long_still_belongs_together():
    assert visits(seconds(0, 120, 241), GAP) == [[0, 1], [2]]


def test_e1_an_event_lasts_as_long_as_photos_follow():
    assert visits(seconds(*range(0, 1200, 100)), GAP) == [list(range(12))]


def test_e1_without_a_gap_only_photos_of_one_moment_belong_together():
    assert visits(seconds(0, 0, 1), timedelta()) == [[0, 1], [2]]


@given(times, st.randoms())
def test_e1_the_order_of_arrival_plays_no_part(offsets, random):
    photos = seconds(*offsets)
    mixed = photos.copy()
    random.shuffle(mixed)
    assert visits(mixed, GAP) == visits(photos, GAP)


@given(times)
def test_e1_each_photo_is_in_one_event_and_events_are_apart(offsets):
    photos = {key: moment for moment, key in seconds(*offsets)}
    events = visits(seconds(*offsets), GAP)
    assert sorted(key for event in events for key in event) == sorted(photos)
    for event in events:
        assert all(photos[b] - photos[a] <= GAP for a, b in itertools.pairwise(event))
    for one, next_one in itertools.pairwise(events):
        assert photos[next_one[0]] - photos[one[-1]] > GAP


@given(times, st.integers(0, 3000))
def test_e1_one_more_photo_only_ever_joins_events(offsets, late):
    before = visits(seconds(*offsets), GAP)
    after = visits(seconds(*offsets, late), GAP)
    where = {key: number for number, event in enumerate(after) for key in event}
    assert all(len({where[key] for key in event}) == 1 for event in before)


def test_e2_photos_that_agree_are_surer_of_it_than_the_one_that_does_not():
    seen = answer(*[saw("felis-catus", photo=one) for one in "abcd"], saw("corvus-corax", 0.5, "e"))
    assert seen.taxon == "felis-catus"
    assert seen.confidence == pytest.approx(3.6 / 4.1, abs=1e-4)


def test_e2_an_answer_at_a_genus_does_not_count_its_species_twice():
    torn = (("loxodonta-africana", 0.5), ("loxodonta-cyclotis", 0.45))
    seen = answer(saw("loxodonta", 0.95, runners_up=torn), saw("elephas-maximus", 0.95, "b"))
    assert seen.taxon == "elephantidae"


def test_e2_photos_that_cannot_tell_species_apart_alone_may_together():
    half = saw("loxodonta", 0.95, runners_up=(("loxodonta-africana", 0.55),))
    sure = [saw("loxodonta-africana", 0.95, photo) for photo in "bcd"]
    assert answer(half, *sure).taxon == "loxodonta-africana"


def test_e3_a_person_outweighs_all_that_models_said():
    models = [saw("corvus-corax", 0.99, photo) for photo in "abc"]
    assert answer(*models, saw("felis-catus", 0, by_person=True)) == EventAnswer(
        "felis-catus", 1.0, 2
    )


def test_e3_a_person_who_names_nothing_known_leaves_it_to_the_models():
    assert answer(saw("corvus-corax"), saw("", by_person=True)).taxon == "corvus-corax"


def test_e4_two_kinds_at_once_meet_above_them():
    assert answer(saw("felis-catus"), saw("loxodonta-africana")).taxon == "mammalia"


def test_e4_above_the_class_nothing_is_claimed():
    assert answer(saw("felis-catus"), saw("danaus-plexippus")) == EventAnswer("", None, 2)
    assert answer(saw("chordata")) == EventAnswer("", None, 1)


def test_e5_the_photo_with_most_animals_says_how_many():
    seen = [saw("felis-catus", photo=photo) for photo in "abbbcc"]
    assert answer(*seen).count == 3
    assert answer() == EventAnswer("", None, 0)


@given(sightings, st.randoms())
def test_the_order_of_animals_plays_no_part(seen, random):
    mixed = seen.copy()
    random.shuffle(mixed)
    assert answer(*mixed) == answer(*seen)


@given(sightings)
def test_the_same_animals_twice_change_no_answer(seen):
    once, twice = answer(*seen), answer(*seen, *seen)
    assert (once.taxon, twice.count) == (twice.taxon, 2 * once.count)


@given(sightings)
def test_a_share_is_a_share(seen):
    told = answer(*seen)
    assert (told.confidence is None) == (told.taxon == "")
    assert told.confidence is None or RULES.walk <= told.confidence <= 1
