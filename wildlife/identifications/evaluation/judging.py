"""What was right and what was wrong on one photo.

The rules, by the numbers that code and tests share:

J1  An animal is reported where an answer is anything but "no animal".
J2  An animal is found where the detector's own box reports one: on a photo with true boxes one that
    overlaps with one of them (IoU at least `LEAST_OVERLAP`), else any. A whole image that is
    answered as an animal, because the detector found nothing, is counted apart.
J3  A photo's answer is that of its most prominent reported animal: the largest product of the
    detector's confidence and the square root of the box's share of the photo.
J4  The species ranking of an answer is the species it claims, then its runners-up at species rank;
    a subspecies counts as its species. It exists also where the claim is only a genus.
J5  A claim is right if it is the true taxon or an ancestor of it. Where the label itself is above
    species, a claim below the label is right too: nothing known speaks against it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt

from pipelines.taxonomy import RANKS, Tree
from pipelines.types import NO_ANIMAL, Crop, Detection, Identification
from wildlife.identifications.evaluation.recording import Record
from wildlife.identifications.evaluation.truth import Box, Truth

LEAST_OVERLAP = 0.3
SPECIES_RANKED = 5

DEPTHS = ("species", "genus", "family", "order", "class")
"""How deep a claim can be, deepest first; what is between two of them counts as the upper one."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """One photo, its answer, and how they compare.

    `claimed_right` is None where nothing was claimed or no taxon is known. `species` is the true
    species, "" where the label is above it; `ranked` are the answer's species, best first.
    `can_name` are the experts that know the true species, `voted` those that voted on the animal,
    and `right_alone` those of them whose own best species is the true one.
    """

    truth: Truth
    reported: bool
    found: bool
    found_whole: bool
    categories: frozenset[str]
    seconds: float = 0.0
    detection: Detection | None = None
    answer: Identification | None = None
    sorted_as: str = ""
    claimed_group: str = ""
    claimed_right: bool | None = None
    species: str = ""
    ranked: tuple[str, ...] = ()
    label_right: bool | None = None
    can_name: tuple[str, ...] = ()
    voted: tuple[str, ...] = ()
    right_alone: tuple[str, ...] = ()

    @property
    def depth(self) -> str:
        """The depth of the claim: species, genus, family, order, class or nothing."""
        return depth_of(self.answer.rank) if self.answer and self.answer.taxon else "nothing"

    @property
    def confidence(self) -> float:
        return self.answer.confidence if self.answer else 0.0

    @property
    def class_right(self) -> bool:
        return self.claimed_group == self.truth.group

    @property
    def top1(self) -> bool:
        return bool(self.species) and self.species in self.ranked[:1]

    @property
    def top5(self) -> bool:
        return bool(self.species) and self.species in self.ranked


def judge(
    truth: Truth,
    one: Record,
    answers: Sequence[Identification],
    *,
    tree: Tree,
    can_name: Mapping[str, Collection[str]],
) -> Judgement:
    """Compare the answers for one photo's crops with what is on it.

    `can_name` are the species that each expert knows.
    """
    by_index = {answer.index: answer for answer in answers}
    reported = [
        (detection, by_index[detection.index])
        for detection in one.detections
        if detection.index in by_index and by_index[detection.index].reason != "no_animal"
    ]  # J1
    boxed = [detection for detection, _ in reported if not detection.whole_image]
    species = species_of(truth.taxon, tree)
    judgement = Judgement(
        truth=truth,
        reported=bool(reported),
        found=any(_matches(detection.box, truth.boxes) for detection in boxed),
        found_whole=bool(reported) and not boxed,
        categories=frozenset(it.category for it in one.detections if not it.whole_image),
        seconds=one.seconds,
        species=species,
        can_name=tuple(sorted(name for name, known in can_name.items() if species in known)),
    )
    if not reported:
        return judgement
    detection, answer = max(reported, key=lambda pair: prominence(pair[0]))  # J3
    return _judge_answer(judgement, one, detection, answer, tree)


def _judge_answer(
    seen: Judgement, one: Record, detection: Detection, answer: Identification, tree: Tree
) -> Judgement:
    ranked = ranked_species(answer, tree)
    best_of = {
        ballot.expert: next(iter(_species((key for key, _ in vote.scores), tree)), "")
        for ballot in one.ballots
        for vote in ballot.votes
        if vote.index == detection.index
    }
    taxon = seen.truth.taxon
    best = ranked[0] if ranked else answer.taxon
    return replace(
        seen,
        detection=detection,
        answer=answer,
        sorted_as=_sorted_as(one.crops, detection.index),
        claimed_group=tree.group(answer.taxon) if answer.taxon else "",
        claimed_right=in_line(answer.taxon, taxon, tree) if answer.taxon and taxon else None,
        ranked=ranked,
        label_right=is_below(best, taxon, tree) if taxon else None,
        voted=tuple(sorted(best_of)),
        right_alone=tuple(sorted(name for name, best in best_of.items() if best == seen.species)),
    )


def prominence(detection: Detection) -> float:
    """Return how much of a photo's subject a detection is (J3)."""
    return detection.confidence * sqrt(detection.box[2] * detection.box[3])


def overlap(one: Box, other: Box) -> float:
    """Return the intersection over union of two boxes (x, y, width, height): 0 to 1."""
    across = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    down = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    if across <= 0 or down <= 0:
        return 0.0
    shared = across * down
    return shared / (one[2] * one[3] + other[2] * other[3] - shared)


def _matches(box: Box, true_boxes: tuple[Box, ...]) -> bool:
    return not true_boxes or any(overlap(box, true) >= LEAST_OVERLAP for true in true_boxes)  # J2


def depth_of(rank: str) -> str:
    """Return the deepest of species, genus, family, order and class that a rank reaches."""
    reached = (depth for depth in DEPTHS if RANKS.index(rank) >= RANKS.index(depth))
    return next(reached, "nothing")


def species_of(key: str, tree: Tree) -> str:
    """Return the species that a taxon is or belongs to, "" above species."""
    return next((node.key for node in tree.lineage(key) if node.rank == "species"), "")


def _species(keys: Iterable[str], tree: Tree) -> list[str]:
    found = (species_of(key, tree) for key in keys)
    return list(dict.fromkeys(key for key in found if key))


def ranked_species(answer: Identification, tree: Tree) -> tuple[str, ...]:
    """Return the species of an answer, best first (J4)."""
    keys = [answer.taxon, *(key for key, _ in answer.runners_up)]
    return tuple(_species(keys, tree)[:SPECIES_RANKED])


def is_below(key: str, above: str, tree: Tree) -> bool:
    """Return whether a taxon is another one or lies below it."""
    return any(node.key == above for node in tree.lineage(key))


def in_line(claimed: str, true: str, tree: Tree) -> bool:
    """Return whether a claim is right (J5)."""
    if is_below(true, claimed, tree):
        return True
    return not species_of(true, tree) and is_below(claimed, true, tree)


def _sorted_as(crops: Iterable[Crop], index: int) -> str:
    groups = next((crop.groups for crop in crops if crop.index == index), ())
    return next((group for group, _ in groups if group != NO_ANIMAL), "")
