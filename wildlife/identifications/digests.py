"""Keeping the digest of a photo, which the library filters by, in line with the answers."""

from collections.abc import Collection, Iterable
from uuid import UUID

from django.db.models import Count, Q

from wildlife.identifications.models import Detection, Identification
from wildlife.photos.models import Photo

COLUMNS = ("taxon", "several_taxa", "confidence", "disputed", "people", "blank")

DISPUTED_BELOW = 0.5
"""Share of the experts' weight behind an answer below which they are said to disagree."""


def write_digests(photo_ids: Iterable[UUID | str]) -> None:
    """Write the digests of photos anew, from their rows; to be called whenever answers change.

    Four queries for all, one more where a photo has several kinds of animal. A photo that is not
    done has an empty digest.
    """
    photos = Photo.objects.in_bulk([UUID(str(one)) for one in photo_ids])
    further = Photo.further_taxa.through
    further.objects.filter(photo__in=photos).delete()
    found: dict[UUID, list[Detection]] = {pk: [] for pk in photos}
    voters = Count("votes", filter=Q(votes__abstention=""))
    rows = Detection.objects.filter(photo__in=photos).annotate(voters=voters)
    for row in rows.select_related("identification").order_by("index"):
        found[row.photo_id].append(row)
    others = {pk: _fill(photo, found[pk]) for pk, photo in photos.items()}
    Photo.objects.bulk_update(photos.values(), COLUMNS)
    further.objects.bulk_create(
        further(photo_id=pk, taxon_id=taxon) for pk, taxa in others.items() for taxon in taxa
    )


def _fill(photo: Photo, rows: Collection[Detection]) -> set[int]:
    """Set the digest on a photo; return its further taxa."""
    done = photo.state == Photo.State.DONE
    answers = [
        (row.identification, row)
        for row in rows
        if done
        and hasattr(row, "identification")
        and row.identification.reason != Identification.Reason.NO_ANIMAL
    ]
    named = [answer for answer, _ in answers if answer.taxon_id is not None]
    surest = max(named, key=lambda answer: answer.confidence, default=None)
    photo.taxon_id = surest.taxon_id if surest else None
    photo.confidence = surest.confidence if surest else None
    others = {answer.taxon_id for answer in named if answer.taxon_id is not None}
    others.discard(photo.taxon_id)
    photo.several_taxa = bool(others)
    photo.disputed = any(
        answer.agreement < DISPUTED_BELOW and getattr(row, "voters", 0) > 1
        for answer, row in answers
    )
    seen = {row.category for row in rows} if done else set()
    photo.people = Detection.Category.PERSON in seen
    photo.blank = (
        done and not answers and not seen & {Detection.Category.PERSON, Detection.Category.VEHICLE}
    )
    return others
