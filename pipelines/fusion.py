"""How votes become an answer: on the taxonomic tree, as pure functions.

The rules, by the numbers that code and tests share:

R1  What the detector and the coarse classifier say of "no animal" is multiplied as odds, times
    `wary`; a whole image, in which the detector found nothing, counts as one that it found with
    the confidence `overlooked`. From `no_animal` on the answer is "no animal". So the detector may
    look closely and report what is hardly there: the classifier takes back what is not.
R2  How much each coarse group is believed in is a product: the coarse classifier's share of it to
    the power of `prior`, times what each expert gives it to the power of `ground`. An expert gives
    a group of its ground what it gives the labels in it, and all others its share of "none of my
    labels": the expert for birds that knows none of it speaks against a bird.
R3  Within a group, the experts whose ground it is are pooled geometrically (Genest & Zidek 1986,
    "Combining probability distributions"): a taxon that one of them rules out needs a strong word
    of another. A label that an expert does not have gets `floor`, or what the expert says to the
    nearest taxon above it. An expert counts by its weight, by its share of "one of my labels", by
    how much of that its best taxon has, to the power of `sure` (who is torn may be looking at what
    it has never learnt), and by how many taxa of the group it can name, compared with who can name
    most, to the power of `breadth`: who knows sixty birds is seldom right against a thousand.
R4  What even the surest of them keeps for "none of my labels" belongs to no taxon below the class.
    The rest is laid on the taxa by R3 and summed upward, so that experts with different lists
    agree where their lists meet.
R5  From the root, walk down while one child holds at least `walk` of the mass. What is laid on a
    node by a label of that rank speaks for no child and against none: where at least `committed`
    of a node's mass lies below it, all of it is shared among the children.
R6  The answer is where the walk ends; above the rank of class it is "unknown animal".
R7  Where no expert voted there is no taxon to claim. A vote with numbers that are none, or of an
    expert without weight, is none.

The plain votes of `pipelines.tally` may be chosen instead by `method`; R1 and R7 hold for them too.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipelines import tally
from pipelines.taxonomy import CLASS_OF_GROUP, RANKS, Tree
from pipelines.types import GROUPS, NO_ANIMAL, Ballot, Crop, Identification, Vote, WalkStep

RUNNERS_UP = 5
FAINT, SOFT = 1e-3, 0.05
"""Below these shares no expert, and no coarse classifier, is sure enough to rule a group out.

