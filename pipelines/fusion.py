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
    most, to the power of `breadth`: who knows sixty birds is seldom right against a thousand. The
    mean is taken to the power of `sharpen`: below 1, because no expert is as often right on photos
    of other places as on those that its confidence was fitted on.
R4  What even the surest of them keeps for "none of my labels" belongs to no taxon below the class.
    The rest is laid on the taxa by R3 and summed upward, so that experts with different lists
    agree where their lists meet.
R5  From the root, walk down while one child holds at least `walk` of the mass. What is laid on a
    node by a label of that rank speaks for no child and against none: where at least `committed`
    of a node's mass lies below it, all of it is shared among the children.
R6  The answer is where the walk ends; above the rank of class it is "unknown animal".
R7  Where no expert voted there is no taxon to claim. A vote with numbers that are none, or of an
    expert without weight, is none.
R8  Where the place of a photo is known, a taxon that is known from other countries only counts as
    `elsewhere` of what it would within its group: of two that look alike, the one that lives there
    is likelier. Where all that may be meant live elsewhere nothing changes: that is a zoo, a pet or
    news, and is told as such.

The plain votes of `pipelines.tally` may be chosen instead by `method`; R1 and R7 hold for them too.
"""

import math
from collections.abc import Iterable, Mapping, Sequence

from pipelines import tally
from pipelines.places import NOWHERE, Place
from pipelines.pooling import Voice, best_of, is_stranger, normal, pooled_in, say_of, voice_of
from pipelines.rules import Rules
from pipelines.taxonomy import CLASS_OF_GROUP, RANKS, Tree
from pipelines.types import GROUPS, NO_ANIMAL, Ballot, Crop, Identification, Vote
from pipelines.walking import sum_upward, walk_down

RUNNERS_UP = 5
FAINT, SOFT = 1e-3, 0.05
"""Below these shares no expert, and no coarse classifier, is sure enough to rule a group out.

The second is the larger, so that experts who agree can overrule the sorting.
"""
LEAST_TO_TELL = 0.02
"""A share that a taxon would have anywhere, from which on it is told that it lives elsewhere."""


def fuse(
    crops: Sequence[Crop],
    ballots: Iterable[Ballot],
    *,
    tree: Tree,
    rules: Rules,
    places: Mapping[str, Place] | None = None,
) -> list[Identification]:
    """Return one identification per crop, in the order of `crops`.

    `places` are those of photos, by their ids, where they are known.
    """
    places = places or {}
    voices: dict[tuple[str, int], list[tuple[Ballot, Vote]]] = {}
    for ballot in ballots:
        for vote in ballot.votes:
            voices.setdefault((vote.photo_id, vote.index), []).append((ballot, vote))
    return [
        _identify(
            crop,
            voices.get((crop.photo_id, crop.index), []),
            places.get(crop.photo_id, NOWHERE),
            tree,
            rules,
        )
        for crop in crops
    ]


def _identify(
    crop: Crop, cast: list[tuple[Ballot, Vote]], place: Place, tree: Tree, rules: Rules
) -> Identification:
    nothing = _nothing(crop, rules)
    if nothing >= rules.no_animal:  # R1
        return Identification(crop.photo_id, crop.index, "", "", nothing, 1.0, "no_animal")
    voices = [
        voice_of(ballot, vote, tree)
        for ballot, vote in sorted(cast, key=lambda pair: pair[0].expert)
        if ballot.weight > 0 and all(math.isfinite(share) for _, share in vote.scores)
    ]
    if not any(voice.listed for voice in voices):  # R7
        reason = "unknown_animal" if cast else "no_votes"
        return Identification(crop.photo_id, crop.index, "", "", 0.0, 0.0, reason)
    if rules.method != "tree":
        best = [(voice.expert, voice.weight, best_of(voice)) for voice in voices if voice.listed]
        return tally.count(crop, best, tree=tree, method=rules.method)
    belief = _belief(crop, voices, rules)
    own, unnamed = _masses(voices, belief, place, tree, rules)
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
            crop.photo_id,
            crop.index,
            "",
            "",
            held,
            0.0,
            "unknown_animal",
            walk,
            shown,
            place.countries,
            _strangers(own, place, tree, rules),
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
        countries=place.countries,
        elsewhere=_strangers(own, place, tree, rules),
    )


def _nothing(crop: Crop, rules: Rules) -> float:
    """R1: return how likely it is that there is no animal."""
    sorted_out = dict(crop.groups).get(NO_ANIMAL, 0.0)
    found = max(crop.confidence, rules.overlooked)
    against = rules.wary * sorted_out * (1 - found)
    total = against + (1 - sorted_out) * found
    return round(against / total, 5) if total else 1.0


def _belief(crop: Crop, voices: Sequence[Voice], rules: Rules) -> dict[str, float]:
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
    return normal(logs)


def _strangers(own: Mapping[str, float], place: Place, tree: Tree, rules: Rules) -> tuple[str, ...]:
    """R8: return the taxa that would matter and live elsewhere only, the likeliest first."""
    matter = LEAST_TO_TELL * rules.elsewhere
    found = [key for key, mass in own.items() if mass >= matter and is_stranger(key, place, tree)]
    return tuple(sorted(found, key=lambda key: (-own[key], key))[:RUNNERS_UP])


def _masses(
    voices: Sequence[Voice], belief: Mapping[str, float], place: Place, tree: Tree, rules: Rules
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
            for key, share in pooled_in(group, knowing, place, tree, rules).items():
                own[key] = own.get(key, 0.0) + believed * known * share
        if key := tree.find(CLASS_OF_GROUP.get(group, "")):
            unnamed[key] = unnamed.get(key, 0.0) + believed * (1 - known)
    total = sum(own.values()) + sum(unnamed.values())
    return (
        {key: mass / total for key, mass in own.items()},
        {key: mass / total for key, mass in unnamed.items()},
    )


def _agreement(
    voices: Sequence[Voice], belief: Mapping[str, float], answer: str, tree: Tree, rules: Rules
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
            believed * say_of(voice, group, [one for one in voices if group in one.breadth], rules)
            for group, believed in belief.items()
            if group in voice.listed
        )
        best, _ = best_of(voice)
        total += weight
        if best in line or any(node.key == answer for node in tree.lineage(best)):
            agreeing += weight
    return agreeing / total
