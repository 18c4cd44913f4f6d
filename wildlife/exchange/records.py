"""What leaves: photos and what is on them, as plain values that every format is written from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import NamedTuple
from zoneinfo import ZoneInfo

JPEG = "image/jpeg"
MAIN_RANKS = ("kingdom", "phylum", "class", "order", "family", "genus", "species")


class Box(NamedTuple):
    """Shares (0..1) of the upright photo's width and height, from its upper left corner."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class TaxonRecord:
    """A taxon and its place in the tree. `lineage` goes from main rank to scientific name."""

    slug: str
    scientific_name: str
    rank: str
    lineage: Mapping[str, str]
    common_name: str = ""
    gbif: str = ""

    @property
    def epithet(self) -> str:
        """The second word of a species' name, "" above the species."""
        words = self.lineage.get("species", "").split(" ", 1)
        return words[1].lower() if len(words) == 2 else ""


@dataclass(frozen=True, slots=True)
class Person:
    """Who gave a verdict, by the name that others know them by, and when."""

    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ThingRecord:
    """One thing on a photo with its settled answer: a person's verdict goes before the models'.

    `index` counts from 0 on its photo. `box` is None where the whole photo is meant. `kind` is
    animal, person, vehicle or blank: a verdict may say that there is no animal. `confidence` is the
    detector's, `sureness` the answer's, both 0..1 and None where a person says it. `scores` are the
    answer's taxa by probability, the best first. `crop` is a storage key, "" where there is none.
    `models` are the releases that named it, else the one that found it, with " | " between them.
    `count` is how many somebody counted; that, `sex`, `life_stage` and `behaviour` only people say.
    """

    index: int
    kind: str
    box: Box | None
    confidence: float | None
    sureness: float | None
    taxon: TaxonRecord | None
    person: Person | None = None
    scores: tuple[tuple[TaxonRecord, float], ...] = ()
    crop: str = ""
    models: str = ""
    agreement: float | None = None
    reason: str = ""
    count: int | None = None
    sex: str = ""
    life_stage: str = ""
    behaviour: str = ""


@dataclass(frozen=True, slots=True)
class PlaceRecord:
    """Degrees; `precision` says to which fraction of a degree they were rounded, None if not."""

    latitude: float
    longitude: float
    precision: float | None = None


@dataclass(frozen=True, slots=True)
class DeploymentRecord:
    """One camera at one place for a time; `columns` are Camtrap DP's, by its own names."""

    name: str
    place: PlaceRecord | None
    start: datetime | None
    end: datetime | None
    zone: str
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class EventRecord:
    """One visit: photos of a deployment that follow each other. `id` is its row's here."""

    id: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class PhotoRecord:
    """One photo. `moment` is when it was taken, with its zone; None where nobody knows.

    `original` is a storage key, "" where the asker may not have the file. `url` leads to the file.
    `picture` is the key of what they may see of it: the original, else a small copy without EXIF
    data, blurred where people are; "" where there is none.
    """

    id: str
    filename: str
    sha256: str
    media_type: str
    width: int | None
    height: int | None
    moment: datetime | None
    received_at: datetime
    camera: str
    state: str
    failure: str
    place: PlaceRecord | None
    deployment: DeploymentRecord | None
    event: EventRecord | None
    things: tuple[ThingRecord, ...]
    original: str
    url: str
    picture: str = ""

    @property
    def name(self) -> str:
        """A file name that is no other photo's and keeps the one it was uploaded under."""
        plain = self.filename.replace("/", "_").replace("\\", "_").lstrip(".") or "photo"
        folder = f"{self.deployment.name}/" if self.deployment else ""
        return f"{_plain(folder)}{self.sha256[:12]}/{plain}"

    @property
    def pictured(self) -> tuple[str, str]:
        """The name and the media type of `picture`: the small copy is always a JPEG."""
        if self.picture == self.original or self.media_type == JPEG:
            return self.name, self.media_type
        return f"{self.name}.jpg", JPEG

    @property
    def visit(self) -> str:
        """The event's identifier, from what it is and not from its row; "" without an event."""
        if self.event is None or self.deployment is None:
            return ""
        return f"{self.deployment.name}_{stamp(self.event.start)}"

    @property
    def shown(self) -> tuple[ThingRecord, ...]:
        """What is on the photo, without what a person said is nothing."""
        return tuple(thing for thing in self.things if thing.kind != "blank")


@dataclass(frozen=True, slots=True)
class ProjectRecord:
    """Whose photos they are: a project, or somebody's own ones, which have no slug."""

    slug: str
    title: str
    description: str
    sampling_design: str
    data_licence: str
    media_licence: str
    people: tuple[str, ...]
    made_at: datetime


def clock(moment: datetime, offset: int | None, zone: str) -> datetime:
    """Return a clock's time on the spot, kept as if it were UTC, with its zone.

    `offset` are the minutes that it is ahead of UTC; where they are not known it is in `zone`, an
    IANA name.
    """
    known = ZoneInfo(zone) if offset is None else timezone(timedelta(minutes=offset))
    return moment.replace(tzinfo=known)


def stamp(moment: datetime) -> str:
    """Return a time in ISO 8601 to the second, with its zone."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _plain(folder: str) -> str:
    """Return a folder's name without what could lead out of it."""
    inner = folder.rstrip("/").replace("/", "_").replace("\\", "_").lstrip(".")
    return f"{inner or '_'}/" if folder else ""
