"""Accepting the answers of many photos at once, and taking all of that back.

What is left to do is known to the database: a worker that dies only makes it later.
"""

import time
from datetime import timedelta
from urllib.parse import parse_qsl
from uuid import UUID

import structlog
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from wildlife.celery import app
from wildlife.identifications import verdicts
from wildlife.identifications.answers import OPEN, settled_of
from wildlife.identifications.first_records import shows_new
from wildlife.identifications.models import Verdict
from wildlife.identifications.verdicts import columns_of
from wildlife.library.wish import Wish
from wildlife.photos.models import Photo
from wildlife.projects.activities import note
from wildlife.projects.models import Project
from wildlife.projects.rights import Right, may
from wildlife.review.models import Acceptance
from wildlife.review.queue import Queue
from wildlife.review.speaking import accepted

log = structlog.get_logger(__name__)

TASK = "wildlife.review.tasks.go_on"
PORTION = 200
SECONDS = 10.0
STALE_AFTER = timedelta(minutes=1)
State = Acceptance.State


def acceptable(project: Project | None, by: User, wish: Wish, above: float) -> QuerySet[Photo]:
    """Return the photos that wait for somebody's word and whose answer is at least so sure.

    Photos on which experts disagree, with several kinds of animal, or with a species that nobody
    vouches for in the project yet, are looked at one by one.
    """
    waiting = Queue(project, by, wish).photos()
    sure = waiting.filter(confidence__gte=above, disputed=False, several_taxa=False)
    return sure.exclude(shows_new(project)) if project else sure


def start(project: Project | None, by: User, wish: Wish, above: float) -> Acceptance:
    """Accept all answers that are sure enough; return how far that is. Done by a worker.

    Of a project's photos, or without one of the user's own.
    """
    job = Acceptance.objects.create(
        project=project,
        by=by,
        query=wish.query,
        above=above,
        total=acceptable(project, by, wish, above).count(),
    )
    if project is not None:
        note(project, "answers_accepted", by, count=job.total)
    transaction.on_commit(lambda: send(job))
    return job


def undo(job: Acceptance) -> None:
    """Let all that was accepted be taken back, also while it is still going on."""
    undone = Acceptance.objects.filter(pk=job.pk, state__in=(State.RUNNING, State.DONE))
    if undone.update(state=State.UNDOING):
        if job.project is not None:
            note(job.project, "acceptance_undone", job.by, count=job.photos)
        transaction.on_commit(lambda: send(job))


def go_on(job_id: UUID | str) -> None:
    """Do some portions, and let a worker go on where more are left."""
    until = time.monotonic() + SECONDS
    while more := _portion(job_id):
        if time.monotonic() > until:
            break
    if more:
        send(Acceptance.objects.get(pk=job_id))


def tend() -> None:
    """Go on with what got stuck."""
    stuck = Acceptance.objects.filter(
        state__in=(State.RUNNING, State.UNDOING), alive_at__lt=timezone.now() - STALE_AFTER
    )
    for job in stuck:
        send(job)


def send(job: Acceptance) -> None:
    """Let a worker go on; where the broker is away `tend` does it later."""
    try:
        app.send_task(TASK, args=[str(job.pk)], ignore_result=True)
    except (OperationalError, RedisError, OSError) as error:
        log.warning("broker_away", acceptance=str(job.pk), error=type(error).__name__)


@transaction.atomic
def _portion(job_id: UUID | str) -> bool:
    """Do a portion; return whether there may be more. Of two workers the second waits."""
    rows = Acceptance.objects.select_for_update(of=("self",)).select_related("project", "by")
    job = rows.get(pk=job_id)
    if job.state == State.RUNNING:
        return _accept(job)
    if job.state == State.UNDOING:
        return _take_back(job)
    return False


def _accept(job: Acceptance) -> bool:
    ids: list[UUID] = []
    if job.project is None or may(job.by, Right.REVIEW, job.project):
        wish = Wish.from_query(dict(parse_qsl(job.query.removeprefix("?"))))
        waiting = acceptable(job.project, job.by, wish, job.above)
        ids = list(waiting.order_by("pk").values_list("pk", flat=True)[:PORTION])
    if not ids:
        _end(job, State.DONE)
        return False
    boxes = [
        thing
        for things in settled_of(ids).values()
        for thing in things
        if thing.detection is not None and thing.standing in OPEN
    ]
    Verdict.objects.bulk_create(
        Verdict(
            photo_id=thing.detection.photo_id,
            x=thing.box[0],
            y=thing.box[1],
            width=thing.box[2],
            height=thing.box[3],
            given_by=job.by,
            batch=job.pk,
            **columns_of(accepted(thing.detection)),
        )
        for thing in boxes
        if thing.detection is not None
    )
    verdicts.changed(ids)
    Acceptance.objects.filter(pk=job.pk).update(
        photos=F("photos") + len(ids), alive_at=timezone.now()
    )
    return True


def _take_back(job: Acceptance) -> bool:
    given = Verdict.objects.filter(batch=job.pk)
    ids = list(given.order_by("pk").values_list("pk", "photo", "taxon")[:PORTION])
    if not ids:
        _end(job, State.UNDONE)
        return False
    given.filter(pk__in=[pk for pk, _, _ in ids]).delete()
    # They came without a history, in bulk: the acceptance tells of them.
    Verdict.history.filter(id__in=[pk for pk, _, _ in ids]).delete()
    lost = {taxon for _, _, taxon in ids if taxon is not None}
    verdicts.changed({photo for _, photo, _ in ids}, lost)
    Acceptance.objects.filter(pk=job.pk).update(alive_at=timezone.now())
    return True


def _end(job: Acceptance, state: Acceptance.State) -> None:
    Acceptance.objects.filter(pk=job.pk).update(state=state, alive_at=timezone.now())
