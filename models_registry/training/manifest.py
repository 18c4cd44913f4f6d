"""The list of labelled photos that a training reads."""

import csv
import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from models_registry.interfaces import GROUPS, NO_ANIMAL
from models_registry.training.errors import TrainingRefused

TRAIN, VALIDATION = "train", "val"
COLUMNS = ("file", "split", "group", "scientific_name")
PERSON, VEHICLE = "human", "vehicle"
"""Groups of a manifest beside the animals': photos of people and of vehicles."""

THINGS = {PERSON: "person", "person": "person"} | dict.fromkeys(
    (VEHICLE, "bicycle", "car", "motorcycle", "airplane", "bus", "train", "truck", "boat"),
    "vehicle",
)
"""What a detector calls the things of a manifest; all others are animals."""

Corners = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Sample:
    """One labelled photo. `boxes` are (left, top, right, bottom) in pixels of the stored photo.

    No boxes means that nobody drew any. `things` says what is in each box, where they differ.
    """

    path: Path
    split: str
    group: str
    taxon: str
    name: str = ""
    boxes: tuple[Corners, ...] = ()
    things: tuple[str, ...] = ()

    @property
    def coarse(self) -> str:
        """The coarse group; people and vehicles are no animals."""
        return self.group if self.group in GROUPS else NO_ANIMAL


def read_manifest(path: Path) -> tuple[Sample, ...]:
    """Read a CSV with the columns file, split, group, scientific_name; files lie beside it.

    Optional columns: common_name, boxes_xyxy (a JSON list of [left, top, right, bottom]) and note
    ("boxes in order: person x2, dog x1": where a photo's boxes differ). Raises TrainingRefused.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
            if missing:
                raise TrainingRefused(f"{path.name} has no column {', '.join(missing)}.")
            samples = tuple(
                _sample(row, path.parent, f"{path.name}, line {reader.line_num}") for row in reader
            )
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise TrainingRefused(f"The manifest {path} cannot be read: {error}.") from error
    for split in (TRAIN, VALIDATION):
        if not any(sample.split == split for sample in samples):
            raise TrainingRefused(f"{path.name} has no photo with the split {split!r}.")
    return samples


def _sample(row: dict[str, str], folder: Path, place: str) -> Sample:
    split, group = row["split"], row["group"]
    if split not in (TRAIN, VALIDATION):
        raise TrainingRefused(f"{place}: the split must be train or val, and is {split!r}.")
    if group not in (*GROUPS, NO_ANIMAL, PERSON, VEHICLE):
        raise TrainingRefused(f"{place}: nobody knows the group {group!r}.")
    try:
        boxes = json.loads(row.get("boxes_xyxy") or "[]")
        corners = tuple((float(x), float(y), float(r), float(b)) for x, y, r, b in boxes)
    except (ValueError, TypeError) as error:
        raise TrainingRefused(f"{place}: boxes_xyxy is no list of four numbers each.") from error
    return Sample(
        path=folder / row["file"],
        split=split,
        group=group,
        taxon=row["scientific_name"] if group in GROUPS else "",
        name=row.get("common_name") or "",
        boxes=corners,
        things=_things(row.get("note") or "", group, len(corners)),
    )


def _things(note: str, group: str, count: int) -> tuple[str, ...]:
    """Return what is in each box: what the note lists, if it lists as many, else the group's."""
    listed: list[str] = []
    for word, times in re.findall(r"([\w ]+?) x(\d+)", note.partition("boxes in order:")[2]):
        listed += [THINGS.get(word.strip(), "animal")] * int(times)
    return tuple(listed) if len(listed) == count else (THINGS.get(group, "animal"),) * count


def fingerprint(samples: Iterable[Sample]) -> str:
    """Return a hash of a list of samples: which photos, labels and boxes, in which order."""
    digest = hashlib.sha256()
    for one in samples:
        digest.update(f"{one.path.name}|{one.split}|{one.group}|{one.taxon}|{one.boxes}\n".encode())
    return digest.hexdigest()
