"""Alerts: which photos somebody wants to know of at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Min
from django.utils import timezone

from wildlife.identifications.models import Identification
from wildlife.notify.models import Alert, Sighting
from wildlife.photos.models import Photo
from wildlife.projects.models import Project
from wildlife.projects.rights import Right, may
from wildlife.species.filters import newest_categories
from wildlife.species.models import ConservationAssessment, Taxon

_Category = ConservationAssessment.Category
WORST_FIRST = (
    _Category.EX,
    _Category.EW,
    _Category.CR,
    _Category.EN,
    _Category.VU,
    _Category.NT,
    _Category.LC,
)
"""The Red List's order. Data Deficient and Not Evaluated say nothing of how endangered."""


@dataclass(frozen=True, slots=True)
class Animal:
    """A taxon on a photo, as the answer stands."""

    photo: Photo
    taxon: Taxon
    confidence: float


def look_for(project: Project, photos: Sequence[Photo]) -> list[Sighting]:
    """Write down what a project's alerts find on photos, and return it.

    A photo is found once by an alert, however often it is looked at. `told` is false for what came
    within the quiet hours after the same animal was told of. To be called in a transaction.
    """
    rules = [one for one in _rules(project) if may(one.user, Right.SEE, project)]
    animals = _animals(photos) if rules else []
    if not animals:
        return []
    taxa = {animal.taxon.pk for animal in animals}
    first_at = _first_at(project, taxa)
    categories = newest_categories(taxa)
    return [
        sighting
        for rule in rules
        for sighting in _found(
            rule, [one for one in animals if fits(rule, one, categories, first_at)]
        )
    ]


def fits(
    alert: Alert,
    animal: Animal,
    categories: Mapping[int, str],
    first_at: Mapping[int, datetime],
) -> bool:
    """Whether all that a rule asks for holds for an animal.

    By the id of a taxon, `categories` are those of the Red List, and `first_at` is when the first
    photo of it in the project was looked at.
    """
    taxon = animal.taxon
    if animal.confidence < alert.above:
        return False
    if alert.taxon is not None and not (
        alert.taxon.path and taxon.path.startswith(alert.taxon.path)
    ):
        return False
    if alert.category and not _as_bad(categories.get(taxon.pk, ""), alert.category):
        return False
    looked_at, first = animal.photo.finished_at, first_at.get(taxon.pk)
    return not (alert.first and first and looked_at and looked_at > first)


def _as_bad(category: str, wanted: str) -> bool:
    if wanted not in WORST_FIRST:
        return category == wanted
    return category in WORST_FIRST[: WORST_FIRST.index(_Category(wanted)) + 1]


def _rules(project: Project) -> list[Alert]:
    active = project.alerts.filter(active=True, user__is_active=True)
    return list(active.select_related("taxon", "user"))


def _animals(photos: Sequence[Photo]) -> list[Animal]:
    """Return the named animals of photos: their digest's, as sure as the models are.

    What a person named is sure.
    """
    rows = Identification.objects.filter(detection__photo__in=photos, taxon__isnull=False)
    sure: dict[tuple[UUID, int | None], float] = {}
    for photo, taxon, confidence in rows.values_list("detection__photo", "taxon", "confidence"):
        sure[photo, taxon] = max(confidence, sure.get((photo, taxon), 0.0))
    through = Photo.further_taxa.through.objects.filter(photo__in=photos).select_related("taxon")
    taxa: dict[UUID, list[Taxon]] = {
        photo.pk: [photo.taxon] if photo.taxon else [] for photo in photos
    }
    for further in through:
        taxa[further.photo_id].append(further.taxon)
    return [
        Animal(photo, taxon, sure.get((photo.pk, taxon.pk), 1.0))
        for photo in photos
        for taxon in taxa[photo.pk]
    ]


def _first_at(project: Project, taxa: set[int]) -> dict[int, datetime]:
    rows = Photo.objects.filter(project=project, taxon__in=taxa).order_by()
    firsts = rows.values_list("taxon").annotate(first=Min("finished_at"))
    return {taxon: first for taxon, first in firsts if first is not None}


def _found(alert: Alert, animals: Sequence[Animal]) -> list[Sighting]:
    """Write down the photos that a rule has not found before; of a first animal only the first."""
    before = set(
        alert.sightings.filter(photo__in=[one.photo for one in animals]).values_list(
            "photo", flat=True
        )
    )
    quiet = set(
        alert.sightings.filter(
            told=True, at__gt=timezone.now() - timedelta(hours=alert.quiet_hours)
        ).values_list("taxon", flat=True)
    )
    found, firsts = [], set()
    for animal in animals:
        if animal.photo.pk in before or animal.taxon.pk in firsts:
            continue
        before.add(animal.photo.pk)
        if alert.first:
            firsts.add(animal.taxon.pk)
        told = animal.taxon.pk not in quiet
        if alert.quiet_hours:
            quiet.add(animal.taxon.pk)
        found.append(
            Sighting(
                alert=alert,
                photo=animal.photo,
                taxon=animal.taxon,
                confidence=animal.confidence,
                told=told,
                mail_due=told and alert.by_mail,
            )
        )
    return Sighting.objects.bulk_create(found)
