"""What a model is: a card.toml and a labels.csv, read into a frozen dataclass and checked."""

import csv
import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from models_registry.errors import CardInvalid
from models_registry.gallery import Closeness
from models_registry.interfaces import DETECTION_LABELS, GROUPS, NO_ANIMAL, Label

KINDS = ("detector", "coarse", "expert", "embedder")
PRECISIONS = ("fp32", "bf16")
FITS = ("letterbox", "crop", "squash")
COLUMNS = ["index", "label", "taxon", "rank", "group"]
SHARED = "shared:"
BESIDE = r"\.\./[a-z0-9-]+/"
"""A release may run the weights of another one in the same folder; its own hash guards them."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class InputSpec:
    """How a picture becomes the square of `size` pixels that the network was trained on.

    `fit` is "letterbox" (the long side to `size`, padded with the grey value `fill`), "crop" (the
    central square, `crop` of the short side) or "squash" (both sides to `size`, whatever the
    aspect). Then (RGB / 255 - mean) / std.
    """

    size: int
    fit: str
    crop: float
    fill: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    closer: int = 0
    """Of a detector: the size of a second, closer look; 0 for none."""
    mirrored: bool = False
    """Of a classifier: whether it looks at the mirror image too, in as much time again."""


@dataclass(frozen=True, slots=True)
class ModelCard:
    """Everything fixed about one version of one model."""

    folder: Path
    name: str
    version: str
    title: str
    kind: str
    adapter: str
    architecture: str
    arguments: Mapping[str, Any]
    weights: str
    sha256: str
    input: InputSpec
    precision: str
    temperature: float
    groups: tuple[str, ...]
    weight: float
    threshold: float
    licence: str
    source: str
    parent: str
    outputs: tuple[Label, ...]
    """The network's outputs, by index; those of a coarse classifier are summed by group."""
    fingerprint: str
    """Hash of both files of the card."""
    gallery: str = ""
    """Of an embedder: the file of known vectors beside the card, "" where it has none."""
    gallery_sha256: str = ""
    closeness: Closeness = field(default_factory=Closeness)
    training: Mapping[str, Any] = field(default_factory=dict)
    """How it was made and how well it did, in words and figures that no program asks for."""

    @property
    def key(self) -> str:
        """Name and version as releases, runs and votes write them: `birds@1`."""
        return f"{self.name}@{self.version}"

    @property
    def labels(self) -> tuple[Label, ...]:
        """What an answer's columns mean: a coarse classifier's groups, else the outputs."""
        if self.kind != "coarse":
            return self.outputs
        return tuple(Label(i, group, "", "", group) for i, group in enumerate((*GROUPS, NO_ANIMAL)))

    def weights_path(self, shared_dir: Path) -> Path:
        """Return where the weights should be: beside this card or another, or among the shared."""
        if self.weights.startswith(SHARED):
            return shared_dir / "weights" / self.weights.removeprefix(SHARED)
        return self.folder / self.weights


def read_card(folder: Path) -> ModelCard:
    """Read and check the card in `folder`. Raises CardInvalid with a sentence."""
    try:
        toml = (folder / "card.toml").read_bytes()
        table = _Table(tomllib.loads(toml.decode()), f"{folder.name}/card.toml")
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CardInvalid(f"{folder.name}/card.toml cannot be read: {error}.") from error
    card_kind = table.choice("kind", KINDS)
    rows = folder / "labels.csv"
    csv_bytes = rows.read_bytes() if rows.is_file() else b""
    outputs = _labels(csv_bytes, card_kind, f"{folder.name}/labels.csv")
    network, picture = table.table("network"), table.table("input")
    gallery = table.table("gallery") if table.has("gallery") else None
    card = ModelCard(
        folder=folder,
        name=table.matching("name", r"(?=.{1,60}$)[a-z0-9]+(-[a-z0-9]+)*"),
        version=table.matching("version", r"[0-9A-Za-z.]{1,20}"),
        title=table.matching("title", r".{1,120}"),
        kind=card_kind,
        adapter=table.text("adapter"),
        groups=table.texts("groups", GROUPS),
        weight=table.number("weight", 1.0, least=0),
        threshold=table.number("threshold", 0.25, least=0, most=1),
        licence=table.text("licence"),
        source=table.text("source"),
        parent=table.text("parent", ""),
        architecture=network.matching("architecture", r"[\w.-]+"),
        arguments=network.values("arguments"),
        weights=network.matching("weights", rf"({SHARED}|{BESIDE})?[\w.-]*\w"),
        sha256=network.matching("sha256", r"[0-9a-f]{64}"),
        precision=network.choice("precision", PRECISIONS),
        temperature=network.number("temperature", 1.0, least=0.01),
        input=InputSpec(
            size=int(picture.number("size", least=32, most=4096)),
            fit=picture.choice("fit", FITS),
            crop=picture.number("crop", 1.0, least=0.1, most=1),
            fill=int(picture.number("fill", 114, least=0, most=255)),
            mean=picture.triple("mean"),
            std=picture.triple("std"),
            closer=int(picture.number("closer", 0, least=0, most=4096)),
            mirrored=picture.flag("mirrored"),
        ),
        outputs=outputs,
        gallery=gallery.matching("file", r"[\w.-]*\w") if gallery else "",
        gallery_sha256=gallery.matching("sha256", r"[0-9a-f]{64}") if gallery else "",
        closeness=_closeness(gallery) if gallery else Closeness(),
        training=table.values("training"),
        fingerprint=hashlib.sha256(toml + b"\0" + csv_bytes).hexdigest(),
    )
    for part in (table, network, picture, *([gallery] if gallery else [])):
        part.refuse_leftovers()
    return card