The second is the larger, so that experts who agree can overrule the sorting.
"""
NOTHING = 1e-12
"""A share that is none: products of smaller ones would be lost to rounding."""
CANDIDATES = 60
"""Taxa of one group that are weighed against each other: the likeliest of each expert."""
METHODS = ("tree", *tally.METHODS)


@dataclass(frozen=True, slots=True)
class Rules:
    """The thresholds and powers of the numbered rules, and the method: one of `METHODS`.

    `breadth` was chosen on the validation photos, and on those of birds and insects as if half of
    their species had been shown to no expert but the published network: there it matters most.
    """

    no_animal: float = 0.5
    wary: float = 8.0
    overlooked: float = 0.05
    walk: float = 0.7
    committed: float = 0.3
    prior: float = 1.0
    ground: float = 0.7
    breadth: float = 1.6
    sure: float = 1.0
    floor: float = 2e-4
    method: str = "tree"


@dataclass(frozen=True, slots=True)
class _Voice:
    """One expert's vote on one crop, sorted by group: what it says to taxa of its ground.

    `listed` sums that up by group; `none` is all the rest.
    """

    expert: str
    weight: float
    breadth: Mapping[str, int]
    scores: Mapping[str, Mapping[str, float]]
    listed: Mapping[str, float]
    none: float


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
    nothing = _nothing(crop, rules)
    if nothing >= rules.no_animal:  # R1
        return Identification(crop.photo_id, crop.index, "", "", nothing, 1.0, "no_animal")
    voices = [
        _voice(ballot, vote, tree)
        for ballot, vote in sorted(cast, key=lambda pair: pair[0].expert)
        if ballot.weight > 0 and all(math.isfinite(share) for _, share in vote.scores)
    ]
    if not any(voice.listed for voice in voices):  # R7
        reason = "unknown_animal" if cast else "no_votes"
        return Identification(crop.photo_id, crop.index, "", "", 0.0, 0.0, reason)
    if rules.method != "tree":
        best = [(voice.expert, voice.weight, _best(voice)) for voice in voices if voice.listed]
        return tally.count(crop, best, tree=tree, method=rules.method)
    belief = _belief(crop, voices, rules)
    own, unnamed = _masses(voices, belief, tree, rules)
    summed = sum_upward((own, unnamed), tree)
    walk = walk_down(summed, unnamed, tree, rules)
    taken = [step for step in walk if step.taken]
    answer = taken[-1] if taken else None
    runners = sorted(own.items(), key=lambda item: (-item[1], item[0]))
    shown = tuple(
        (key, round(mass, 5)) for key, mass in runners if not answer or key != answer.taxon
    )[:RUNNERS_UP]
    if answer is None or RANKS.index(answer.rank) < RANKS.index("class"):  # R6
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
        agreement=round(_agreement(voices, belief, answer.taxon, tree, rules), 5),
        reason="species" if answer.rank in ("species", "subspecies") else "higher_rank",
        walk=walk,
        runners_up=shown,
    )


def _nothing(crop: Crop, rules: Rules) -> float:
    """R1: return how likely it is that there is no animal."""
    sorted_out = dict(crop.groups).get(NO_ANIMAL, 0.0)
    found = max(crop.confidence, rules.overlooked)
    against = rules.wary * sorted_out * (1 - found)
    total = against + (1 - sorted_out) * found
    return round(against / total, 5) if total else 1.0


def _voice(ballot: Ballot, vote: Vote, tree: Tree) -> _Voice:
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
    return _Voice(ballot.expert, ballot.weight, breadth, scores, listed, none)


def _best(voice: _Voice) -> tuple[str, float]:
    """Return the taxon that an expert gives most, and how much."""
    every = (pair for scores in voice.scores.values() for pair in scores.items())
    return max(every, key=lambda pair: (pair[1], pair[0]))


def _belief(crop: Crop, voices: Sequence[_Voice], rules: Rules) -> dict[str, float]:
    """R2: return how much each group is believed in; together 1."""
    coarse = dict(crop.groups)
    heaviest = max(voice.weight for voice in voices)
    logs = {}
    for group in GROUPS:
        logs[group] = rules.prior * math.log(max(coarse.get(group, 0.0), SOFT))
        for voice in voices:
            given = voice.listed.get(group, 0.0) if group in voice.breadth else voice.none
            power = rules.ground * voice.weight / heaviest
            logs[group] += power * math.log(max(given, FAINT))
    return _normal(logs)


def _masses(
    voices: Sequence[_Voice], belief: Mapping[str, float], tree: Tree, rules: Rules
) -> tuple[dict[str, float], dict[str, float]]:
    """R4: return the mass laid on each taxon itself, and that of a class's unnamed taxa."""
    own: dict[str, float] = {}
    unnamed: dict[str, float] = {}
    for group, believed in belief.items():
        knowing = [voice for voice in voices if group in voice.listed]
        known = max(
            (one.listed[group] / (one.listed[group] + one.none) for one in knowing), default=0.0
        )
        if known:
            for key, share in _pooled(group, knowing, tree, rules).items():
                own[key] = own.get(key, 0.0) + believed * known * share
        if key := tree.find(CLASS_OF_GROUP.get(group, "")):
            unnamed[key] = unnamed.get(key, 0.0) + believed * (1 - known)
    total = sum(own.values()) + sum(unnamed.values())
    return (
        {key: mass / total for key, mass in own.items()},
        {key: mass / total for key, mass in unnamed.items()},
    )


