"""What a reader looks for in the library, as it stands in the address."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from models_registry.interfaces import GROUPS
from wildlife.projects.places import coarse
from wildlife.species.models import ConservationAssessment


class Sure(models.TextChoices):
    """How sure the answer is, in the words of the result page."""

    VERY = "95-100", _("very sure (95% and more)")
    SURE = "80-95", _("sure (80 to 95%)")
    FAIRLY = "60-80", _("fairly sure (60 to 80%)")
    NOT = "40-60", _("not sure (40 to 60%)")
    GUESS = "0-40", _("only a guess (below 40%)")


class State(models.TextChoices):
    FAILED = "failed", _("could not be looked at")
    PENDING = "pending", _("still being looked at")


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the world in degrees. One that crosses 180° has its west east of its east."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def read(cls, text: str) -> "Box | None":
        """Read "west,south,east,north"; None where it is no such box."""
        try:
            west, south, east, north = (float(part) for part in text.split(","))
        except ValueError:
            return None
        fits = -180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90
        return cls(west, south, east, north) if fits else None

    def coarse(self) -> "Box":
        """Return the box out to the next lines of a grid on which places are told roughly."""
        west, south = coarse(self.west), coarse(self.south)
        east, north = -coarse(-self.east), -coarse(-self.north)
        return Box(max(west, -180.0), max(south, -90.0), min(east, 180.0), min(north, 90.0))

    def __str__(self) -> str:
        return ",".join(f"{side:.6g}" for side in (self.west, self.south, self.east, self.north))


@dataclass(frozen=True, slots=True)
class Wish:
    """All of it must hold. Everything is "" where it does not matter.

    `taxon` is the slug of a taxon of any rank, `project` that of a project, `box` a part of the
    world, `since` and `until` are days. `disputed`, `people`, `vehicles` and `blank` are "1" or "".
    """

    taxon: str = ""
    group: str = ""
    category: str = ""
    sure: str = ""
    since: str = ""
    until: str = ""
    box: str = ""
    upload: str = ""
    project: str = ""
    deployment: str = ""
    tag: str = ""
    state: str = ""
    disputed: str = ""
    people: str = ""
    vehicles: str = ""
    blank: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, object]) -> "Wish":
        """Read an address; what nobody can wish for is left out."""
        told = {
            one.name: str(query.get(one.name, "")).replace("\0", "").strip()[:120]
            for one in fields(cls)
        }
        for name, known in _KNOWN.items():
            if told[name] not in known:
                told[name] = ""
        for name in ("since", "until"):
            told[name] = day.isoformat() if (day := _day(told[name])) else ""
        told["box"] = str(box) if (box := Box.read(told["box"])) else ""
        for name in ("upload", "deployment"):
            told[name] = _uuid(told[name])
        return cls(**told)

    @property
    def chosen(self) -> dict[str, str]:
        """What is wished for, by name."""
        told = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: value for name, value in told.items() if value}

    @property
    def query(self) -> str:
        """The wish as the end of an address, "" for none."""
        return f"?{urlencode(self.chosen)}" if self.chosen else ""

    @property
    def days(self) -> tuple[date | None, date | None]:
        return _day(self.since), _day(self.until)

    def without(self, *names: str) -> "Wish":
        """Return the same wish with less in it."""
        return replace(self, **dict.fromkeys(names, ""))


_KNOWN = {
    "group": frozenset(GROUPS),
    "category": frozenset(ConservationAssessment.Category.values),
    "sure": frozenset(Sure.values),
    "state": frozenset(State.values),
    "disputed": frozenset("1"),
    "people": frozenset("1"),
    "vehicles": frozenset("1"),
    "blank": frozenset("1"),
}


def _day(text: str) -> date | None:
    with suppress(ValueError):
        return date.fromisoformat(text)
    return None


def _uuid(text: str) -> str:
    with suppress(ValueError):
        return str(UUID(text))
    return ""
