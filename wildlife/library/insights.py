"""What many photos say together: where, when, at which hour, and how many species.

At most the newest MOST photos are looked at, so that an answer never takes long; `Sample` tells
whether there are more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import ceil

from django.db.models import Avg, Count, F, FloatField, Max, Min, QuerySet
from django.db.models.functions import (
    Cast,
    ExtractHour,
    Floor,
    Trunc,
    TruncDay,
)

from wildlife.identifications.models import Identification
from wildlife.library.wish import Box
from wildlife.photos.models import Photo
from wildlife.projects.places import COARSE
from wildlife.species.models import Taxon

MOST = 100_000
_DAYS = timedelta(days=62)
_MONTHS = timedelta(days=366 * 4)
_SPECIES = (Taxon.Rank.SPECIES, Taxon.Rank.SUBSPECIES)


@dataclass(frozen=True, slots=True)
class Cluster:
    """Photos that lie near each other: their middle, their number, and the box around them."""

    latitude: float
    longitude: float
    count: int
    box: Box


@dataclass(frozen=True, slots=True)
class Period:
    """A day, month or year (`unit`), and how many photos were taken in it."""

    start: date
    count: int


@dataclass(frozen=True, slots=True)
class Seen:
    """A taxon on some photos: on how many, and since when. `first` is a day."""

    taxon: Taxon
    photos: int
    first: date | None


@dataclass(frozen=True, slots=True)
class Census:
    """The species of some photos, the most frequent first, and the answers above species.

    `curve` holds (photos looked at, species met so far) at the end of each day that brought a new
    one, in the order in which the photos were taken, and last the end.
    """

    species: tuple[Seen, ...]
    others: tuple[Seen, ...]
    curve: tuple[tuple[int, int], ...]


def sample(photos: QuerySet[Photo]) -> QuerySet[Photo]:
    """Return the newest MOST of some photos, free to be filtered and grouped."""
    newest = photos.order_by("-moment", "-id").values("pk")[:MOST]
    return Photo.objects.filter(pk__in=newest).order_by()


def clusters(photos: QuerySet[Photo], degrees: float, *, exact: bool = True) -> list[Cluster]:
    """Return where photos were taken, together with what lies in the same square of a grid.

    Where the places must not be told exactly, the squares are whole ones of COARSE degrees, and
    stand for what lies in them.
    """
    if not exact:
        degrees = ceil(round(degrees / COARSE, 6)) * COARSE
    column, row = Floor(F("longitude") / degrees), Floor(F("latitude") / degrees)
    found = (
        photos.filter(latitude__isnull=False, longitude__isnull=False)
        .annotate(
            column=Cast(column, FloatField()),
            row=Cast(row, FloatField()),
        )
        .values("column", "row")
        .annotate(
            count=Count("pk"),
            y=Avg("latitude"),
            x=Avg("longitude"),
            west=Min("longitude"),
            east=Max("longitude"),
            south=Min("latitude"),
            north=Max("latitude"),
        )
        .order_by("-count", "row", "column")
    )
    if not exact:
        return [_square(one["column"], one["row"], degrees, one["count"]) for one in found]
    return [
        Cluster(
            one["y"],
            one["x"],
            one["count"],
            _padded(*(one[k] for k in ("west", "south", "east", "north"))),
        )
        for one in found
    ]


def _square(column: float, row: float, degrees: float, count: int) -> Cluster:
    west, south = max(column * degrees, -180.0), max(row * degrees, -90.0)
    east, north = min((column + 1) * degrees, 180.0), min((row + 1) * degrees, 90.0)
    middle = (south + north) / 2, (west + east) / 2
    return Cluster(*middle, count, Box(west, south, east, north))


def periods(photos: QuerySet[Photo]) -> tuple[str, list[Period]]:
    """Return "day", "month" or "year", and the photos in each that has some, the oldest first."""
    taken = photos.filter(taken_at__isnull=False)
    span = taken.aggregate(first=Min("taken_at"), last=Max("taken_at"))
    if span["first"] is None:
        return "day", []
    length = span["last"] - span["first"]
    unit = "day" if length <= _DAYS else "month" if length <= _MONTHS else "year"
    rows = taken.annotate(start=Trunc("taken_at", unit, tzinfo=UTC)).values("start")
    return unit, [
        Period(row["start"].date(), row["count"])
        for row in rows.annotate(count=Count("pk")).order_by("start")
    ]


def hours(photos: QuerySet[Photo]) -> list[int]:
    """Return how many photos were taken in each hour of the day, by the clock on the spot."""
    counts = [0] * 24
    rows = photos.filter(taken_at__isnull=False).annotate(hour=ExtractHour("taken_at", tzinfo=UTC))
    for row in rows.values("hour").annotate(count=Count("pk")).order_by():
        counts[row["hour"]] = row["count"]
    return counts


def census(photos: QuerySet[Photo]) -> Census:
    """Return which taxa some photos show, in three queries."""
    answers = Identification.objects.filter(
        detection__photo__in=photos.values("pk"), taxon__isnull=False
    ).order_by()
    rows = answers.values("taxon").annotate(
        photos=Count("detection__photo", distinct=True), first=Min("detection__photo__taken_at")
    )
    told = {row["taxon"]: (row["photos"], row["first"]) for row in rows}
    taxa = Taxon.objects.select_related("parent").in_bulk(told)
    seen: dict[int, Seen] = {}
    for pk, (count, first) in told.items():
        taxon = taxa[pk]
        if taxon.rank == Taxon.Rank.SUBSPECIES and taxon.parent is not None:
            taxon = taxon.parent
        seen[taxon.pk] = _joined(seen.get(taxon.pk), Seen(taxon, count, _day(first)))
    ordered = sorted(seen.values(), key=lambda one: (-one.photos, one.taxon.scientific_name))
    species = tuple(one for one in ordered if one.taxon.rank in _SPECIES)
    others = tuple(one for one in ordered if one.taxon.rank not in _SPECIES)
    return Census(species, others, tuple(_curve(photos, species)))


def _curve(photos: QuerySet[Photo], species: Sequence[Seen]) -> list[tuple[int, int]]:
    firsts = sorted(one.first for one in species if one.first)
    if not firsts:
        return []
    rows = photos.filter(taken_at__isnull=False).annotate(day=TruncDay("taken_at", tzinfo=UTC))
    points = [(0, 0)]
    looked_at = met = 0
    for row in rows.values("day").annotate(count=Count("pk")).order_by("day"):
        looked_at += row["count"]
        before = met
        while met < len(firsts) and firsts[met] <= row["day"].date():
            met += 1
        if met > before:
            points.append((looked_at, met))
    if points[-1][0] < looked_at:
        points.append((looked_at, met))
    return points


def _joined(one: Seen | None, other: Seen) -> Seen:
    if one is None:
        return other
    firsts = [day for day in (one.first, other.first) if day]
    return Seen(one.taxon, one.photos + other.photos, min(firsts, default=None))


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _padded(west: float, south: float, east: float, north: float) -> Box:
    """Return the box a little larger, so that its text, with fewer digits, still holds all."""
    room = 0.0005
    return Box(
        max(west - room, -180), max(south - room, -90), min(east + room, 180), min(north + room, 90)
    )
