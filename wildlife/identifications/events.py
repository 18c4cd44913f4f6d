"""Events of deployments, made anew wherever photos or answers have changed.

What is due is known to the database (`EventsDue`): a worker that dies leaves it due. Making the
same events again changes nothing. The rules are those of `pipelines.events`.
"""

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Max, Min, QuerySet

from pipelines.events import EventAnswer, Sighting, answer_of, visits
from pipelines.rules import Rules
from wildlife.identifications.answers import Settled, settled_of
from wildlife.photos.models import Photo
from wildlife.projects.deployments import ask_for_events
from wildlife.projects.models import Deployment, Event, EventsDue
from wildlife.species.selectors import tree
from wildlife.species.synonyms import accepted

log = structlog.get_logger(__name__)

SECONDS = 20.0
"""A worker then lets others have their turn."""
PORTION = 500
"""Photos whose answers are held in memory at once."""
Window = tuple[datetime | None, datetime | None]


@dataclass(frozen=True, slots=True)
class _Taken:
    """A photo with its time, and the event that it is in so far."""

    id: UUID
    at: datetime
    event_id: UUID | None


@dataclass(slots=True)
class _Visit:
    """Photos that belong together; `event` is the row that stands for them, None for a new one."""

    photos: list[_Taken]
    event: Event | None = None

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        return self.photos[0].at, self.photos[-1].at


def ask_for_events_of(photo_ids: Iterable[UUID | str]) -> None:
    """Let the events around photos be made anew: their answers changed. One query, then one more
    for each of their deployments. To be called in the transaction of the change."""
    photos = Photo.objects.filter(pk__in=list(photo_ids), deployment__isnull=False).order_by()
    spans = photos.values("deployment").annotate(since=Min("taken_at"), until=Max("taken_at"))
    for row in spans:
        ask_for_events([row["deployment"]], row["since"], row["until"])


def repair() -> None:
    """Let the events of all deployments with photos be made anew, whatever was missed."""
    photos = Photo.objects.filter(deployment__isnull=False).order_by()
    ask_for_events(photos.values_list("deployment", flat=True).distinct())


def go_on() -> int:
    """Make events anew where they are due, for some seconds; return of how many deployments."""
    until = time.monotonic() + SECONDS
    done = 0
    due = EventsDue.objects.order_by().values_list("deployment", flat=True).distinct()
    for pk in list(due):
        if time.monotonic() > until:
            break
        try:
            done += refresh(pk)
        except Exception:
            # Whatever is wrong with this one, the others must go on.
            log.exception("events_not_made", deployment=str(pk))
    return done


@transaction.atomic
def refresh(deployment_id: UUID) -> bool:
    """Make the events of a deployment anew; return whether something was due there.

    Of two workers at once the second waits, and then finds nothing due. Events keep their ids as
    far as they can: one that fell apart stays with its earlier photos, joined ones keep one of
    theirs.
    """
    held = Deployment.objects.select_related("project").select_for_update(of=("self",), no_key=True)
    deployment = held.filter(pk=deployment_id).first()
    if deployment is None:
        return False
    due = list(EventsDue.objects.filter(deployment=deployment).values_list("pk", "since", "until"))
    if not due:
        return False
    gap = timedelta(seconds=deployment.project.event_gap)
    photos = Photo.objects.filter(deployment=deployment)
    events = {event.pk: event for event in Event.objects.filter(deployment=deployment)}
    found = _visits(photos.filter(taken_at__isnull=False), events, gap)
    windows: list[Window] = [(since, until) for _, since, until in due]
    touched = [visit for visit in found if _changed(visit) or _within(visit, windows)]
    _write(deployment, touched)
    kept = {visit.event.pk for visit in found if visit.event is not None}
    photos.filter(taken_at=None, event__isnull=False).update(event=None)
    Event.objects.filter(pk__in=events.keys() - kept).delete()
    EventsDue.objects.filter(pk__in=[pk for pk, _, _ in due]).delete()
    return True


