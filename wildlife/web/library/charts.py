"""Where the marks of the library's charts lie: numbers as text, ready for SVG.

Each chart brings the rows of the table that stands beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, log10

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from wildlife.library.insights import Period

WIDTH, HEIGHT = 720, 240
LEFT, RIGHT, TOP, BOTTOM = 46, 8, 10, 30
_MOST_LABELS = 8


@dataclass(frozen=True, slots=True)
class Mark:
    """A column of a chart, or a step of a curve, and the words that say it."""

    x: str
    y: str
    width: str
    height: str
    words: str


@dataclass(frozen=True, slots=True)
class Tick:
    at: str
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Chart:
    """`line` is the path of a curve, "" for columns; `sentence` says what the chart shows."""

    title: str
    sentence: str
    marks: tuple[Mark, ...]
    line: str
    across: tuple[Tick, ...]
    upward: tuple[Tick, ...]
    heads: tuple[str, str]
    rows: tuple[Row, ...]

    @property
    def box(self) -> str:
        return f"0 0 {WIDTH} {HEIGHT}"

    @property
    def frame(self) -> dict[str, str]:
        """Where the axes lie."""
        return {"left": str(LEFT), "right": str(WIDTH - RIGHT), "bottom": str(HEIGHT - BOTTOM)}


def timeline(unit: str, periods: Sequence[Period]) -> Chart | None:
    """Return how many photos were taken in each day, month or year; None without any."""
    if not periods:
        return None
    by_start = {one.start: one.count for one in periods}
    starts = _between(unit, periods[0].start, periods[-1].start)
    counts = [by_start.get(start, 0) for start in starts]
    names = [_name(unit, start) for start in starts]
    best = max(periods, key=lambda one: one.count)
    return _columns(
        title={
            "day": _("Photos per day"),
            "month": _("Photos per month"),
            "year": _("Photos per year"),
        }[unit],
        sentence=_("The most: %(when)s, with %(count)s.")
        % {"when": _name(unit, best.start), "count": f"{best.count:,}"},
        names=names,
        short=[date_format(start, "MONTH_DAY_FORMAT") for start in starts]
        if unit == "day"
        else names,
        counts=counts,
        heads=(_("When"), _("Photos")),
    )


def activity(hours: Sequence[int]) -> Chart | None:
    """Return how many photos were taken in each hour of the day; None without any."""
    if not any(hours):
        return None
    best = max(range(24), key=lambda hour: hours[hour])
    return _columns(
        title=_("Photos by hour of the day"),
        sentence=_("Most were taken between %(since)02d:00 and %(until)02d:00.")
        % {"since": best, "until": (best + 1) % 24},
        names=[f"{hour:02d}:00" for hour in range(24)],
        short=[f"{hour:02d}" for hour in range(24)],
        counts=hours,
        heads=(_("Hour"), _("Photos")),
    )


def accumulation(curve: Sequence[tuple[int, int]]) -> Chart | None:
    """Return how the number of species grew with the photos; None where there is nothing."""
    if len(curve) < 2:
        return None
    most_photos, most_species = curve[-1]
    top = _round_up(most_species)
    points = [(_across(x / most_photos), _up(y / top)) for x, y in curve]
    line = f"M{_write(points[0][0])} {_write(points[0][1])}" + "".join(
        f"H{_write(x)}V{_write(y)}" for x, y in points[1:]
    )
    rows = tuple(Row(f"{x:,}", f"{y:,}") for x, y in curve[1:])
    half = next(x for x, y in curve if 2 * y >= most_species)
    return Chart(
        title=_("Species found as photos were taken"),
        sentence=_(
            "%(species)s species on %(photos)s photos; half of them were on the first %(half)s. "
            "A curve that has become flat means that few are still missing."
        )
        % {
            "species": f"{most_species:,}",
            "photos": f"{most_photos:,}",
            "half": f"{half:,}",
        },
        marks=(),
        line=line,
        across=tuple(
            Tick(_write(_across(share / 4)), f"{round(most_photos * share / 4):,}")
            for share in range(5)
        ),
        upward=_upward(top),
        heads=(_("Photos so far"), _("Species so far")),
        rows=rows,
    )


def _columns(
    *,
    title: str,
    sentence: str,
    names: Sequence[str],
    short: Sequence[str],
    counts: Sequence[int],
    heads: tuple[str, str],
) -> Chart:
    top = _round_up(max(counts))
    step = (WIDTH - LEFT - RIGHT) / len(counts)
    gap = min(2.0, step / 5)
    marks = tuple(
        Mark(
            x=_write(LEFT + number * step + gap / 2),
            y=_write(_up(count / top)),
            width=_write(step - gap),
            height=_write(_up(0) - _up(count / top)),
            words=f"{name}: {count:,}",
        )
        for number, (name, count) in enumerate(zip(names, counts, strict=True))
    )
    every = ceil(len(names) / _MOST_LABELS)
    across = tuple(
        Tick(_write(LEFT + (number + 0.5) * step), name)
        for number, name in enumerate(short)
        if number % every == 0
    )
    rows = tuple(
        Row(name, f"{count:,}") for name, count in zip(names, counts, strict=True) if count
    )
    return Chart(title, sentence, marks, "", across, _upward(top), heads, rows)


def _upward(top: int) -> tuple[Tick, ...]:
    steps = 4 if top % 4 == 0 else 2 if top % 2 == 0 else 1
    return tuple(
        Tick(_write(_up(share / steps)), f"{top * share // steps:,}") for share in range(steps + 1)
    )


def _between(unit: str, first: date, last: date) -> list[date]:
    """Return all periods from the first to the last: those without a photo count too."""
    found = [first]
    while found[-1] < last:
        here = found[-1]
        if unit == "day":
            found.append(here + timedelta(days=1))
        elif unit == "month":
            found.append((here.replace(day=1) + timedelta(days=32)).replace(day=1))
        else:
            found.append(here.replace(year=here.year + 1))
    return found


def _name(unit: str, start: date) -> str:
    written = {"day": "DATE_FORMAT", "month": "YEAR_MONTH_FORMAT", "year": "Y"}[unit]
    return date_format(start, written)


def _round_up(count: int) -> int:
    """Return a round number that is not less, so that the axis has round marks."""
    if count <= 4:
        return max(count, 1)
    tens = 10 ** int(log10(count))
    return next(
        int(tens * step) for step in (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10) if tens * step >= count
    )


def _across(share: float) -> float:
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _up(share: float) -> float:
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def _write(number: float) -> str:
    return f"{number:.1f}"
