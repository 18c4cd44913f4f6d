"""Small pieces that the tests of the evaluation are made of: one photo, its votes, its truth."""

from pathlib import Path

from pipelines.identify import Lineup, Member
from pipelines.rules import Rules
from pipelines.types import Ballot, Crop, Detection, Identification, Vote
from tests.pipelines.build import key, small_tree
from wildlife.identifications.evaluation.judging import Judgement, judge
from wildlife.identifications.evaluation.recording import Header, Record
from wildlife.identifications.evaluation.truth import Box, Truth

TREE = small_tree()
WHOLE = (0.0, 0.0, 1.0, 1.0)
MIDDLE = (0.25, 0.25, 0.5, 0.5)


def truth(name: str = "", *, group: str = "mammal", file: str = "a.jpg", **fields) -> Truth:
    """A labelled photo; `name` is a scientific name of the small tree."""
    return Truth(file, Path(file), group, name, TREE.find(name), **fields)


def detection(
    index: int = 0, box: Box = MIDDLE, confidence: float = 0.9, category: str = "animal"
) -> Detection:
    """A box of the detector; without confidence it is the whole image that it makes instead."""
    return Detection("photo", index, category, confidence, box, "crop", whole_image=not confidence)


def answer(
    name: str = "",
    rank: str = "species",
    *,
    index: int = 0,
    confidence: float = 0.9,
    reason: str = "species",
    runners: tuple[str, ...] = (),
) -> Identification:
    shown = tuple((key(one), 0.1) for one in runners)
    return Identification(
        "photo", index, key(name), rank if name else "", confidence, 1.0, reason, (), shown
    )


NOTHING = answer(reason="no_animal")


def ballot(expert: str, *names: str, index: int = 0) -> Ballot:
    """An expert's vote: the first name holds most, the others halve what is left."""
    scores = tuple((key(name), 0.6 / 2**place) for place, name in enumerate(names))
    vote = Vote("photo", index, scores, 1 - sum(share for _, share in scores))
    return Ballot(expert, f"{expert}@1", 1.0, (("mammal", 9), ("bird", 9)), (vote,))


def record(
    *ballots: Ballot,
    file: str = "a.jpg",
    detections: tuple[Detection, ...] = (detection(),),
    group: str = "mammal",
    seconds: float = 0.5,
    failure: str = "",
) -> Record:
    crops = tuple(
        Crop("photo", one.index, "crop", one.whole_image, ((group, 0.9), ("other", 0.1)), ())
        for one in detections
        if one.category == "animal"
    )
    return Record(file, detections, crops, ballots, failure, seconds)


def judged(
    name: str,
    *answers: Identification,
    group: str = "mammal",
    ballots: tuple[Ballot, ...] = (),
    detections: tuple[Detection, ...] = (detection(),),
    boxes: tuple[Box, ...] = (),
    can_name: tuple[str, ...] = (),
) -> Judgement:
    """Judge one photo; the experts in `can_name` know the species."""
    true = truth(name, group=group, boxes=boxes)
    return judge(
        true,
        record(*ballots, detections=detections, group=group),
        answers,
        tree=TREE,
        can_name={expert: {key(name)} for expert in can_name},
    )


def header(**can_name: tuple[str, ...]) -> Header:
    """A line-up of experts and the scientific names that each of them knows."""
    experts = tuple(Member(name, f"{name}@1") for name in can_name)
    lineup = Lineup(Member("finder", "finder@1"), Member("coarse", "coarse@1"), experts, Rules())
    return Header(lineup, {name: tuple(map(key, known)) for name, known in can_name.items()})
