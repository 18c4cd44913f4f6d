"""How good the machine is, from what people say: pure functions from labels to figures.

Q1  A label is a taxon, or what is no taxon: a kind of `Verdict`. "animal" is one without a name.
Q2  What the machine says is true where it is what people say (exact), or a taxon above it, or an
    animal without a name (coarser). Where it is finer than what people say nobody knows: that is
    counted nowhere. All else is wrong.
Q3  Accuracy: of all, how much is exact. Silence is exact about what is no animal.
Q4  Precision: of what was named, how much is true. Recall: of what people named, how much is
    exact. Those of a taxon are about what was called so, and what people call so.
Q5  Accepting by itself looks at named answers alone, and is right where they are true.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from math import sqrt
from uuid import UUID

from wildlife.identifications.evaluation.figures import Bin, reliability
from wildlife.identifications.models import Verdict

Label = int | str
"""The id of a taxon, or a kind (Q1)."""
Above = Mapping[int, Collection[int]]
"""From each taxon to the ids of those above it."""

Z95 = 1.959963984540054
THRESHOLDS = range(50, 101)
"""Percent."""
MOST_EXAMPLES = 4


class Truth(Enum):
    """How an answer stands to what people say (Q2)."""

    EXACT = "exact"
    COARSER = "coarser"
    UNKNOWN = "unknown"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Share:
    """`right` of `of`, with the interval that Wilson gives the share with 95 %."""

    right: int
    of: int

    @property
    def value(self) -> float | None:
        """From 0 to 1; None of nothing."""
        return self.right / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float]:
        """The lowest and highest share that go well with what was seen; all of it of nothing."""
        if not self.of:
            return 0.0, 1.0
        share, square = self.right / self.of, Z95 * Z95 / self.of
        middle = (share + square / 2) / (1 + square)
        half = Z95 * sqrt(share * (1 - share) / self.of + square / (4 * self.of)) / (1 + square)
        return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True, slots=True)
class Case:
    """One thing on a photo of which people said what it is (`truth`).

    `said` and `sure` (0..1; None where it says none) are the machine's stored answer; `votes` is
    what each expert would have said alone, None where it knew nothing to say.
    """

    photo: UUID
    truth: Label
    said: Label
    sure: float | None
    votes: Mapping[str, Label | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Score:
    """How well somebody answered `judged` things (Q3, Q4); `unknown` are beside them (Q2)."""

    judged: int
    unknown: int
    accuracy: Share
    precision: Share
    recall: Share


@dataclass(frozen=True, slots=True)
class LabelScore:
    label: Label
    precision: Share
    recall: Share


@dataclass(frozen=True, slots=True)
class Confusion:
    """What was taken for what, how often, and the last photos of it."""

    said: Label
    truth: Label
    count: int
    photos: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What "accept by itself above `percent`" would have done (Q5)."""

    percent: int
    accepted: Share
    right: Share

    @property
    def left(self) -> int:
        """How many people would have had to look at."""
        return self.accepted.of - self.accepted.right


@dataclass(frozen=True, slots=True)
class Quality:
    """All figures of some cases. `acceptances` are by percent, `curve` has Q5's answers."""

    cases: int
    whole: Score
    experts: Mapping[str, Score]
    labels: tuple[LabelScore, ...]
    confusions: tuple[Confusion, ...]
    curve: tuple[Bin, ...]
    acceptances: Mapping[int, Acceptance]


def truth_of(said: Label, truth: Label, above: Above) -> Truth:
    """Q2."""
    if said == truth:
        return Truth.EXACT
    if said == Verdict.Kind.ANIMAL:
        return Truth.COARSER if isinstance(truth, int) else Truth.WRONG
    if isinstance(said, int):
        if truth == Verdict.Kind.ANIMAL:
            return Truth.UNKNOWN
        if isinstance(truth, int) and said in above.get(truth, ()):
            return Truth.COARSER
        if isinstance(truth, int) and truth in above.get(said, ()):
            return Truth.UNKNOWN
    return Truth.WRONG


def score(pairs: Iterable[tuple[Label | None, Label]], above: Above) -> Score:
    """Return the figures of (said, truth). None is silence: it names nothing (Q3, Q4)."""
    judged = unknown = exact = named = true = animals = found = 0
    for said, truth in pairs:
        if said is None:
            judged += 1
            exact += not _is_animal(truth)
            animals += isinstance(truth, int)
            continue
        stands = truth_of(said, truth, above)
        if stands is Truth.UNKNOWN:
            unknown += 1
            continue
        judged += 1
        exact += stands is Truth.EXACT
        if isinstance(said, int):
            named += 1
            true += stands is not Truth.WRONG
        if isinstance(truth, int):
            animals += 1
            found += stands is Truth.EXACT
    return Score(judged, unknown, Share(exact, judged), Share(true, named), Share(found, animals))


def quality(cases: Sequence[Case], above: Above) -> Quality:
    """Return all figures. The newest cases come first: they are the examples of confusions."""
    stands = [truth_of(case.said, case.truth, above) for case in cases]
    known = [
        (case, how) for case, how in zip(cases, stands, strict=True) if how is not Truth.UNKNOWN
    ]
    votes: dict[str, list[tuple[Label | None, Label]]] = defaultdict(list)
    for case in cases:
        for expert, said in case.votes.items():
            votes[expert].append((said, case.truth))
    claims = [
        (case.sure, how is not Truth.WRONG)
        for case, how in known
        if case.sure is not None and isinstance(case.said, int)
    ]
    return Quality(
        cases=len(cases),
        whole=score(((case.said, case.truth) for case in cases), above),
        experts={name: score(votes[name], above) for name in sorted(votes)},
        labels=_labels(known),
        confusions=_confusions(case for case, how in known if how is Truth.WRONG),
        curve=tuple(reliability(claims)),
        acceptances={percent: _acceptance(percent, claims, len(known)) for percent in THRESHOLDS},
    )


def _is_animal(label: Label) -> bool:
    return isinstance(label, int) or label == Verdict.Kind.ANIMAL


def _labels(known: Iterable[tuple[Case, Truth]]) -> tuple[LabelScore, ...]:
    """Return a score for each label, what people say most often first."""
    said: Counter[Label] = Counter()
    true: Counter[Label] = Counter()
    there: Counter[Label] = Counter()
    found: Counter[Label] = Counter()
    for case, how in known:
        said[case.said] += 1
        there[case.truth] += 1
        true[case.said] += how is not Truth.WRONG
        found[case.truth] += how is Truth.EXACT
    scores = (
        LabelScore(one, Share(true[one], said[one]), Share(found[one], there[one]))
        for one in said.keys() | there.keys()
    )
    return tuple(
        sorted(scores, key=lambda one: (-one.recall.of, -one.precision.of, str(one.label)))
    )


def _confusions(wrong: Iterable[Case]) -> tuple[Confusion, ...]:
    photos: dict[tuple[Label, Label], list[UUID]] = defaultdict(list)
    for case in wrong:
        photos[case.said, case.truth].append(case.photo)
    pairs = (
        Confusion(said, truth, len(ids), tuple(dict.fromkeys(ids))[:MOST_EXAMPLES])
        for (said, truth), ids in photos.items()
    )
    return tuple(sorted(pairs, key=lambda one: (-one.count, str(one.said), str(one.truth))))


def _acceptance(percent: int, claims: Iterable[tuple[float, bool]], total: int) -> Acceptance:
    taken = [right for sure, right in claims if sure >= percent / 100]
    return Acceptance(percent, Share(len(taken), total), Share(sum(taken), len(taken)))
