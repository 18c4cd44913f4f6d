"""Waiting animals that look alike, in groups that are answered at once.

The vectors are those that the nearest-neighbour expert compared (`identifications.embeddings`), of
one release: vectors of different releases have nothing to do with each other.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import numpy as np
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from numpy.typing import NDArray

from wildlife.identifications import verdicts
from wildlife.identifications.answers import OPEN, settled_of
from wildlife.identifications.models import Detection, Embedding, Identification, Verdict
from wildlife.identifications.verdicts import Word
from wildlife.library.filters import matching
from wildlife.library.reader import Reader
from wildlife.photos.models import Photo
from wildlife.review.models import Claim
from wildlife.review.queue import CLAIMED_FOR, Queue, kept_by, new_to, release, unsettled
from wildlife.review.spheres import spheres

MOST = 5_000
"""Animals that are compared at once, those of the newest photos."""
Kind = Verdict.Kind


class Waiting(NamedTuple):
    """An animal that waits for the reviewer's word, and what the models say of it.

    `begun` says that they have spoken of something else on its photo.
    """

    detection: int
    photo: UUID
    event: UUID | None
    kind: str
    taxon: int | None
    sureness: float
    vector: bytes
    begun: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Animals that look alike, its centre first, then the most alike to it.

    `kind` and `taxon` are what the models say of them together: the answer with the most sureness.
    """

    members: tuple[Waiting, ...]
    kind: str
    taxon: int | None

    @property
    def centre(self) -> int:
        return self.members[0].detection

    @property
    def photos(self) -> set[UUID]:
        return {one.photo for one in self.members}


@dataclass(frozen=True, slots=True)
class Found:
    """The group that is next, claimed for the reviewer, and how much waits with it."""

    group: Group | None
    groups: int
    animals: int


@dataclass(frozen=True, slots=True)
class Said:
    """What became of a word: how many got it, and how many did not wait for it any more."""

    batch: UUID
    given: int
    passed_over: int


def count(queue: Queue, model: str) -> int:
    """Return how many animals there are to compare, at most MOST: groups of them take longer."""
    return _embedded(model, queue.photos()).values("pk")[:MOST].count()


def waiting(queue: Queue, model: str, only: Collection[int] | None = None) -> list[Waiting]:
    """Return the animals that wait for the reviewer's word and were seen by a release.

    What others have on their screens is not among them, nor what is settled on a photo that is not.
    `only` are ids of detections to look among.
    """
    found = _embedded(model, _free(queue))
    if only is not None:
        found = found.filter(detection__in=only)
    rows = list(map(_row, found.order_by(*_NEWEST).values_list(*_COLUMNS)[:MOST]))
    open_boxes, begun = _open_on(queue, {row.photo for row in rows})
    accepted = _accepted(queue, rows)
    return [
        row._replace(begun=row.photo in begun)
        for row in rows
        if row.detection in open_boxes.get(row.photo, (row.detection,))
        and row.detection not in accepted
    ]


def groups_of(animals: Sequence[Waiting]) -> list[Group]:
    """Return the groups, the biggest first, of as many the surest; then single animals on photos
    of which the reviewer has spoken in part, for these come no more in the queue."""
    if not animals:
        return []
    vectors = np.stack([np.frombuffer(one.vector, np.float16) for one in animals])
    answers = _numbered((one.kind, one.taxon) for one in animals)
    events = _numbered(one.event or one.detection for one in animals)
    found = spheres(vectors.astype(np.float32), answers, events)
    grouped = {place for places in found for place in places}
    groups = [_group([animals[place] for place in places]) for places in found]
    groups.sort(key=lambda one: (-len(one.members), -_sureness(one)))
    rest = (one for place, one in enumerate(animals) if place not in grouped and one.begun)
    return groups + [_group([one]) for one in rest]


def next_group(queue: Queue, model: str, passed: Collection[int] = ()) -> Found:
    """Return the next group but for those with one of the detections `passed`, and claim it.

    Of a group that somebody else was quicker with, only what they left is shown.
    """
    groups = [
        group
        for group in groups_of(waiting(queue, model))
        if not any(one.detection in passed for one in group.members)
    ]
    animals = sum(len(group.members) for group in groups)
    for group in groups:
        held = hold(queue, group.photos)
        if left := [one for one in group.members if one.photo in held]:
            return Found(_group(left), len(groups), animals)
    return Found(None, 0, 0)


def leave(queue: Queue, boxes: Collection[int]) -> None:
    """Let others have the photos of detections that the reviewer does not look at any more."""
    photos = Detection.objects.filter(pk__in=boxes).values("photo")
    Claim.objects.filter(user=queue.user, photo__in=photos).delete()


