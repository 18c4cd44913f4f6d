"""The models' evidence on each photo, kept in a file, so that rules can be replayed without them.

A file of votes is JSON lines: a `Header`, then one `Record` per photo. Full scores are kept.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from pipelines.fusion import fuse
from pipelines.identify import Lineup
from pipelines.rules import Rules
from pipelines.taxonomy import Tree
from pipelines.types import Ballot, Crop, Detection, Identification
from wildlife.identifications.evaluation.truth import Truth, unambiguous
from wildlife.identifications.local import identify_files
from wildlife.identifications.toolbox import RegistryModels


class VotesInvalid(Exception):
    """A file of votes cannot be read; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Header:
    """Who voted, and the keys of the taxa that each expert can name.

    `names` leads from the plain names by which the experts call taxa to their keys.
    """

    lineup: Lineup
    can_name: dict[str, tuple[str, ...]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Record:
    """All that the models said of one photo, or why it could not be read."""

    file: str
    detections: tuple[Detection, ...] = ()
    crops: tuple[Crop, ...] = ()
    ballots: tuple[Ballot, ...] = ()
    failure: str = ""
    seconds: float = 0.0


def header(who: Lineup, tree: Tree) -> Header:
    """Load the models of a line-up, and return what is said of it before its votes."""
    models = RegistryModels()
    models.detector(who.detector)
    models.classifier(who.coarse)
    can_name, names = {}, []
    for member in who.experts:
        labels = models.classifier(member).labels
        known = [(label.text, tree.meant_by(label)) for label in labels]
        can_name[member.name] = tuple(sorted({key for _, key in known if key}))
        names += [(text, key) for text, key in known if key]
    return Header(who, can_name, unambiguous(names))


def record(truths: Iterable[Truth], who: Lineup) -> Iterator[Record]:
    """Run the models on photos and yield what they said, in the same order."""
    known = list(truths)
    answers = identify_files((truth.path for truth in known), who)
    for truth, answer in zip(known, answers, strict=True):
        yield Record(
            file=truth.file,
            detections=tuple(seen.detection for seen in answer.seen),
            crops=answer.crops,
            ballots=answer.ballots,
            failure=answer.failure,
            seconds=answer.seconds,
        )


def answers_of(
    one: Record, *, tree: Tree, rules: Rules, weights: Mapping[str, float] | None = None
) -> list[Identification]:
    """Return the answers for the crops of a photo, by these rules and weights."""
    ballots = [
        replace(ballot, weight=(weights or {}).get(ballot.expert, ballot.weight))
        for ballot in one.ballots
    ]
    return fuse(one.crops, ballots, tree=tree, rules=rules)


def write_votes(path: Path, head: Header, records: Iterable[Record]) -> Iterator[Record]:
    """Write records to a file as they come, and yield them again."""
    with path.open("wb") as file:
        file.write(msgspec.json.encode(head) + b"\n")
        for one in records:
            file.write(msgspec.json.encode(one) + b"\n")
            yield one


def read_votes(path: Path) -> tuple[Header, list[Record]]:
    """Read a file of votes. Raises VotesInvalid."""
    try:
        first, *others = path.read_bytes().splitlines()
        head = msgspec.json.decode(first, type=Header)
        decoder = msgspec.json.Decoder(Record)
        return head, [decoder.decode(line) for line in others]
    except (OSError, ValueError) as error:
        raise VotesInvalid(f"{path} is no file of votes: {error}.") from error