def _visits(photos: QuerySet[Photo], events: dict[UUID, Event], gap: timedelta) -> list[_Visit]:
    """Return the photos visit by visit, each with the event that stands for it so far."""
    columns = photos.order_by().values_list("pk", "taken_at", "event")
    rows = {pk: _Taken(pk, at, event) for pk, at, event in columns if at is not None}
    found = [
        _Visit([rows[pk] for pk in ids])
        for ids in visits(((one.at, one.id) for one in rows.values()), gap)
    ]
    free = dict(events)
    for visit in found:
        ids = [one.event_id for one in visit.photos if one.event_id in free]
        counts = Counter(pk for pk in ids if pk is not None)
        if counts:  # of two alike it is the earlier one, which was counted first
            visit.event = free.pop(counts.most_common(1)[0][0])
    return found


def _changed(visit: _Visit) -> bool:
    """Whether other photos are in it than before, or at other times.

    Photos that left it for another event show there; whoever takes one out of a deployment, or
    deletes it, asks for its time.
    """
    event = visit.event
    return (
        event is None
        or (event.start, event.end) != visit.bounds
        or any(one.event_id != event.pk for one in visit.photos)
    )


def _within(visit: _Visit, windows: Sequence[Window]) -> bool:
    start, end = visit.bounds
    return any(
        (since is None or since <= end) and (until is None or start <= until)
        for since, until in windows
    )


def _write(deployment: Deployment, touched: Sequence[_Visit]) -> None:
    """Keep the bounds and answers of events, and which photos are in them."""
    answers = list(_answers(touched))
    taxa = accepted(answer.taxon for answer in answers if answer.taxon)
    new, old, moved = [], [], []
    for visit, answer in zip(touched, answers, strict=True):
        if visit.event is None:
            visit.event = Event(deployment=deployment)
            new.append(visit.event)
        else:
            old.append(visit.event)
        visit.event.start, visit.event.end = visit.bounds
        visit.event.taxon = taxa.get(answer.taxon)
        visit.event.confidence, visit.event.count = answer.confidence, answer.count
        moved += [
            Photo(pk=one.id, event=visit.event)
            for one in visit.photos
            if one.event_id != visit.event.pk
        ]
    Event.objects.bulk_create(new, batch_size=PORTION)
    columns = ["start", "end", "taxon", "confidence", "count"]
    Event.objects.bulk_update(old, columns, batch_size=PORTION)
    Photo.objects.bulk_update(moved, ["event"], batch_size=PORTION)


def _answers(touched: Sequence[_Visit]) -> Iterator[EventAnswer]:
    """Yield the answer of each visit; photos are read some hundred at a time."""
    whole, rules = tree(), Rules()
    for portion in _portions(touched):
        seen = _sightings([one.id for visit in portion for one in visit.photos])
        for visit in portion:
            animals = [sighting for one in visit.photos for sighting in seen.get(one.id, ())]
            yield answer_of(animals, tree=whole, rules=rules)


def _portions(touched: Sequence[_Visit]) -> Iterator[list[_Visit]]:
    portion: list[_Visit] = []
    size = 0
    for visit in touched:
        portion.append(visit)
        size += len(visit.photos)
        if size >= PORTION:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion


# --- What is on the photos ------------------------------------------------------------------------


def _sightings(photo_ids: Sequence[UUID]) -> dict[UUID, list[Sighting]]:
    """Return the animals on photos, as they are settled; also those that only people marked."""
    return {
        pk: [_sighting(pk, one) for one in things if one.is_animal]
        for pk, things in settled_of(photo_ids).items()
    }


def _sighting(photo_id: UUID, thing: Settled) -> Sighting:
    taxon = thing.taxon.slug if thing.taxon else ""
    if thing.by_people:
        counted = thing.verdict.count if thing.verdict else None
        return Sighting(str(photo_id), taxon, by_person=True, count=counted or 1)
    answer = getattr(thing.detection, "identification", None)
    runners_up = answer.runners_up if answer is not None else ()
    return Sighting(
        str(photo_id),
        taxon,
        (thing.sureness or 0.0) if taxon else 0.0,
        tuple((str(slug), float(share)) for slug, share in runners_up),
    )
