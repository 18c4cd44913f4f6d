"""Joining the votes of photos anew, without looking at them again: the models' votes are kept.

It is due (`Photo.answer_due`) where the place of a photo has changed, and on demand where the rules
or the weights of experts have. Votes stay as they are, and so does what people said. The database
knows what is due: a worker that dies leaves it due, and doing it again changes nothing.
"""

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Prefetch

from models_registry.models import ModelRelease
from pipelines.fusion import fuse
from pipelines.places import Place
from pipelines.rules import Rules
from pipelines.types import Ballot, Crop
from pipelines.types import Vote as Said
from wildlife.identifications.digests import write_digests
from wildlife.identifications.events import ask_for_events_of
from wildlife.identifications.models import Detection, Identification, Run, Vote
from wildlife.identifications.places import places_of
from wildlife.identifications.rows import answer_columns
from wildlife.identifications.telling import tell_of
from wildlife.photos.models import Photo
from wildlife.projects.models import Happening
from wildlife.species.selectors import tree
from wildlife.species.synonyms import accepted

PORTION = 200
SECONDS = 20.0
"""A worker then lets others have their turn."""
COLUMNS = (
    "taxon", "confidence", "agreement", "reason", "walk", "runners_up", "countries", "elsewhere",
)  # fmt: skip


def go_on(seconds: float = SECONDS) -> int:
    """Answer photos anew where it is due, for some seconds; return how many were."""
    until = time.monotonic() + seconds
    done = 0
    while time.monotonic() < until and (some := _portion()):
        done += some
    return done


@transaction.atomic
def _portion() -> int:
    """Answer some photos anew; who else is at it takes others, or waits (SQLite)."""
    due = Photo.objects.filter(answer_due=True).exclude(
        state__in=[Photo.State.WAITING, Photo.State.RUNNING]  # their run is yet to end
    )
    held = due.select_for_update(skip_locked=True, of=("self",)).select_related("deployment")
    photos = list(held.order_by("pk")[:PORTION])
    changed = _answer(photos)
    if changed:
        write_digests(changed)
        ask_for_events_of(changed)
        tell_of(Happening.Kind.IDENTIFIED, changed)
    Photo.objects.filter(pk__in=[photo.pk for photo in photos]).update(answer_due=False)
    return len(photos)


def _answer(photos: Sequence[Photo]) -> list[UUID]:
    """Join the votes of photos anew; return those whose answers are others now.

    Runs from before it was kept how much each expert can name have no others.
    """
    votes = Prefetch("votes", Vote.objects.order_by("expert"))
    found = Detection.objects.filter(photo__in=photos, identification__isnull=False)
    found = found.select_related("identification", "run").prefetch_related(votes)
    by_run: dict[Run, list[Detection]] = defaultdict(list)
    for row in found.order_by("photo", "index"):
        if row.run.breadths:
            by_run[row.run].append(row)
    places = places_of(photos)
    weights = {release.key: release.weight for release in ModelRelease.objects.all()}
    changed: dict[UUID, None] = {}
    for run, rows in by_run.items():
        changed |= dict.fromkeys(_join(run, rows, places, weights))
    return list(changed)


def _join(
    run: Run,
    rows: Sequence[Detection],
    places: Mapping[str, Place],
    weights: Mapping[str, float],
) -> list[UUID]:
    """Join the votes on detections of one run; return the photos whose answers are others now."""
    rules = Rules(method=settings.FUSION_METHOD)
    ballots = _ballots(run, rows, weights)
    answers = fuse([_crop(row) for row in rows], ballots, tree=tree(), rules=rules, places=places)
    taxa = accepted(answer.taxon for answer in answers)
    changed = []
    for row, answer in zip(rows, answers, strict=True):
        held = row.identification
        columns = answer_columns(answer, taxa)
        if any(getattr(held, name) != value for name, value in columns.items()):
            for name, value in columns.items():
                setattr(held, name, value)
            changed.append(row)
    Identification.objects.bulk_update([row.identification for row in changed], COLUMNS)
    return [row.photo_id for row in changed]


def _crop(row: Detection) -> Crop:
    return Crop(
        photo_id=str(row.photo_id),
        index=row.index,
        key=row.crop,
        whole_image=row.whole_image,
        groups=tuple((str(group), float(share)) for group, share in row.groups),
        experts=tuple(vote.expert for vote in row.votes.all()),
        confidence=row.confidence,
    )


def _ballots(run: Run, rows: Sequence[Detection], weights: Mapping[str, float]) -> Iterator[Ballot]:
    """Return what the experts of a run said of detections, at the weights that they have now.

    A release that is gone keeps the weight that it had.
    """
    said: dict[tuple[str, str, float], list[Said]] = defaultdict(list)
    for row in rows:
        for vote in row.votes.all():
            if not vote.abstention:
                scores = tuple((str(slug), float(share)) for slug, share in vote.scores)
                by = vote.expert, vote.release, weights.get(vote.release, vote.weight)
                said[by].append(Said(str(row.photo_id), row.index, scores, vote.none))
    for (expert, release, weight), votes in said.items():
        breadth = tuple((str(group), int(count)) for group, count in run.breadths.get(expert, []))
        yield Ballot(expert, release, weight, breadth, tuple(votes))