def hold(queue: Queue, photos: Collection[UUID]) -> set[UUID]:
    """Claim photos for the reviewer; return those that nobody else was quicker with."""
    now = timezone.now()
    until = now + CLAIMED_FOR
    claims = Claim.objects.filter(photo__in=photos)
    with transaction.atomic():
        mine = claims.filter(Q(user=queue.user) | Q(until__lte=now))
        mine.update(user=queue.user, until=until)
        Claim.objects.bulk_create(
            (Claim(photo_id=pk, user=queue.user, until=until) for pk in sorted(photos)),
            ignore_conflicts=True,
        )
        return set(claims.filter(user=queue.user).values_list("photo", flat=True))


@transaction.atomic
def say(queue: Queue, model: str, boxes: Collection[int], word: Word) -> Said:
    """Say one word of many animals, as far as they wait for the reviewer's and nobody else's."""
    there = waiting(queue, model, boxes)
    rows = Detection.objects.filter(pk__in=[one.detection for one in there]).order_by("pk")
    batch = uuid4()
    given = verdicts.give_all(rows, word, queue.user, batch=batch)
    release(queue.user, {one.photo for one in there})
    return Said(batch, len(given), len(set(boxes)) - len(given))


_NEWEST = ("-detection__photo__moment", "-detection__photo", "detection")
_COLUMNS = (
    "detection",
    "detection__photo",
    "detection__photo__event",
    "detection__identification__reason",
    "detection__identification__taxon",
    "detection__identification__confidence",
    "vector",
)


def _free(queue: Queue) -> QuerySet[Photo]:
    """Return the photos on which anybody's word is wanted and that nobody else looks at.

    Those of which the reviewer has spoken are among them: it may have been of another animal.
    """
    shown = matching(Reader(queue.user, ""), queue.wish.without("state")).order_by()
    live = Claim.objects.filter(photo=OuterRef("pk"), until__gt=timezone.now())
    wanted = shown.filter(kept_by(queue.project, queue.user), unsettled(queue.project))
    return wanted.exclude(Exists(live.exclude(user=queue.user)))


def _embedded(model: str, photos: QuerySet[Any]) -> QuerySet[Embedding]:
    rows = Embedding.objects.filter(release=model, detection__photo__in=photos)
    return rows.exclude(vector=b"")


def _row(columns: tuple[Any, ...]) -> Waiting:
    detection, photo, event, reason, taxon, confidence, vector = columns
    kind = Kind.NO_ANIMAL if reason == Identification.Reason.NO_ANIMAL else Kind.ANIMAL
    return Waiting(detection, photo, event, str(kind), taxon, confidence or 0.0, bytes(vector))


def _open_on(queue: Queue, photos: Collection[UUID]) -> tuple[dict[UUID, set[int]], set[UUID]]:
    """Return which detections wait on the photos that somebody spoke of, and on which of these
    photos the reviewer did."""
    said = Verdict.objects.filter(photo__in=photos).order_by()
    by_photo: dict[UUID, set[int]] = {}
    begun: set[UUID] = set()
    for photo, things in settled_of(said.values_list("photo", flat=True).distinct()).items():
        by_photo[photo] = set()
        for thing in things:
            own = any(one.given_by_id == queue.user.pk for one in thing.verdicts)
            if own:
                begun.add(photo)
            elif thing.detection is not None and thing.standing in OPEN:
                by_photo[photo].add(thing.detection.pk)
    return by_photo, begun


def _accepted(queue: Queue, rows: Iterable[Waiting]) -> set[int]:
    """Return the detections whose answers the project accepts by itself: none of a new species."""
    project = queue.project
    if project is None or project.accept_above is None:
        return set()
    sure = [row for row in rows if row.taxon and row.sureness >= project.accept_above]
    new = new_to(project, {row.taxon for row in sure if row.taxon})
    return {row.detection for row in sure if row.taxon not in new}


def _numbered(things: Iterable[object]) -> NDArray[np.int64]:
    """Return a number for each thing, the same for equal ones."""
    known: dict[object, int] = {}
    return np.array([known.setdefault(one, len(known)) for one in things], np.int64)


def _group(members: Sequence[Waiting]) -> Group:
    share: Mapping[tuple[str, int | None], float] = _shares(members)
    kind, taxon = max(share, key=lambda one: share[one])
    return Group(tuple(members), kind, taxon)


def _shares(members: Iterable[Waiting]) -> dict[tuple[str, int | None], float]:
    shares: dict[tuple[str, int | None], float] = defaultdict(float)
    for one in members:
        shares[one.kind, one.taxon] += one.sureness
    return shares


def _sureness(group: Group) -> float:
    """Return the share of its answer, 0..1, in what the models are sure of."""
    return _shares(group.members)[group.kind, group.taxon] / len(group.members)
