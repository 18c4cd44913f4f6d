"""The picture of the inference graph: where each box stands and which lines join the columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from pipelines.picture import Cell
from wildlife.told import told
from wildlife.web import wording
from wildlife.web.said import Said

SIDE = 100
"""The lines of a gap are drawn in a square of this side and stretched to fit."""

ICONS = {
    "waiting": "clock",
    "running": "again",
    "done": "check",
    "failed": "cross",
    "abstained": "minus",
    "skipped": "minus",
}
"""The drawing of each status in icons.svg."""


@dataclass(frozen=True, slots=True)
class Box:
    """One step as it is shown."""

    cell: Cell
    title: str
    status_word: str
    icon: str
    duration: str
    said: Said

    @property
    def note(self) -> str:
        """What there is to say beyond the status."""
        note = told(self.cell.note)
        return "" if note == self.status_word else note


@dataclass(frozen=True, slots=True)
class Column:
    """Steps that run side by side, and the SVG paths that lead to them from the column before."""

    boxes: tuple[Box, ...]
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: a sentence, and how many of its steps have ended."""

    sentence: str
    ended: int
    total: int


def columns_of(
    picture: Sequence[Sequence[Cell]], said: Mapping[str, Said] | None = None
) -> tuple[Column, ...]:
    """Return the picture of a graph with its lines, and what each step said, for the template."""
    spoken = said or {}
    columns = []
    before = 0
    for cells in picture:
        boxes = tuple(
            Box(
                cell,
                told(cell.title),
                _status_word(cell.status),
                ICONS[cell.status],
                wording.seconds(cell.milliseconds),
                spoken.get(cell.name, Said()),
            )
            for cell in cells
        )
        columns.append(Column(boxes, _lines(before, len(cells))))
        before = len(cells)
    return tuple(columns)


def progress_of(picture: Sequence[Sequence[Cell]]) -> Progress:
    """Return how far a run is by its picture. An empty picture is one that nobody can run yet."""
    cells = [cell for column in picture for cell in column]
    open_ones = [cell for cell in cells if cell.status in ("waiting", "running")]
    sentence = _sentence(open_ones[0].name) if open_ones else _("Putting the answer together…")
    if not cells:
        sentence = _("Waiting until a model is ready…")
    return Progress(sentence, len(cells) - len(open_ones), len(cells))


def _sentence(step: str) -> str:
    return {
        "detect": _("Looking for animals…"),
        "sort": _("Sorting what was found…"),
        "fuse": _("Joining the experts' votes…"),
        "describe": _("Looking up the species…"),
    }.get(step, _("Asking the species experts…"))


def _status_word(status: str) -> str:
    return {
        "waiting": _("waiting"),
        "running": _("running"),
        "done": _("done"),
        "failed": _("failed"),
        "abstained": _("abstained"),
        "skipped": _("not asked"),
    }[status]


def _lines(left: int, right: int) -> tuple[str, ...]:
    """Return a curve from each of `left` boxes to each of `right`, all evenly spread in height."""
    starts = [SIDE * (2 * place + 1) / (2 * left) for place in range(left)]
    ends = [SIDE * (2 * place + 1) / (2 * right) for place in range(right)]
    middle = SIDE / 2
    return tuple(
        f"M0 {start:g}C{middle:g} {start:g} {middle:g} {end:g} {SIDE} {end:g}"
        for start in starts
        for end in ends
    )