def _closeness(table: "_Table") -> Closeness:
    return Closeness(
        nearest=int(table.number("nearest", least=1, most=1000)),
        sharpness=table.number("sharpness", least=0),
        familiar=table.number("familiar", least=-1, most=1),
        steepness=table.number("steepness", least=0),
    )


def _labels(content: bytes, kind: str, place: str) -> tuple[Label, ...]:
    if kind == "embedder" and not content:
        return ()
    try:
        reader = csv.DictReader(content.decode().splitlines())
        rows = list(reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise CardInvalid(f"{place} cannot be read: {error}.") from error
    if reader.fieldnames != COLUMNS:
        raise CardInvalid(f"{place} must have the columns {', '.join(COLUMNS)}.")
    known = {"", *(DETECTION_LABELS if kind == "detector" else (*GROUPS, NO_ANIMAL))}
    for number, row in enumerate(rows):
        if None in row or None in row.values() or row["index"] != str(number):
            raise CardInvalid(f"{place} must count its rows from 0: row {number} does not.")
        if row["group"] not in known:
            raise CardInvalid(f"{place} row {number} has the unknown group {row['group']!r}.")
        if kind == "coarse" and not row["group"]:
            raise CardInvalid(f"{place} row {number} has no group, and a coarse label needs one.")
        if row["taxon"] and not row["rank"]:
            raise CardInvalid(f"{place} row {number} has a taxon without a rank.")
    if not rows:
        raise CardInvalid(f"{place} has no rows.")
    return tuple(
        Label(int(row["index"]), row["label"], row["taxon"], row["rank"], row["group"])
        for row in rows
    )


class _Table:
    """A TOML table that hands out checked values and knows which ones nobody asked for."""

    def __init__(self, content: dict[str, Any], place: str) -> None:
        self._content, self._place = dict(content), place

    def _fault(self, key: str, wanted: str) -> CardInvalid:
        return CardInvalid(f"{self._place}: {key!r} must be {wanted}.")

    def _take(self, key: str, kind: type[T], wanted: str, default: T | None = None) -> T:
        value = self._content.pop(key, default)
        if not isinstance(value, kind) or isinstance(value, bool):
            raise self._fault(key, wanted)
        return value

    def text(self, key: str, default: str | None = None) -> str:
        value = self._take(key, str, "a text", default)
        if not value and default is None:
            raise self._fault(key, "a text that is not empty")
        return value

    def matching(self, key: str, pattern: str) -> str:
        value = self.text(key)
        if not re.fullmatch(pattern, value):
            raise self._fault(key, f"written like {pattern}, and is {value!r}")
        return value

    def choice(self, key: str, choices: tuple[str, ...]) -> str:
        value = self.text(key)
        if value not in choices:
            raise self._fault(key, f"one of {', '.join(choices)}, and is {value!r}")
        return value

    def number(
        self, key: str, default: float | None = None, *, least: float, most: float = 1e9
    ) -> float:
        value = float(self._take(key, int | float, "a number", default))  # type: ignore[arg-type]
        if not least <= value <= most:
            raise self._fault(key, f"from {least} to {most}, and is {value}")
        return value

    def flag(self, key: str) -> bool:
        value = self._content.pop(key, False)
        if not isinstance(value, bool):
            raise self._fault(key, "true or false")
        return value

    def has(self, key: str) -> bool:
        return key in self._content

    def texts(self, key: str, choices: tuple[str, ...]) -> tuple[str, ...]:
        value: list[Any] = self._take(key, list, "a list", [])
        if unknown := [item for item in value if item not in choices]:
            raise self._fault(key, f"a list of some of {', '.join(choices)}, without {unknown}")
        return tuple(value)

    def triple(self, key: str) -> tuple[float, float, float]:
        value: list[Any] = self._take(key, list, "a list")
        if len(value) != 3 or not all(isinstance(item, int | float) for item in value):
            raise self._fault(key, "three numbers, for red, green and blue")
        red, green, blue = map(float, value)
        return red, green, blue

    def values(self, key: str) -> dict[str, Any]:
        return self._take(key, dict, "a table", {})

    def table(self, key: str) -> "_Table":
        return _Table(self._take(key, dict, "a table"), f"{self._place} [{key}]")

    def refuse_leftovers(self) -> None:
        if self._content:
            raise CardInvalid(f"{self._place}: nobody knows {', '.join(map(repr, self._content))}.")
