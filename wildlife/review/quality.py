"""How good the machine is, from what people say: pure functions from counted labels to figures.

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

from wildlife.identifications.evaluation.figures import BINS, Bin, bin_of
from wildlife.identifications.models import Verdict

Label = int | str
"""The id of a taxon, or a kind (Q1)."""
Pair = tuple[Label, Label]
"""What the machine said, and what people say."""
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
    what each expert would have said alone, None where it knew nothing to say. Of `late` ones the
    answer may have seen the solution: they are in no figure.
    """

    photo: UUID
    truth: Label
    said: Label
    sure: float | None
    votes: Mapping[str, Label | None] = field(default_factory=dict)
    late: bool = False


@dataclass(slots=True)
class Claims:
    """Named answers of the same labels, of the same tenth and percent of sureness."""

    count: int = 0
    sure: float = 0.0
    """Their summed sureness."""


class Tally:
    """Any number of cases, counted: it grows with the different labels, not with the cases.

    The newest cases come first: the first photos of a confusion are its examples.
    """

    def __init__(self, cases: Iterable[Case]) -> None:
        self.late = 0
        self.pairs: Counter[Pair] = Counter()
        self.votes: dict[str, Counter[tuple[Label | None, Label]]] = defaultdict(Counter)
        self.claims: dict[tuple[Pair, int, int], Claims] = defaultdict(Claims)
        self.photos: dict[Pair, list[UUID]] = defaultdict(list)
        for case in cases:
            if case.late:
                self.late += 1
            else:
                self._add(case)

    @property
    def taxa(self) -> set[int]:
        """All taxa that somebody named."""
        voted = {one for counts in self.votes.values() for pair in counts for one in pair}
        labels = {one for pair in self.pairs for one in pair}
        return {one for one in voted | labels if isinstance(one, int)}

    def _add(self, case: Case) -> None:
        pair = case.said, case.truth
        self.pairs[pair] += 1
        for expert, said in case.votes.items():
            self.votes[expert][said, case.truth] += 1
        if case.sure is not None and isinstance(case.said, int):
            percent = max((one for one in THRESHOLDS if case.sure >= one / 100), default=0)
            claims = self.claims[pair, bin_of(case.sure), percent]
            claims.count += 1
            claims.sure += case.sure
        photos = self.photos[pair]
        if len(photos) < MOST_EXAMPLES and case.photo not in photos:
            photos.append(case.photo)


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


def score(counts: Iterable[tuple[tuple[Label | None, Label], int]], above: Above) -> Score:
    """Return the figures of (said, truth), each with how many there are. None is silence: it names
    nothing (Q3, Q4)."""
    judged = unknown = exact = named = true = animals = found = 0
    for (said, truth), count in counts:
        if said is None:
            judged += count
            exact += count * (not _is_animal(truth))
            animals += count * isinstance(truth, int)
            continue
        stands = truth_of(said, truth, above)
        if stands is Truth.UNKNOWN:
            unknown += count
            continue
        judged += count
        exact += count * (stands is Truth.EXACT)
        if isinstance(said, int):
            named += count
            true += count * (stands is not Truth.WRONG)
        if isinstance(truth, int):
            animals += count
            found += count * (stands is Truth.EXACT)
    return Score(judged, unknown, Share(exact, judged), Share(true, named), Share(found, animals))


def quality(tally: Tally, above: Above) -> Quality:
    """Return all figures."""
    stands = {pair: truth_of(*pair, above) for pair in tally.pairs}
    known = {pair: n for pair, n in tally.pairs.items() if stands[pair] is not Truth.UNKNOWN}
    bins: dict[int, list[tuple[Claims, bool]]] = defaultdict(list)
    percents: dict[int, list[tuple[int, bool]]] = defaultdict(list)
    for (pair, number, percent), claims in tally.claims.items():
        if pair in known:
            is_true = stands[pair] is not Truth.WRONG
            bins[number].append((claims, is_true))
            percents[percent].append((claims.count, is_true))
    total = sum(known.values())
    return Quality(
        cases=tally.pairs.total(),
        whole=score(tally.pairs.items(), above),
        experts={name: score(tally.votes[name].items(), above) for name in sorted(tally.votes)},
        labels=_labels(known, stands),
        confusions=_confusions(tally, stands),
        curve=tuple(_bin(number, bins[number]) for number in sorted(bins)),
        acceptances={percent: _acceptance(percent, percents, total) for percent in THRESHOLDS},
    )


def _is_animal(label: Label) -> bool:
    return isinstance(label, int) or label == Verdict.Kind.ANIMAL


def _labels(known: Mapping[Pair, int], stands: Mapping[Pair, Truth]) -> tuple[LabelScore, ...]:
    """Return a score for each label, what people say most often first."""
    said: Counter[Label] = Counter()
    true: Counter[Label] = Counter()
    there: Counter[Label] = Counter()
    found: Counter[Label] = Counter()
    for pair, count in known.items():
        said[pair[0]] += count
        there[pair[1]] += count
        true[pair[0]] += count * (stands[pair] is not Truth.WRONG)
        found[pair[1]] += count * (stands[pair] is Truth.EXACT)
    scores = (
        LabelScore(one, Share(true[one], said[one]), Share(found[one], there[one]))
        for one in said.keys() | there.keys()
    )
    return tuple(
        sorted(scores, key=lambda one: (-one.recall.of, -one.precision.of, str(one.label)))
    )


def _confusions(tally: Tally, stands: Mapping[Pair, Truth]) -> tuple[Confusion, ...]:
    pairs = (
        Confusion(*pair, count, tuple(tally.photos[pair]))
        for pair, count in tally.pairs.items()
        if stands[pair] is Truth.WRONG
    )
    return tuple(sorted(pairs, key=lambda one: (-one.count, str(one.said), str(one.truth))))


def _bin(number: int, claims: Sequence[tuple[Claims, bool]]) -> Bin:
    count = sum(one.count for one, _ in claims)
    return Bin(
        low=number / BINS,
        high=(number + 1) / BINS,
        count=count,
        confidence=sum(one.sure for one, _ in claims) / count,
        right=sum(one.count for one, is_true in claims if is_true) / count,
    )


def _acceptance(
    percent: int, percents: Mapping[int, Iterable[tuple[int, bool]]], total: int
) -> Acceptance:
    taken = [one for sure, claims in percents.items() if sure >= percent for one in claims]
    accepted = sum(count for count, _ in taken)
    right = sum(count for count, is_true in taken if is_true)
    return Acceptance(percent, Share(accepted, total), Share(right, accepted))
