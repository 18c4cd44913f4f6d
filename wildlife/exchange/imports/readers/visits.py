"""Camtrap DP's observations of whole events: what they say beyond those of the events' photos.

Events are made here from their photos, and have no answer of their own: what the photos say as well
is kept with them, and the rest is told of.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext_noop as _

from wildlife.exchange.imports.entries import Trouble
from wildlife.exchange.imports.rows import Row
from wildlife.exchange.imports.shelf import Shelf

_WHAT = ("observationType", "scientificName")
_HOW = ("lifeStage", "sex", "behavior")
_NOTHING = "unclassified"
_MOST_DIGITS = 10
"""Of a count; Python itself refuses to read numbers of some thousands."""
_Told = Sequence[Any]
"""Line, medium ("" for an observation of an event), what, count as a text, how."""


def told_of(row: Row) -> tuple[str, list[Any]]:
    """Return the event of an observation, and what of it is needed here."""
    cells = row.cells
    what = [cells.get(name, "") for name in _WHAT]
    how = [cells.get(name, "") for name in _HOW]
    told = [row.line, cells.get("mediaID", ""), what, cells.get("count", ""), how]
    return cells.get("eventID", ""), told


def not_on_photos(visits: Shelf) -> Iterator[Trouble]:
    """Yield what is said of events and of no photo of theirs, one by one."""
    for event, observations in visits.groups():
        on_photos = [one for one in observations if one[1]]
        for one in observations:
            if one[1] or one[2][0] == _NOTHING or (event and _told_by(on_photos, one)):
                continue
            reason = _(
                "Of the whole event it is said: %(said)s. None of its photos says so, and events "
                "have no answer of their own here: say it of one of the photos."
            )
            yield Trouble(one[0], event[:120], "of_event", reason, {"said": _written(one)})


def _told_by(on_photos: Sequence[_Told], one: _Told) -> bool:
    """Whether photos say the same: as many on one of them, and each of how they were on any."""
    _line, _medium, what, count, how = one
    same = [other for other in on_photos if other[2] == what]
    most: Counter[str] = Counter()
    for _line, medium, _what, counted, _how in same:
        most[medium] += _number(counted)
    seen = max(most.values(), default=0)
    told = all(
        not value or any(other[4][i] == value for other in same) for i, value in enumerate(how)
    )
    return bool(same) and seen >= _number(count) and told


def _number(text: str) -> int:
    """Return a count; where nobody counted, or what is told is none, there is one at least."""
    return int(text) if text.isdecimal() and len(text) < _MOST_DIGITS else 1


def _written(one: _Told) -> str:
    _line, _medium, (kind, name), count, how = one
    animal = f"{name or kind} × {count}" if count else name or kind
    return ", ".join([animal, *filter(None, how)])
