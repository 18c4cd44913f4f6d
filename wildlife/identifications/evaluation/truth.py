"""What is on each photo, as a manifest says it."""

import csv
import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipelines.taxonomy import Tree
from pipelines.types import GROUPS, NO_ANIMAL

HUMAN, VEHICLE = "human", "vehicle"
KNOWN_GROUPS = (*GROUPS, NO_ANIMAL, HUMAN, VEHICLE)
SPLITS = {"validation": ("validation", "val", "valid"), "train": ("train", "training")}
"""What a split may be called in a manifest."""

Box = tuple[float, float, float, float]


class ManifestInvalid(Exception):
    """The manifest cannot be read; the sentence says where and why."""


@dataclass(frozen=True, slots=True)
class Truth:
    """One labelled photo.

    `file` is what the manifest calls it, `taxon` the key of an accepted taxon of any rank, "" where
    only the group is known. `boxes` are (x, y, width, height) as fractions of the upright photo.
    """

    file: str
    path: Path
    group: str
    label: str = ""
    taxon: str = ""
    boxes: tuple[Box, ...] = ()

    @property
    def is_animal(self) -> bool:
        return self.group in GROUPS


@dataclass(frozen=True, slots=True)
class Manifest:
    """The photos to judge, and by name what could not be used as it was written.

    `missing` are files that are not there. `unknown` are labels that no taxon has: their photos
    count for their group only.
    """

    truths: tuple[Truth, ...]
    missing: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def read_manifest(
    path: Path,
    tree: Tree,
    *,
    common_names: Mapping[str, str],
    split: str = "",
    groups: Collection[str] = (),
    limit: int = 0,
) -> Manifest:
    """Read a CSV with the columns file and group, and if known the names, the boxes and the size.

    Files are looked up beside the manifest. A scientific name may be a synonym and of any rank;
    without one the common name is looked up in `common_names` (from `plain` names to keys).
    `limit` photos are taken evenly from the whole list. Raises ManifestInvalid.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            rows = list(enumerate(reader, start=2))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ManifestInvalid(f"{path} cannot be read: {error}.") from error
    if lacking := {"file", "group"} - set(reader.fieldnames or ()):
        raise ManifestInvalid(f"{path} has no column {' and no column '.join(sorted(lacking))}.")
    wanted = [
        (line, row)
        for line, row in rows
        if (not split or row.get("split") in SPLITS.get(split, (split,)))
        and (not groups or row["group"] in groups)
    ]
    if 0 < limit < len(wanted):
        wanted = [wanted[number * len(wanted) // limit] for number in range(limit)]
    truths, missing, unknown = [], [], set()
    for line, row in wanted:
        truth = _truth(row, path.parent, tree, common_names, f"{path.name} line {line}")
        if not truth.path.is_file():
            missing.append(truth.file)
            continue
        truths.append(truth)
        if truth.is_animal and not truth.taxon:
            unknown.add(truth.label or "(no name)")
    return Manifest(tuple(truths), tuple(missing), tuple(sorted(unknown)))


def _truth(
    row: Mapping[str, str], folder: Path, tree: Tree, names: Mapping[str, str], place: str
) -> Truth:
    if row["group"] not in KNOWN_GROUPS:
        raise ManifestInvalid(f"{place} has the unknown group {row['group']!r}.")
    scientific = (row.get("scientific_name") or "").strip()
    common = (row.get("common_name") or "").strip()
    return Truth(
        file=row["file"],
        path=folder / row["file"],
        group=row["group"],
        label=scientific or common,
        taxon=tree.find(scientific) if scientific else names.get(plain(common), ""),
        boxes=_boxes(row, place),
    )


def _boxes(row: Mapping[str, str], place: str) -> tuple[Box, ...]:
    """Return the boxes of a row, from [[x1, y1, x2, y2], …] in pixels, as fractions."""
    written = (row.get("boxes_xyxy") or "").strip()
    if not written:
        return ()
    try:
        width, height = float(row["width"]), float(row["height"])
        return tuple(
            (x1 / width, y1 / height, (x2 - x1) / width, (y2 - y1) / height)
            for x1, y1, x2, y2 in json.loads(written)
        )
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        wanted = "[[x1, y1, x2, y2], …] in pixels with the photo's width and height"
        raise ManifestInvalid(f"{place}: boxes_xyxy must be {wanted}.") from error


def plain(name: str) -> str:
    """Return a common name without case, hyphens and other signs, for comparing."""
    return " ".join(re.findall(r"\w+", name.lower()))


def unambiguous(names: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the plain names that lead to one key only, from (name, key)."""
    keys: dict[str, set[str]] = {}
    for name, key in names:
        keys.setdefault(plain(name), set()).add(key)
    return {name: next(iter(found)) for name, found in keys.items() if len(found) == 1 and name}
