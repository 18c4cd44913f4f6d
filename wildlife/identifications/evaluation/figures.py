"""Judgements summed up: pure functions from what was right to how often.

A share whose denominator is empty is None: nothing was there to be right about.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil

from pipelines.types import NO_ANIMAL
from wildlife.identifications.evaluation.judging import DEPTHS, Judgement
from wildlife.identifications.evaluation.truth import HUMAN, VEHICLE

BINS = 10
LOSSES = ("none", "detector", "sorting", "experts", "fusion")


@dataclass(frozen=True, slots=True)
class Bin:
    """Claims of one tenth of the confidences: how many, how sure on average, how often right."""

    low: float
    high: float
    count: int
    confidence: float
    right: float


@dataclass(frozen=True, slots=True)
class Figures:
    """How well a set of photos was answered. Shares are from 0 to 1, each of

    - animals_found, found_whole, class_top1, sorted_top1 (the same for the coarse classifier
      alone), answered, answered_species_or_genus: all photos with an animal. What was overlooked
      is not right;
    - false_animals: the photos without one; people_found, vehicles_found: the photos of such;
    - species_top1, species_top5: the photos with a known species;
    - nameable_top1, nameable_top5: those of them whose species some expert knows;
    - label_top1: the photos with a known taxon of any rank, where the best answer lies at or below;
    - right_at_claimed_rank, calibration_error: the claims on photos with a known taxon.

    photos_per_second is the speed of the whole graph on them.
    """

    photos: int
    animals: int
    species: int
    nameable: int
    claims: int
    animals_found: float | None
    found_whole: float | None
    false_animals: float | None
    people_found: float | None
    vehicles_found: float | None
    class_top1: float | None
    sorted_top1: float | None
    species_top1: float | None
    species_top5: float | None
    nameable_top1: float | None
    nameable_top5: float | None
    label_top1: float | None
    right_at_claimed_rank: float | None
    answered_species_or_genus: float | None
    answered: dict[str, float | None]
    calibration_error: float | None
    photos_per_second: float | None


def figures(judgements: Iterable[Judgement]) -> Figures:
    """Return the figures of some photos."""
    every = list(judgements)
    animals = [one for one in every if one.truth.is_animal]
    empty = [one for one in every if one.truth.group == NO_ANIMAL]
    people = [one for one in every if one.truth.group == HUMAN]
    vehicles = [one for one in every if one.truth.group == VEHICLE]
    labelled = [one for one in animals if one.truth.taxon]
    species = [one for one in animals if one.species]
    nameable = [one for one in species if one.can_name]
    claims = claims_of(animals)
    seconds = sum(one.seconds for one in every)
    return Figures(
        photos=len(every),
        animals=len(animals),
        species=len(species),
        nameable=len(nameable),
        claims=len(claims),
        animals_found=share(animals, lambda one: one.found),
        found_whole=share(animals, lambda one: one.found_whole),
        false_animals=share(empty, lambda one: one.reported),
        people_found=share(people, lambda one: "person" in one.categories),
        vehicles_found=share(vehicles, lambda one: "vehicle" in one.categories),
        class_top1=share(animals, lambda one: one.class_right),
        sorted_top1=share(animals, lambda one: one.sorted_as == one.truth.group),
        species_top1=share(species, lambda one: one.top1),
        species_top5=share(species, lambda one: one.top5),
        nameable_top1=share(nameable, lambda one: one.top1),
        nameable_top5=share(nameable, lambda one: one.top5),
        label_top1=share(labelled, lambda one: one.label_right is True),
        right_at_claimed_rank=share(claims, lambda claim: claim[1]),
        answered_species_or_genus=share(animals, lambda one: one.depth in ("species", "genus")),
        answered={depth: _answered(animals, depth) for depth in (*DEPTHS, "nothing")},
        calibration_error=calibration_error(reliability(claims)),
        photos_per_second=len(every) / seconds if seconds else None,
    )


def _answered(animals: Sequence[Judgement], depth: str) -> float | None:
    return share(animals, lambda one: one.depth == depth)


def share(of: Sequence, holds: Callable[..., bool]) -> float | None:
    """Return the share of items for which something holds, None of no items."""
    return sum(1 for item in of if holds(item)) / len(of) if of else None


def claims_of(judgements: Iterable[Judgement]) -> list[tuple[float, bool]]:
    """Return (confidence, right) of the claims that can be judged."""
    return [
        (one.confidence, one.claimed_right)
        for one in judgements
        if one.truth.is_animal and one.claimed_right is not None
    ]


def bin_of(confidence: float, bins: int = BINS) -> int:
    """Return in which of equal bins from 0 to 1 a confidence lies; a border is of the lower one."""
    return min(bins - 1, max(0, ceil(confidence * bins) - 1))


def reliability(claims: Iterable[tuple[float, bool]], bins: int = BINS) -> list[Bin]:
    """Sort (confidence, right) into equal bins from 0 to 1; a border belongs to the lower bin."""
    inside: dict[int, list[tuple[float, bool]]] = {}
    for confidence, right in claims:
        inside.setdefault(bin_of(confidence, bins), []).append((confidence, right))
    return [
        Bin(
            low=number / bins,
            high=(number + 1) / bins,
            count=len(some),
            confidence=sum(confidence for confidence, _ in some) / len(some),
            right=sum(right for _, right in some) / len(some),
        )
        for number, some in sorted(inside.items())
    ]


def calibration_error(bins: Sequence[Bin]) -> float | None:
    """Return the expected calibration error: the mean of |right - confidence|, by claims."""
    total = sum(one.count for one in bins)
    if not total:
        return None
    return sum(one.count * abs(one.right - one.confidence) for one in bins) / total


def loss_of(one: Judgement) -> str:
    """Return where a species that some expert knows was lost: the first step that had it wrong.

    "detector": no animal was reported in its place. "sorting": no expert that knows it was asked.
    "experts": none of those asked had it first. "fusion": one did, and the answer is another.
    """
    if one.top1:
        return "none"
    if not one.reported or not (one.found or one.found_whole):
        return "detector"
    if not set(one.can_name) & set(one.voted):
        return "sorting"
    return "fusion" if one.right_alone else "experts"


def losses(judgements: Iterable[Judgement]) -> dict[str, int]:
    """Return how many photos with a nameable species each step lost, "none" of those it kept."""
    found = Counter(loss_of(one) for one in judgements if one.species and one.can_name)
    return {step: found[step] for step in LOSSES}


@dataclass(frozen=True, slots=True)
class Contest:
    """The ensemble against its best member, where at least two experts voted.

    `photos` are those with a species that one of their voters knows. A member that did not vote
    on one of them was not right there.
    """

    photos: int
    best: str
    best_top1: float
    ensemble_top1: float


def contest(judgements: Iterable[Judgement]) -> Contest | None:
    """Compare the ensemble with its best member; None where no two experts met."""
    met = [one for one in judgements if len(one.voted) >= 2 and set(one.can_name) & set(one.voted)]
    if not met:
        return None
    right = Counter(name for one in met for name in one.right_alone)
    members = sorted({name for one in met for name in one.voted})
    best = max(members, key=lambda name: right[name])
    return Contest(len(met), best, right[best] / len(met), sum(one.top1 for one in met) / len(met))
