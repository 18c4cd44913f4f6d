"""THE graph: photo → detect → sort → one vote per expert → fuse → describe.

Runners, workers and the picture on the page all read this one definition.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, BinaryIO, Protocol, cast

from models_registry.interfaces import Classifier, Detector
from pipelines import steps
from pipelines.fusion import fuse
from pipelines.graph import Graph, Step
from pipelines.places import Place
from pipelines.rules import Rules
from pipelines.taxonomy import Tree
from pipelines.types import Ballot, Crop, Identification, Photo, Scene


@dataclass(frozen=True, slots=True)
class Member:
    """One release in a line-up, with all that shapes its answers.

    `groups` are the coarse groups an expert is asked about (none: all); `queue` is where its step
    runs; `threshold` is a detector's least confidence.
    """

    name: str
    release: str
    title: str = ""
    sha256: str = ""
    weight: float = 1.0
    threshold: float = 0.25
    groups: tuple[str, ...] = ()
    queue: str = ""


@dataclass(frozen=True, slots=True)
class Lineup:
    """Who takes part in a run, and by which rules the votes are joined. Stored with the run."""

    detector: Member
    coarse: Member
    experts: tuple[Member, ...]
    rules: Rules = field(default_factory=Rules)


class Models(Protocol):
    """Where the steps get their networks from."""

    def detector(self, member: Member) -> Detector: ...

    def classifier(self, member: Member) -> Classifier: ...


class Media(Protocol):
    """Where originals are read, and previews and crops are kept."""

    def open(self, key: str) -> BinaryIO: ...

    def save(self, key: str, data: bytes) -> None:
        """Keep `data` under exactly this key, replacing what is there."""
        ...


Places = Callable[[list[Scene]], Mapping[str, Place]]
Describe = Callable[[list[Scene], list[Crop], list[Ballot], list[Identification]], Any]


@dataclass(frozen=True, slots=True)
class Tools:
    """What the steps need from outside.

    `places` tells where photos were taken, by their ids, as far as that is known and says which
    animals live there; `describe` is the join with the species database.
    """

    models: Models
    media: Media
    tree: Callable[[], Tree]
    places: Places
    describe: Describe
    max_pixels: int


def build(lineup: Lineup, tools: Tools | None = None) -> Graph:
    """Return the graph of a line-up. Without tools it can be drawn and sent, but not run."""
    given = cast(Tools, tools)
    experts = tuple(expert_step(member) for member in lineup.experts)
    return Graph(
        inputs={"photos": list[Photo]},
        steps=(
            Step(
                name="detect",
                run=partial(steps.detect, member=lineup.detector, tools=given),
                reads=("photos",),
                returns=list[Scene],
                queue="detect",
                release=lineup.detector.release,
            ),
            Step(
                name="sort",
                run=partial(steps.sort, member=lineup.coarse, experts=lineup.experts, tools=given),
                reads=("detect",),
                returns=list[Crop],
                queue="sort",
                release=lineup.coarse.release,
            ),
            *(
                Step(
                    name=name,
                    run=partial(steps.vote, member=member, tools=given),
                    reads=("sort",),
                    returns=Ballot,
                    queue=member.queue or name,
                    release=member.release,
                    on_failure=partial(steps.abstain, member=member),
                )
                for name, member in zip(experts, lineup.experts, strict=True)
            ),
            Step(
                name="fuse",
                run=partial(_fuse, rules=lineup.rules, tools=given),
                reads=("detect", "sort", *experts),
                returns=list[Identification],
                queue="fuse",
            ),
            Step(
                name="describe",
                run=partial(_describe, tools=given),
                reads=("detect", "sort", *experts, "fuse"),
                returns=Any,
                queue="describe",
            ),
        ),
    )


def expert_step(member: Member) -> str:
    """Return the name of an expert's step, which is also the name of its own queue."""
    return f"expert.{member.name}"


def _fuse(
    scenes: list[Scene], crops: list[Crop], *ballots: Ballot, rules: Rules, tools: Tools
) -> list[Identification]:
    return fuse(crops, ballots, tree=tools.tree(), rules=rules, places=tools.places(scenes))


def _describe(scenes: list[Scene], crops: list[Crop], *rest: Any, tools: Tools) -> Any:
    *ballots, answers = rest
    return tools.describe(scenes, crops, ballots, answers)
