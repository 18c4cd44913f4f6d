import pytest

from wildlife.web import wording


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0, "0%"), (0.004, "<1%"), (0.01, "1%"), (0.914, "91%"), (0.99, "99%"),
        (0.9951, ">99%"), (1, "100%"), (1.00001, "100%"), (-0.1, "0%"),
    ],
)  # fmt: skip
def test_only_certainty_is_a_hundred_percent(share: float, words: str) -> None:
    assert wording.percent(share) == words


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (1.0, "very sure"), (0.95, "very sure"), (0.949, "sure"), (0.8, "sure"),
        (0.79, "fairly sure"), (0.6, "fairly sure"), (0.59, "not sure"), (0.4, "not sure"),
        (0.39, "only a guess"), (0, "only a guess"),
    ],
)  # fmt: skip
def test_words_for_confidence_change_where_the_help_page_says(share: float, words: str) -> None:
    assert wording.confidence(share) == words


@pytest.mark.parametrize(
    ("share", "voters", "words"),
    [
        (0, 0, "No expert voted."),
        (1, 1, "One expert voted, and this is its answer."),
        (0, 1, "One expert voted, and its own first choice was another."),
        (1, 3, "The experts agree."),
        (0.62, 3, "Most of the vote agrees (62%)."),
        (0.3, 2, "Less than half of the vote agrees (30%)."),
        (0, 2, "No expert named it first; together they point here."),
    ],
)
def test_one_expert_is_not_called_agreement(share: float, voters: int, words: str) -> None:
    assert wording.agreement(share, voters) == words


@pytest.mark.parametrize(
    ("milliseconds", "words"), [(None, ""), (84, "84 ms"), (999, "999 ms"), (1240, "1.2 s")]
)
def test_durations_are_short(milliseconds: int | None, words: str) -> None:
    assert wording.seconds(milliseconds) == words


def test_counts_are_written_in_the_right_number() -> None:
    assert [wording.people(1), wording.people(2)] == ["1 person", "2 people"]
    assert [wording.vehicles(1), wording.vehicles(3)] == ["1 vehicle", "3 vehicles"]
    assert wording.waiting(1) == "1 photo is being looked at"
    assert wording.waiting(2) == "2 photos are being looked at"
