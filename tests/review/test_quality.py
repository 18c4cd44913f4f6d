"""The figures agree with what pandas makes of the same rows, and with numbers by hand."""

import random
from uuid import UUID

import pandas as pd
import pytest

from wildlife.review.quality import Case, Share, Tally, Truth, quality, truth_of

ABOVE = {1: (), 2: (1,), 3: (1, 2), 4: (1, 2), 5: (1,), 6: (1, 5)}
"""1 holds 2 (with 3 and 4) and 5 (with 6)."""
LABELS = [1, 2, 3, 4, 5, 6, "animal", "no_animal", "person", "vehicle"]


def case(said, truth, sure=None, number=0, **votes) -> Case:
    return Case(UUID(int=number), truth, said, sure, votes)


@pytest.mark.parametrize(
    ("said", "truth", "stands"),
    [
        (3, 3, Truth.EXACT),
        ("person", "person", Truth.EXACT),
        (2, 3, Truth.COARSER),
        ("animal", 3, Truth.COARSER),
        (3, 2, Truth.UNKNOWN),
        (3, "animal", Truth.UNKNOWN),
        (3, 4, Truth.WRONG),
        (5, 3, Truth.WRONG),
        (3, "no_animal", Truth.WRONG),
        ("no_animal", 3, Truth.WRONG),
        ("no_animal", "animal", Truth.WRONG),
        ("animal", "person", Truth.WRONG),
        ("person", "vehicle", Truth.WRONG),
    ],
)
def test_how_an_answer_stands_to_what_people_say(said, truth, stands) -> None:
    assert truth_of(said, truth, ABOVE) is stands


@pytest.mark.parametrize(
    ("right", "of", "low", "high"),
    [
        (0, 10, 0.0, 0.27753),
        (10, 10, 0.72247, 1.0),
        (5, 10, 0.23659, 0.76341),
        (81, 263, 0.25527, 0.36621),  # Newcombe 1998, table I, method 3
        (15, 148, 0.06240, 0.16053),
        (1, 29, 0.00611, 0.17177),
    ],
)
def test_intervals_are_wilsons(right, of, low, high) -> None:
    assert Share(right, of).interval == pytest.approx((low, high), abs=5e-5)


def test_of_nothing_nothing_is_known() -> None:
    made = quality(Tally([]), {})
    assert made.whole.accuracy.value is None
    assert made.whole.accuracy.interval == (0.0, 1.0)
    assert (made.labels, made.confusions, made.curve) == ((), (), ())
    assert made.acceptances[90].left == 0


def test_an_expert_that_is_silent_names_nothing_and_finds_nothing() -> None:
    made = quality(
        Tally([case(3, 3, a=3), case(3, 3, a=None), case(3, "no_animal", a=None), case(3, 3)]),
        ABOVE,
    )
    expert = made.experts["a"]
    assert expert.accuracy == Share(2, 3)
    assert expert.precision == Share(1, 1)
    assert expert.recall == Share(1, 2)


