"""The same graph in this process, for files on disk: no broker, no rows, nothing stored."""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import BinaryIO, TypeVar

from pipelines.identify import Lineup, build
from pipelines.runners import MemoryStore, run_here
from pipelines.types import Ballot, Crop, Detection, Identification, Photo, Scene, Vote
from wildlife.identifications.places import places_of_files
from wildlife.identifications.toolbox import tools
from wildlife.species.models import Taxon
from wildlife.species.synonyms import accepted

PHOTOS_AT_ONCE = 8

Placed = TypeVar("Placed", Crop, Vote)


@dataclass(frozen=True, slots=True)
class Seen:
    """One detection of a file and its answer; people and vehicles have none."""

    detection: Detection
    answer: Identification | None
    taxon: Taxon | None


@dataclass(frozen=True, slots=True)
class FileAnswer:
    """What is on one file, or the sentence that says why it could not be read.

    `crops` and `ballots` are the evidence: the groups of each animal, and each expert's votes.
    `seconds` is this file's even share of the time that it took together with others.
    """

    path: Path
    seen: tuple[Seen, ...] = ()
    width: int = 0
    height: int = 0
    failure: str = ""
    crops: tuple[Crop, ...] = ()
    ballots: tuple[Ballot, ...] = ()
    seconds: float = 0.0


class FolderMedia:
    """Originals on disk by their paths; previews and crops in memory, for one run."""

    def __init__(self) -> None:
        self._made: dict[str, bytes] = {}

    def open(self, key: str) -> BinaryIO:
        made = self._made.get(key)
        return Path(key).open("rb") if made is None else io.BytesIO(made)

    def save(self, key: str, data: bytes) -> None:
        self._made[key] = data


def identify_files(paths: Iterable[Path], who: Lineup, country: str = "") -> Iterator[FileAnswer]:
    """Identify files with a line-up, and yield their answers in the same order.

    Those that tell no place are from `country` (ISO 3166-1 alpha-3; "": nobody knows). A file that
    cannot be read yields its failure, and the others go on.
    """
    remaining = iter(paths)
    while some := list(islice(remaining, PHOTOS_AT_ONCE)):
        yield from _identify(some, who, country)


def _identify(paths: list[Path], who: Lineup, country: str) -> list[FileAnswer]:
    photos = [Photo(str(number), str(path)) for number, path in enumerate(paths)]
    made: list[FileAnswer] = []

    def describe(
        scenes: list[Scene],
        crops: list[Crop],
        ballots: list[Ballot],
        answers: list[Identification],
    ) -> None:
        made.extend(
            replace(answer, crops=_of(scene.photo_id, crops), ballots=_votes(scene, ballots))
            for answer, scene in zip(_answers(paths, scenes, answers), scenes, strict=True)
        )

    started = perf_counter()
    given = tools(describe, FolderMedia(), partial(places_of_files, country=country))
    run_here(build(who, given), MemoryStore(photos=photos))
    seconds = (perf_counter() - started) / len(paths)
    return [replace(answer, seconds=seconds) for answer in made]


def _answers(
    paths: list[Path], scenes: list[Scene], answers: list[Identification]
) -> Iterator[FileAnswer]:
    by_place = {(answer.photo_id, answer.index): answer for answer in answers}
    slugs = {slug for a in answers for slug in (a.taxon, *(key for key, _ in a.runners_up))}
    taxa = accepted(slugs)
    for path, scene in zip(paths, scenes, strict=True):
        seen = []
        for detection in scene.detections:
            answer = by_place.get((detection.photo_id, detection.index))
            seen.append(Seen(detection, answer, taxa.get(answer.taxon) if answer else None))
        yield FileAnswer(path, tuple(seen), scene.width, scene.height, scene.failure)


def _of(photo_id: str, placed: Iterable[Placed]) -> tuple[Placed, ...]:
    return tuple(one for one in placed if one.photo_id == photo_id)


def _votes(scene: Scene, ballots: list[Ballot]) -> tuple[Ballot, ...]:
    return tuple(replace(one, votes=_of(scene.photo_id, one.votes)) for one in ballots)
