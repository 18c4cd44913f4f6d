"""Where the marks of the dashboard's charts lie: numbers as text, ready for SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wildlife.ops.dashboard.reading import Moment

WIDTH, HEIGHT = 600, 180
LEFT, RIGHT, TOP, BOTTOM = 44, 8, 10, 26


@dataclass(frozen=True, slots=True)
class Mark:
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
class Chart:
    """Columns (`marks`), or lines with a class and a path; `sentence` says it in words."""

    sentence: str
    marks: tuple[Mark, ...]
    lines: tuple[tuple[str, str], ...]
    across: tuple[Tick, ...]
    upward: tuple[Tick, ...]

    @property
    def box(self) -> str:
        return f"0 0 {WIDTH} {HEIGHT}"

    @property
    def frame(self) -> dict[str, str]:
        return {"left": str(LEFT), "right": str(WIDTH - RIGHT), "bottom": str(HEIGHT - BOTTOM)}


def speed(counts: Sequence[int]) -> Chart:
    """Return photos per minute as columns, the last minute at the right."""
    top = max(4, *counts)
    top += -top % 4
    step = 1 / len(counts)
    total = sum(counts)
    sentence = ngettext(
        "%(count)s photo in the last hour, at most %(most)s in a minute.",
        "%(count)s photos in the last hour, at most %(most)s in a minute.",
        total,
    ) % {"count": f"{total:,}", "most": f"{max(counts):,}"}
    marks = tuple(
        Mark(
            _across((number + 0.1) * step),
            _up(count / top),
            f"{0.8 * step * (WIDTH - LEFT - RIGHT):.1f}",
            f"{count / top * (HEIGHT - TOP - BOTTOM):.1f}",
            _("%(minutes)s minutes ago: %(count)s")
            % {"minutes": len(counts) - number - 1, "count": f"{count:,}"},
        )
        for number, count in enumerate(counts)
        if count
    )
    across = (
        Tick(_across(0), _("1 hour ago")),
        Tick(_across(0.5), _("30 minutes ago")),
        Tick(_across(1), _("now")),
    )
    upward = tuple(Tick(_up(part / 4), f"{top * part // 4:,}") for part in range(5))
    return Chart(sentence, marks, (), across, upward)


def answers(moments: Sequence[Moment]) -> Chart | None:
    """Return mean confidence and agreement as two lines, answer after answer; None of too few."""
    if len(moments) < 2:
        return None
    last = len(moments) - 1
    is_long = moments[-1].at - moments[0].at > timedelta(days=2)
    written = "SHORT_DATE_FORMAT" if is_long else "TIME_FORMAT"
    sentence = _(
        "Now: %(confidence)s sure, %(agreement)s agreement; at first %(first)s and %(then)s."
    )
    ends = {
        "confidence": f"{moments[-1].confidence:.0%}",
        "agreement": f"{moments[-1].agreement:.0%}",
        "first": f"{moments[0].confidence:.0%}",
        "then": f"{moments[0].agreement:.0%}",
    }
    paths = (
        ("confidence", [one.confidence for one in moments]),
        ("agreement", [one.agreement for one in moments]),
    )
    lines = tuple(
        (name, "M" + "L".join(f"{_across(at / last)} {_up(value)}" for at, value in enumerate(row)))
        for name, row in paths
    )
    across = tuple(
        Tick(_across(at / last), date_format(timezone.localtime(moments[at].at), written))
        for at in sorted({0, last // 2, last})
    )
    upward = tuple(Tick(_up(part / 4), f"{part / 4:.0%}") for part in range(5))
    return Chart(sentence % ends, (), lines, across, upward)


def _across(share: float) -> str:
    return f"{LEFT + share * (WIDTH - LEFT - RIGHT):.1f}"


def _up(share: float) -> str:
    return f"{HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM):.1f}"
