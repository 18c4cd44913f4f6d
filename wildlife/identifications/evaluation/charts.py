"""Where the marks of the page's charts lie: numbers as text, ready for SVG."""

from collections.abc import Sequence
from dataclasses import dataclass

from wildlife.identifications.evaluation.figures import Bin

SIDE, MARGIN = 320, 40
"""Units of the reliability diagram: the whole square, and what its axes take on each side."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A named share: `width` in percent of the track, `text` as it is read."""

    name: str
    width: str
    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """One bin of the reliability diagram: its bar, the mark of its confidence, and its words."""

    x: str
    y: str
    width: str
    height: str
    dot_x: str
    dot_y: str
    words: str


@dataclass(frozen=True, slots=True)
class Tick:
    at: str
    text: str


def percent(share: float | None) -> str:
    """Write a share as people read it, with a dash where there is none."""
    return "–" if share is None else f"{share:.1%}"


def bar(name: str, share: float | None, note: str = "") -> Bar:
    """Return a share as a bar."""
    return Bar(name, f"{100 * (share or 0):.1f}", percent(share), note)


def columns(bins: Sequence[Bin]) -> list[Column]:
    """Return the bins as columns: as wide as the bin, as high as it was right, dotted at both."""
    return [
        Column(
            x=_write(_across(one.low) + 1),
            y=_write(_up(one.right)),
            width=_write(_across(one.high) - _across(one.low) - 2),
            height=_write(_up(0) - _up(one.right)),
            dot_x=_write(_across(one.confidence)),
            dot_y=_write(_up(one.right)),
            words=(
                f"{one.count} claims with {percent(one.confidence)} confidence on average, "
                f"{percent(one.right)} of them right"
            ),
        )
        for one in bins
    ]


def ticks(upward: bool) -> list[Tick]:
    """Return the marks of an axis of the reliability diagram."""
    place = _up if upward else _across
    return [Tick(_write(place(share / 4)), f"{25 * share}") for share in range(5)]


def _across(share: float) -> float:
    return MARGIN + share * (SIDE - 1.5 * MARGIN)


def _up(share: float) -> float:
    return SIDE - MARGIN - share * (SIDE - 1.5 * MARGIN)


def _write(number: float) -> str:
    return f"{number:.1f}"
