"""What the experts say to the taxa of one group, pooled (R3 and R8 of `pipelines.fusion`)."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.places import Place
from pipelines.rules import Rules
from pipelines.taxonomy import Tree
from pipelines.types import Ballot, Vote

NOTHING = 1e-12
"""A share that is none: products of smaller ones would be lost to rounding."""
CANDIDATES = 60
"""Taxa of one group that are weighed against each other: the likeliest of each expert."""


@dataclass(frozen=True, slots=True)
class Voice:
    """One expert's vote on one crop, sorted by group: what it says to taxa of its ground.

    `listed` sums that up by group; `none` is all the rest.
    """

    expert: str
    weight: float
    breadth: Mapping[str, int]
    scores: Mapping[str, Mapping[str, float]]
    listed: Mapping[str, float]
    none: float


def voice_of(ballot: Ballot, vote: Vote, tree: Tree) -> Voice:
    breadth = dict(ballot.breadth)
    scores: dict[str, dict[str, float]] = {}
    for slug, probability in vote.scores:
        key = tree.current(slug)
        group = tree.group(key) if key else ""
        if group in breadth and probability > NOTHING:
            of = scores.setdefault(group, {})
            of[key] = of.get(key, 0.0) + probability
    listed = {group: sum(of.values()) for group, of in scores.items()}
    none = max(0.0, 1.0 - sum(listed.values()))
    return Voice(ballot.expert, ballot.weight, breadth, scores, listed, none)


def best_of(voice: Voice) -> tuple[str, float]:
    """Return the taxon that an expert gives most, and how much."""
    every = (pair for scores in voice.scores.values() for pair in scores.items())
    return max(every, key=lambda pair: (pair[1], pair[0]))


def pooled_in(
    group: str, voices: Sequence[Voice], place: Place, tree: Tree, rules: Rules
) -> dict[str, float]:
    """R3, R8: return the pooled shares of the taxa of a group; together 1."""
    candidates: set[str] = set()
    for voice in voices:
        scores = voice.scores[group]
        candidates.update(sorted(scores, key=lambda key: (-scores[key], key))[:CANDIDATES])
    lines = {key: [node.key for node in tree.lineage(key)] for key in sorted(candidates)}
    total = 0.0
    logs = dict.fromkeys(lines, 0.0)
    for voice in voices:
        weight = say_of(voice, group, voices, rules)
        total += weight
        scores, listed = voice.scores[group], voice.listed[group]
        for key, line in lines.items():
            given = max(scores.get(above, 0.0) for above in line) / listed
            logs[key] += weight * math.log(max(given, rules.floor))
    pooled = {key: rules.sharpen * log / total for key, log in logs.items()}
    for key in pooled:
        if is_stranger(key, place, tree):
            pooled[key] += math.log(max(rules.elsewhere, NOTHING))
    return normal(pooled)


def is_stranger(key: str, place: Place, tree: Tree) -> bool:
    """Whether a taxon, or the species that it belongs to, is known from other countries only."""
    if not place.countries:
        return False
    return any(place.elsewhere(node.key) for node in tree.lineage(key))


def say_of(voice: Voice, group: str, voices: Sequence[Voice], rules: Rules) -> float:
    """Return how much an expert counts among the `voices` on a group."""
    widest = max(one.breadth[group] for one in voices)
    listed = voice.listed[group]
    breadth: float = (voice.breadth[group] / widest) ** rules.breadth
    sure: float = (max(voice.scores[group].values()) / listed) ** rules.sure
    return voice.weight * breadth * sure * listed


def normal(logs: Mapping[str, float]) -> dict[str, float]:
    highest = max(logs.values())
    shares = {key: math.exp(log - highest) for key, log in logs.items()}
    total = sum(shares.values())
    return {key: share / total for key, share in shares.items()}
