"""How votes become an answer: on the taxonomic tree, as pure functions.

The rules, by the numbers that code and tests share:

R1  A whole image (the detector found nothing) of which the coarse classifier says "no animal"
    with at least `no_animal` is answered "no animal".
R2  An expert counts by its weight, times how well it knows what the crop may be, times its share of
    "one of my labels", times its best probability: one that hesitates counts less. How well it
    knows a coarse group goes by the taxa of it that it can name, compared with the voter that can
    name most, to the power of `breadth`: who knows sixty birds is seldom right against a thousand.
R3  Each expert's probabilities, given that the animal is one of its labels, are laid on the tree
    and summed upward: experts with different lists agree where their lists meet.
R4  From the root, walk down while one child holds at least `walk` of the mass. What is laid on a
    node itself (by a label of that rank) speaks for no child and against none: where at least
    `committed` of a node's mass lies below it, all of it is shared among the children.
R5  The answer is where the walk ends; above the rank of class it is "unknown animal".
R6  Where no expert voted, or those who did count less than `silence` of their weights, there is no
    taxon to claim.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipelines.taxonomy import RANKS, Tree
from pipelines.types import NO_ANIMAL, Ballot, Crop, Identification, Vote, WalkStep

RUNNERS_UP = 5


@dataclass(frozen=True, slots=True)
class Rules:
    """The thresholds of the numbered rules, all shares from 0 to 1."""

    no_animal: float = 0.5
    walk: float = 0.6
    committed: float = 0.3
    breadth: float = 1.0
    silence: float = 0.02


@dataclass(frozen=True, slots=True)
class _Voice:
    """One expert's vote on one crop, and how much it counts (R2)."""

    weight: float
    vote: Vote


def fuse(
    crops: Sequence[Crop], ballots: Iterable[Ballot], *, tree: Tree, rules: Rules
) -> list[Identification]:
    """Return one identification per crop, in the order of `crops`."""
    voices: dict[tuple[str, int], list[tuple[Ballot, Vote]]] = {}
    for ballot in ballots:
        for vote in ballot.votes:
            voices.setdefault((vote.photo_id, vote.index), []).append((ballot, vote))
    return [
        _identify(crop, voices.get((crop.photo_id, crop.index), []), tree, rules) for crop in crops
    ]


def _identify(
    crop: Crop, cast: list[tuple[Ballot, Vote]], tree: Tree, rules: Rules
) -> Identification:
    groups = dict(crop.groups)
    nothing = groups.get(NO_ANIMAL, 0.0)
    if crop.whole_image and nothing >= rules.no_animal:  # R1
        return Identification(crop.photo_id, crop.index, "", "", nothing, 1.0, "no_animal")
    widest: dict[str, int] = {}
    for ballot, _ in cast:
        for group, count in ballot.breadth:
            widest[group] = max(widest.get(group, 0), count)
    voices = [
        _Voice(weight, vote)
        for ballot, vote in sorted(cast, key=lambda pair: pair[0].expert)
        if (weight := _weight(ballot, vote, groups, widest, rules)) > 0
    ]
    total = sum(voice.weight for voice in voices)
    if total <= rules.silence * sum(ballot.weight for ballot, _ in cast):  # R6
        reason = "unknown_animal" if cast else "no_votes"
        return Identification(crop.photo_id, crop.index, "", "", 0.0, 0.0, reason)
    own, summed = _masses(voices, total, tree)
    walk = _walk(summed, tree, rules)
    taken = [step for step in walk if step.taken]
    answer = taken[-1] if taken else None
    runners = sorted(own.items(), key=lambda item: (-item[1], item[0]))
    shown = tuple(
        (key, round(mass, 5)) for key, mass in runners if not answer or key != answer.taxon
    )[:RUNNERS_UP]
    if answer is None or RANKS.index(answer.rank) < RANKS.index("class"):  # R5
        held = 1.0 if answer is None else answer.mass
        return Identification(
            crop.photo_id, crop.index, "", "", held, 0.0, "unknown_animal", walk, shown
        )
    return Identification(
        photo_id=crop.photo_id,
        index=crop.index,
        taxon=answer.taxon,
        rank=answer.rank,
        confidence=answer.mass,
        agreement=round(_agreement(voices, total, answer.taxon, tree), 5),
        reason="species" if answer.rank in ("species", "subspecies") else "higher_rank",
        walk=walk,
        runners_up=shown,
    )


def _weight(
    ballot: Ballot, vote: Vote, groups: dict[str, float], widest: dict[str, int], rules: Rules
) -> float:
    """R2: how much this vote counts."""
    if not vote.scores:
        return 0.0
    ground = sum(
        groups.get(group, 0.0) * (count / widest[group]) ** rules.breadth
        for group, count in ballot.breadth
    )
    listed = sum(probability for _, probability in vote.scores)
    surest = max(probability for _, probability in vote.scores) / listed
    return max(0.0, ballot.weight * ground * listed * surest)


def _masses(
    voices: list[_Voice], total: float, tree: Tree
) -> tuple[dict[str, float], dict[str, float]]:
    """R3: return each taxon's own mass, and its mass with all that lies below it."""
    own: dict[str, float] = {}
    for voice in voices:
        listed = sum(probability for _, probability in voice.vote.scores)
        for key, probability in voice.vote.scores:
            if current := tree.current(key):
                share = voice.weight / total * probability / listed
                own[current] = own.get(current, 0.0) + share
    summed: dict[str, float] = {}
    for key, mass in own.items():
        for node in tree.lineage(key):
            summed[node.key] = summed.get(node.key, 0.0) + mass
    return own, summed


def _walk(summed: dict[str, float], tree: Tree, rules: Rules) -> tuple[WalkStep, ...]:
    """R4: return the steps taken, and the first one that was not."""
    children: dict[str, list[str]] = {}
    for key in sorted(summed):
        parent = tree[key].parent
        children.setdefault(parent if parent in tree else "", []).append(key)
    walk: list[WalkStep] = []
    here, held, raw = "", 1.0, 1.0
    while below := children.get(here):
        child = max(below, key=lambda key: summed[key])
        committed = sum(summed[key] for key in below)
        whole = committed if committed >= rules.committed * raw else raw
        held = min(held, held * summed[child] / whole)
        walk.append(WalkStep(child, tree[child].rank, round(held, 5), held >= rules.walk))
        if held < rules.walk:
            break
        here, raw = child, summed[child]
    return tuple(walk)


def _agreement(voices: list[_Voice], total: float, answer: str, tree: Tree) -> float:
    """Return the weighted share of voices whose own best label lies in line with the answer.

    In line is the answer, what lies below it, and its ancestors, which do not speak against it.
    """
    line = {node.key for node in tree.lineage(answer)}
    agreeing = 0.0
    for voice in voices:
        best = tree.current(voice.vote.scores[0][0])
        if best in line or any(node.key == answer for node in tree.lineage(best)):
            agreeing += voice.weight
    return agreeing / total
