"""The photos that a reader may see and that were identified as a taxon."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from wildlife.identifications.models import Identification
from wildlife.photos.models import Photo
from wildlife.species.models import Taxon
from wildlife.species.paths import starting_with
from wildlife.web import wording

SHOWN = 12


@dataclass(frozen=True, slots=True)
class Sighting:
    """A photo, and the close-up of the animal on it: its index, None where there is none."""

    photo: Photo
    crop: int | None
    percent: str


@dataclass(frozen=True, slots=True)
class Sightings:
    """The newest of `count` photos."""

    newest: tuple[Sighting, ...]
    count: int


def sightings_of(taxon: Taxon, photos: "QuerySet[Photo]") -> Sightings:
    """Return which of `photos` show the taxon or one below it, the newest first."""
    if not taxon.path:
        return Sightings((), 0)
    answers = Identification.objects.filter(starting_with("taxon__path", taxon.path))
    found = photos.filter(pk__in=answers.order_by().values("detection__photo"))
    count = found.order_by().count()
    if not count:
        return Sightings((), 0)
    newest = list(found[:SHOWN])
    surest = _surest(answers, newest)
    return Sightings(
        newest=tuple(Sighting(photo, *surest.get(str(photo.pk), (None, ""))) for photo in newest),
        count=count,
    )


def _surest(
    answers: "QuerySet[Identification]", photos: Sequence[Photo]
) -> dict[str, tuple[int | None, str]]:
    """Return by photo: the close-up of the surest answer, and how sure it is."""
    rows = answers.filter(detection__photo__in=photos).order_by("confidence")
    columns = ("detection__photo", "detection__index", "detection__crop", "confidence")
    return {
        str(photo): (index if crop else None, wording.percent(confidence))
        for photo, index, crop, confidence in rows.values_list(*columns)
    }
