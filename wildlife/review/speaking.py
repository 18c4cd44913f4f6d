"""Saying what is on a photo: about all of it, or about some of its boxes."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.models import User
from django.db import transaction

from wildlife.identifications import verdicts
from wildlife.identifications.answers import WHOLE, box_of, machine_says
from wildlife.identifications.models import Detection, Verdict
from wildlife.identifications.verdicts import Word
from wildlife.photos.models import Photo
from wildlife.review.models import Claim

Kind = Verdict.Kind


@transaction.atomic
def say(
    photo_ids: Iterable[UUID],
    by: User | None,
    word: Word | None,
    boxes: Collection[int] = (),
    more: Mapping[str, Any] | None = None,
    *,
    knowingly: bool = False,
) -> UUID:
    """Say something of photos; return what it can be taken back by.

    Without a word the models' answers are accepted, each box its own, and `more` (columns of a
    Word) is said of the animals among them. `boxes` are ids of detections
    to speak of; without any it is all animals of each photo, or the photo as a whole where the
    models saw none. Only a single photo has its boxes told apart. `knowingly` is as `verdicts.give`
    takes it.
    """
    batch = uuid4()
    photos = list(Photo.objects.filter(pk__in=photo_ids, state=Photo.State.DONE))
    rows = Detection.objects.filter(photo__in=photos).order_by("index")
    by_photo: dict[UUID, list[Detection]] = {photo.pk: [] for photo in photos}
    for row in rows.select_related("identification__taxon"):
        by_photo[row.photo_id].append(row)
    for pk, seen in by_photo.items():
        about = [row for row in seen if row.pk in boxes] if boxes else _meant(seen, word)
        for row in about:
            told = word or accepted(row, more)
            verdicts.give(row, told, by, batch=batch, knowingly=knowingly)
        if not about and not boxes:
            told = word or Word(kind=Kind.NO_ANIMAL)
            verdicts.mark(pk, WHOLE, told, by, batch=batch, knowingly=knowingly)
    if by is not None:
        Claim.objects.filter(photo__in=photos, user=by).delete()
    return batch


@transaction.atomic
def agree(photo_ids: Collection[UUID], by: User, *, knowingly: bool = False) -> UUID:
    """Say the same of photos as what wants a second look there, the newest word on each box.

    Returns what it can be taken back by. Repeating one's own word changes nothing, unless it is
    done knowingly.
    """
    batch = uuid4()
    wanted = Verdict.objects.filter(photo__in=photo_ids, second_look=Verdict.SecondLook.WANTED)
    for row in wanted.select_related("taxon").order_by("given_at", "pk"):
        word = Word(**{one.name: getattr(row, one.name) for one in fields(Word)})
        verdicts.mark(row.photo_id, box_of(row), word, by, batch=batch, knowingly=knowingly)
    Claim.objects.filter(photo__in=photo_ids, user=by).delete()
    return batch


def waits(batch: UUID) -> bool:
    """Whether something of what was said in one go wants a second look before it counts."""
    rows = Verdict.objects.filter(batch=batch, second_look=Verdict.SecondLook.WANTED)
    return rows.exists()


def accepted(row: Detection, more: Mapping[str, Any] | None = None) -> Word:
    """Return the word that agrees with what the models say of a detection."""
    kind, taxon, _ = machine_says(row)
    return Word(str(kind), taxon, **(more or {}) if kind == Kind.ANIMAL else {})


def take_back(batch: UUID, by: User) -> int:
    """Take back what somebody said in one go; return of how many boxes."""
    return verdicts.withdraw(Verdict.objects.filter(batch=batch, given_by=by))


def _meant(seen: Sequence[Detection], word: Word | None) -> list[Detection]:
    """Return the boxes that a word about a photo is about."""
    if word is None:
        return list(seen)
    return [row for row in seen if row.category == Detection.Category.ANIMAL]
