"""Keeping the digest of a photo, which the library filters by, in line with the answers."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.db.models import Count

from wildlife.identifications.answers import Settled, Standing, settled_of
from wildlife.identifications.models import Detection, Identification, Vote
from wildlife.photos.models import Photo

COLUMNS = (
    "taxon", "several_taxa", "confidence", "disputed", "people", "vehicles", "blank", "settled",
)  # fmt: skip

DISPUTED_BELOW = 0.5
"""Share of the experts' weight behind an answer below which they are said to disagree."""


def write_digests(photo_ids: Iterable[UUID | str]) -> None:
    """Write the digests of photos anew, from what is settled; to be called whenever that changes.

    A fixed number of queries for all. A photo that is not done has an empty digest.
    """
    photos = Photo.objects.in_bulk([UUID(str(one)) for one in photo_ids])
    further = Photo.further_taxa.through
    further.objects.filter(photo__in=photos).delete()
    settled = settled_of(photos)
    counts = Vote.objects.filter(detection__photo__in=photos, abstention="").order_by()
    voters = dict(counts.values_list("detection").annotate(Count("pk")))
    others = {pk: _fill(photo, settled.get(pk, []), voters) for pk, photo in photos.items()}
    Photo.objects.bulk_update(photos.values(), COLUMNS)
    further.objects.bulk_create(
        further(photo_id=pk, taxon_id=taxon) for pk, taxa in others.items() for taxon in taxa
    )


def _fill(photo: Photo, things: Sequence[Settled], voters: Mapping[int, int]) -> set[int]:
    """Set the digest on a photo; return its further taxa.

    What people settled is sure. A person or a vehicle that the models saw is reported whatever
    people say: only the looks of the photo could hide them, and those are not everybody's.
    """
    animals = [one for one in things if one.is_animal]
    named = [one for one in animals if one.taxon is not None]
    surest = max(named, key=_sureness, default=None)
    photo.taxon = surest.taxon if surest else None
    photo.confidence = _sureness(surest) if surest else None
    others = {one.taxon.pk for one in named if one.taxon is not None}
    others.discard(photo.taxon_id or 0)
    photo.several_taxa = bool(others)
    photo.disputed = any(_is_disputed(one, voters) for one in animals)
    people, vehicles = Detection.Category.PERSON, Detection.Category.VEHICLE
    seen = {one.kind for one in things}
    seen |= {one.detection.category for one in things if one.detection is not None}
    photo.people, photo.vehicles = people in seen, vehicles in seen
    done = photo.state == Photo.State.DONE
    photo.blank = done and not (animals or photo.people or photo.vehicles)
    photo.settled = bool(things) and all(one.by_people for one in things)
    return others


def _sureness(thing: Settled) -> float:
    return thing.sureness if thing.sureness is not None else 1.0


def _is_disputed(thing: Settled, voters: Mapping[int, int]) -> bool:
    if thing.by_people or thing.detection is None:
        return thing.standing is Standing.DISPUTED
    answer: Identification | None = getattr(thing.detection, "identification", None)
    return thing.standing is Standing.DISPUTED or (
        answer is not None
        and answer.agreement < DISPUTED_BELOW
        and voters.get(thing.detection.pk, 0) > 1
    )