def test_confusions_bring_their_newest_photos_each_once() -> None:
    wrong = [case(3, 4, number=number // 2) for number in range(12)]
    made = quality(Tally([*wrong, case(4, 3, number=99), case(2, 3), case(3, 3)]), ABOVE)
    assert [(one.said, one.truth, one.count) for one in made.confusions] == [(3, 4, 12), (4, 3, 1)]
    assert [photo.int for photo in made.confusions[0].photos] == [0, 1, 2, 3]


def test_what_is_exactly_as_sure_as_the_limit_is_accepted() -> None:
    made = quality(
        Tally([case(3, 3, 0.9), case(3, 4, 0.89), case(2, 3, 0.95), case("no_animal", 3, 0.99)]),
        ABOVE,
    )
    assert made.acceptances[90].accepted == Share(2, 4)
    assert made.acceptances[90].right == Share(2, 2)
    assert made.acceptances[90].left == 2
    assert made.acceptances[50].right == Share(2, 3)


@pytest.fixture(scope="module")
def many() -> list[Case]:
    """Four thousand answers that are right more often the surer they are."""
    dice = random.Random(7)
    made = []
    for number in range(4000):
        truth = dice.choice(LABELS)
        sure = dice.random()
        said = truth if dice.random() < sure else dice.choice(LABELS)
        votes = {
            name: dice.choice([truth, None, dice.choice(range(1, 7))])
            for name in ("a", "b", "c")
            if dice.random() < 0.7
        }
        if "a" in votes and votes["a"] in ("animal", "no_animal", "person", "vehicle"):
            votes["a"] = None
        named = isinstance(said, int)
        made.append(Case(UUID(int=number), truth, said, sure if named else None, votes))
    return made


@pytest.fixture(scope="module")
def table(many) -> pd.DataFrame:
    """The same as a table, judged by joins instead of by the rule's own function."""
    rows = pd.DataFrame(
        {
            "said": [one.said for one in many],
            "truth": [one.truth for one in many],
            "sure": [one.sure for one in many],
        },
        dtype=object,
    )
    return judged(rows)


def judged(rows: pd.DataFrame) -> pd.DataFrame:
    pairs = {(below, above) for below, all_above in ABOVE.items() for above in all_above}
    is_taxon = rows[["said", "truth"]].map(lambda label: isinstance(label, int))
    exact = rows["said"] == rows["truth"]
    below = [(t, s) in pairs for s, t in zip(rows["said"], rows["truth"], strict=True)]
    finer = [(s, t) in pairs for s, t in zip(rows["said"], rows["truth"], strict=True)]
    coarser = pd.Series(below, rows.index) | ((rows["said"] == "animal") & is_taxon["truth"])
    unknown = pd.Series(finer, rows.index) | (is_taxon["said"] & (rows["truth"] == "animal"))
    made = rows.assign(exact=exact, true=exact | coarser, unknown=unknown)
    return made.assign(names=is_taxon["said"], named=is_taxon["truth"])


def test_the_figures_of_all_agree_with_pandas(many, table) -> None:
    made = quality(Tally(many), ABOVE)
    known = table[~table["unknown"]]
    assert made.cases == len(table)
    assert (made.whole.judged, made.whole.unknown) == (len(known), table["unknown"].sum())
    assert made.whole.accuracy.value == pytest.approx(known["exact"].mean())
    assert made.whole.precision.value == pytest.approx(known[known["names"]]["true"].mean())
    assert made.whole.recall.value == pytest.approx(known[known["named"]]["exact"].mean())


def test_the_figures_of_each_label_agree_with_pandas(many, table) -> None:
    known = table[~table["unknown"]]
    precision = known.groupby("said")["true"].agg(["sum", "count"])
    recall = known.groupby("truth")["exact"].agg(["sum", "count"])
    made = quality(Tally(many), ABOVE).labels
    assert {one.label for one in made} == set(LABELS)
    for one in made:
        assert (one.precision.right, one.precision.of) == tuple(precision.loc[one.label])
        assert (one.recall.right, one.recall.of) == tuple(recall.loc[one.label])


@pytest.mark.parametrize("name", ["a", "b", "c"])
def test_the_figures_of_each_expert_agree_with_pandas(many, name) -> None:
    said = [(one.votes[name], one.truth) for one in many if name in one.votes]
    rows = judged(pd.DataFrame(said, columns=["said", "truth"], dtype=object))
    silent = rows["said"].isna()
    exact = rows["exact"] | (silent & ~rows["named"] & (rows["truth"] != "animal"))
    known = rows.assign(exact=exact)[~rows["unknown"]]
    made = quality(Tally(many), ABOVE).experts[name]
    assert (made.judged, made.unknown) == (len(known), rows["unknown"].sum())
    assert made.accuracy.right == known["exact"].sum()
    assert made.precision.right == known[known["names"]]["true"].sum()
    assert made.precision.of == known["names"].sum()
    assert made.recall.right == known[known["named"]]["exact"].sum()
    assert made.recall.of == known["named"].sum()


def test_the_confusions_agree_with_pandas(many, table) -> None:
    wrong = table[~table["unknown"] & ~table["true"]]
    counts = wrong.groupby(["said", "truth"]).size().to_dict()
    made = {(one.said, one.truth): one.count for one in quality(Tally(many), ABOVE).confusions}
    assert made == counts


def test_accepting_and_the_curve_agree_with_pandas(many, table) -> None:
    made = quality(Tally(many), ABOVE)
    known = table[~table["unknown"]]
    claims = known[known["names"]].astype({"sure": float})
    for percent, one in made.acceptances.items():
        taken = claims[claims["sure"] >= percent / 100]
        assert (one.accepted.right, one.accepted.of) == (len(taken), len(known))
        assert (one.right.right, one.right.of) == (taken["true"].sum(), len(taken))
    bins = claims.groupby(pd.cut(claims["sure"], [n / 10 for n in range(11)]), observed=True)
    assert [one.count for one in made.curve] == bins.size().tolist()
    right = bins["true"].agg(lambda some: some.astype(float).mean()).tolist()
    assert [one.right for one in made.curve] == pytest.approx(right)
