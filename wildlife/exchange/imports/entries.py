"""What a file says of photos, before anybody knows which photos here are meant."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_noop as _

from wildlife.exchange.sentences import Value, Values, sentence

Box = tuple[float, float, float, float]
WHOLE: Box = (0.0, 0.0, 1.0, 1.0)
LEAST = 0.1
"""Files list boxes down to next to no confidence; those below this one say nothing."""
_TOLERANCE = 0.002
"""By so much of a side boxes leave a picture by rounding alone; they are cut there."""
_KINDS = {
    "animal": "animal",
    "person": "person",
    "human": "person",
    "homo sapiens": "person",
    "vehicle": "vehicle",
    "car": "vehicle",
    "empty": "no_animal",
    "blank": "no_animal",
    "no animal": "no_animal",
    "nothing": "no_animal",
    "unknown": "unsure",
    "unsure": "unsure",
}


class Wrong(Exception):
    """Something is not taken. Its text is a sentence in the reader's language.

    `pattern` is that sentence in English, with places for `values`.
    """

    def __init__(self, pattern: str, /, **values: Value) -> None:
        self.pattern, self.values = pattern, values
        super().__init__(pattern)

    def __str__(self) -> str:
        return sentence(self.pattern, self.values)


class WrongFile(Wrong):
    """The file cannot be imported at all."""


class WrongValue(Wrong):
    """One thing in a file cannot be taken: `code` is a word for it."""

    def __init__(self, code: str, pattern: str, /, **values: Value) -> None:
        self.code = code
        super().__init__(pattern, **values)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What of a file cannot be taken, and why. `line` counts lines or items from 1.

    `reason` is a sentence in English, with places for `values`.
    """

    line: int
    item: str
    code: str
    reason: str
    values: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Said:
    """One thing on a photo. `names` are those of its taxon, the first that is known is meant.

    `kind` is one of `Verdict.Kind`. `person` is who says so, None for a machine, whose name and
    version `model` is; `scores` are its other guesses, each by its names, with shares 0..1.
    `score` is how sure it is of the taxon, `confidence` of the box.
    """

    kind: str
    box: Box = WHOLE
    names: tuple[str, ...] = ()
    person: str | None = None
    model: str = ""
    confidence: float = 1.0
    score: float = 1.0
    scores: tuple[tuple[tuple[str, ...], float], ...] = ()
    count: int | None = None
    sex: str = ""
    life_stage: str = ""
    behaviour: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A photo in a file. `path` and `sha256` tell which is meant; `member` is where an archive has
    it itself, if that is elsewhere. `deployment` and `moment` (with its zone) are told by Camtrap
    DP alone."""

    line: int
    path: str
    sha256: str = ""
    said: tuple[Said, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    deployment: str = ""
    moment: datetime | None = None
    member: str = ""

    @property
    def inside(self) -> str:
        """The name that an archive has the photo under, if it does."""
        return self.member or self.path


Item = Entry | Trouble
Items = Iterator[Item]


def number(value: Any, least: float, most: float, name: str) -> float:
    """Return a finite number within bounds. Raises WrongValue."""
    try:
        told = float(value) if not isinstance(value, bool) else math.nan
    except (TypeError, ValueError, OverflowError):
        told = math.nan
    if not least <= told <= most:
        raise WrongValue(
            "bad_number",
            _("%(name)s has to be a number from %(least)g to %(most)g."),
            name=name, least=least, most=most,
        )  # fmt: skip
    return told


def box(values: Any) -> Box:
    """Return x, y, width and height as shares of the picture. Raises WrongValue."""
    if not isinstance(values, Sequence) or isinstance(values, str) or len(values) != 4:
        raise WrongValue("bad_box", _("A box is four numbers: x, y, width and height."))
    x, y, width, height = (number(one, -1e9, 1e9, "bbox") for one in values)
    right, bottom = x + width, y + height
    outside = min(x, y) < -_TOLERANCE or max(right, bottom) > 1 + _TOLERANCE
    if outside or width <= 0 or height <= 0:
        raise WrongValue("box_outside", _("This box is not inside the picture."))
    if min(x, y) >= 0 and max(right, bottom) <= 1:
        return x, y, width, height
    x, y = max(x, 0.0), max(y, 0.0)
    return x, y, min(right, 1.0) - x, min(bottom, 1.0) - y


def kind_of(label: str) -> str:
    """Return what a label means that names no taxon, "" for one that does."""
    return _KINDS.get(" ".join(label.replace("_", " ").split()).casefold(), "")


def trouble(line: int, item: str, wrong: WrongValue) -> Trouble:
    return Trouble(line, item, wrong.code, wrong.pattern, wrong.values)


def text_of(value: Any) -> str:
    """Return a text of a stranger's file without what a database cannot keep, "" for others."""
    return value.replace("\x00", "").strip() if isinstance(value, str) else ""