def _pooled(group: str, voices: Sequence[_Voice], tree: Tree, rules: Rules) -> dict[str, float]:
    """R3: return the pooled shares of the taxa of a group; together 1."""
    candidates: set[str] = set()
    for voice in voices:
        scores = voice.scores[group]
        candidates.update(sorted(scores, key=lambda key: (-scores[key], key))[:CANDIDATES])
    lines = {key: [node.key for node in tree.lineage(key)] for key in sorted(candidates)}
    total = 0.0
    logs = dict.fromkeys(lines, 0.0)
    for voice in voices:
        weight = _say(voice, group, voices, rules)
        total += weight
        scores, listed = voice.scores[group], voice.listed[group]
        for key, line in lines.items():
            given = max(scores.get(above, 0.0) for above in line) / listed
            logs[key] += weight * math.log(max(given, rules.floor))
    return _normal({key: log / total for key, log in logs.items()})


def _say(voice: _Voice, group: str, voices: Sequence[_Voice], rules: Rules) -> float:
    """Return how much an expert counts among the `voices` on a group."""
    widest = max(one.breadth[group] for one in voices)
    listed = voice.listed[group]
    breadth: float = (voice.breadth[group] / widest) ** rules.breadth
    sure: float = (max(voice.scores[group].values()) / listed) ** rules.sure
    return voice.weight * breadth * sure * listed


def _normal(logs: Mapping[str, float]) -> dict[str, float]:
    highest = max(logs.values())
    shares = {key: math.exp(log - highest) for key, log in logs.items()}
    total = sum(shares.values())
    return {key: share / total for key, share in shares.items()}


def sum_upward(laid: Iterable[Mapping[str, float]], tree: Tree) -> dict[str, float]:
    """R4: return each taxon's mass with all that lies below it, of what was laid on taxa."""
    summed: dict[str, float] = {}
    for masses in laid:
        for key, mass in masses.items():
            for node in tree.lineage(key):
                summed[node.key] = summed.get(node.key, 0.0) + mass
    return summed


def walk_down(
    summed: Mapping[str, float], unnamed: Mapping[str, float], tree: Tree, rules: Rules
) -> tuple[WalkStep, ...]:
    """R5: return the steps taken from the root, and the first one that was not.

    `summed` holds each taxon with all below it, `unnamed` what is of a class but of no known taxon.
    """
    children: dict[str, list[str]] = {}
    for key in sorted(summed):
        parent = tree[key].parent
        children.setdefault(parent if parent in tree else "", []).append(key)
    walk: list[WalkStep] = []
    here, held, raw = "", 1.0, 1.0
    while below := children.get(here):
        child = max(below, key=lambda key: summed[key])
        committed = sum(summed[key] for key in below) + unnamed.get(here, 0.0)
        whole = committed if committed >= rules.committed * raw else raw
        held = min(held, held * summed[child] / whole) if whole else 0.0
        walk.append(WalkStep(child, tree[child].rank, round(held, 5), held >= rules.walk))
        if held < rules.walk:
            break
        here, raw = child, summed[child]
    return tuple(walk)


def _agreement(
    voices: Sequence[_Voice], belief: Mapping[str, float], answer: str, tree: Tree, rules: Rules
) -> float:
    """Return the weighted share of voices whose own best label lies in line with the answer.

    In line is the answer, what lies below it, and its ancestors, which do not speak against it.
    """
    line = {node.key for node in tree.lineage(answer)}
    agreeing = total = 0.0
    for voice in voices:
        if not voice.listed:
            continue
        weight = sum(
            believed * _say(voice, group, [one for one in voices if group in one.breadth], rules)
            for group, believed in belief.items()
            if group in voice.listed
        )
        best, _ = _best(voice)
        total += weight
        if best in line or any(node.key == answer for node in tree.lineage(best)):
            agreeing += weight
    return agreeing / total
