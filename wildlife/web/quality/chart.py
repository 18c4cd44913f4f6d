"""Where the marks of the curve lie: how often answers were right, by how sure they were."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from wildlife.identifications.evaluation.figures import Bin
from wildlife.review.quality import Share
from wildlife.web.library.charts import Row, Tick

WIDTH, HEIGHT = 720, 320
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 12, 34


@dataclass(frozen=True, slots=True)
class Point:
    """The answers of one tenth of the sureness: where they lie, their interval, and in words."""

    x: str
    y: str
    low: str
    high: str
    words: str


@dataclass(frozen=True, slots=True)
class Curve:
    """`ideal` is where answers lie that are right as often as they are sure."""

    line: str
    ideal: str
    points: tuple[Point, ...]
    across: tuple[Tick, ...]
    upward: tuple[Tick, ...]
    rows: tuple[Row, ...]

    @property
    def box(self) -> str:
        return f"0 0 {WIDTH} {HEIGHT}"

    @property
    def frame(self) -> dict[str, str]:
        return {"left": str(LEFT), "right": str(WIDTH - RIGHT), "bottom": str(HEIGHT - BOTTOM)}


def curve_of(bins: Sequence[Bin]) -> Curve | None:
    """Return the curve, None without an answer that was named."""
    if not bins:
        return None
    points = tuple(_point(one) for one in bins)
    quarters = [step / 4 for step in range(5)]
    return Curve(
        line="M" + "L".join(f"{one.x} {one.y}" for one in points),
        ideal=f"M{_across(0)} {_up(0)}L{_across(1)} {_up(1)}",
        points=points,
        across=tuple(Tick(_across(share), f"{share:.0%}") for share in quarters),
        upward=tuple(Tick(_up(share), f"{share:.0%}") for share in quarters),
        rows=tuple(Row(f"{one.low:.0%}–{one.high:.0%}", _words(one)) for one in bins),
    )


def _point(one: Bin) -> Point:
    low, high = _share(one).interval
    return Point(_across(one.confidence), _up(one.right), _up(low), _up(high), _words(one))


def _share(one: Bin) -> Share:
    return Share(round(one.right * one.count), one.count)


def _words(one: Bin) -> str:
    low, high = _share(one).interval
    return _("%(share)s right (%(low)s to %(high)s), of %(count)s") % {
        "share": f"{one.right:.0%}",
        "low": f"{low:.0%}",
        "high": f"{high:.0%}",
        "count": f"{one.count:,}",
    }


def _across(share: float) -> str:
    return f"{LEFT + share * (WIDTH - LEFT - RIGHT):.1f}"


def _up(share: float) -> str:
    return f"{HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM):.1f}"
