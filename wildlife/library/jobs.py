"""Changes to many photos at once: a few at once, many by workers, portion by portion.

What is left to do is known to the database: a worker that dies, or a broker that is away, only
makes it later.
"""

import time
from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from urllib.parse import parse_qsl
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from wildlife.celery import app
from wildlife.identifications.blurring import ask_for as ask_for_blurred
from wildlife.identifications.services import dispatch
from wildlife.library.filters import matching
from wildlife.library.models import Job, Tag, Tagged
from wildlife.library.paging import beyond, mark
from wildlife.library.reader import Reader, reader_of_job
from wildlife.library.wish import Wish
from wildlife.photos.assigning import assign
from wildlife.photos.models import Photo
from wildlife.photos.moving import move
from wildlife.photos.services import delete_all, look_again
from wildlife.projects.activities import note
from wildlife.projects.models import Deployment, Project
from wildlife.projects.rights import Right, may

log = structlog.get_logger(__name__)

TASK = "wildlife.library.tasks.go_on"
PORTION = 200
AT_ONCE = 200
"""So many chosen photos are changed while the reader waits."""
SECONDS = 10.0
"""A worker then lets others have their turn."""
STALE_AFTER = timedelta(minutes=1)
Action, State = Job.Action, Job.State


def start(
    reader: Reader,
    action: str,
    *,
    photo_ids: Sequence[UUID] = (),
    wish: Wish | None = None,
    tag: Tag | None = None,
    project: Project | None = None,
    deployment: Deployment | None = None,
) -> Job:
    """Change the photos of these ids, or all that answer a wish; return how far that is.

    They are photos of `project`, where the reader must curate, else the reader's own; a move
    brings own ones into it. Ids of other photos are passed over. Assigning them to no `deployment`
    takes them out of theirs.
    """
    job = Job.objects.create(
        **reader.owner,
        action=action,
        tag=tag,
        project=project,
        deployment=deployment,
        photo_ids=[str(pk) for pk in photo_ids],
        all_matching=wish is not None,
        query=wish.query if wish else "",
    )
    if wish is None and len(photo_ids) <= AT_ONCE:
        _portion(job.pk)
        job.refresh_from_db()
    else:
        transaction.on_commit(lambda: send(job))
    return job


def go_on(job_id: UUID | str) -> None:
    """Do some portions of a job, and let a worker go on with it where more are left."""
    until = time.monotonic() + SECONDS
    while more := _portion(job_id):
        if time.monotonic() > until:
            break
    if more:
        send(Job.objects.get(pk=job_id))


def send(job: Job) -> None:
    """Let a worker go on with a job; where the broker is away `tend` does it later."""
    try:
        app.send_task(TASK, args=[str(job.pk)], ignore_result=True)
    except (OperationalError, RedisError, OSError) as error:
        log.warning("job_waits", job=str(job.pk), error=type(error).__name__)


def tend() -> None:
    """Send jobs again that got stuck."""
    stale = timezone.now() - STALE_AFTER
    for job in Job.objects.filter(state=State.RUNNING, alive_at__lt=stale):
        send(job)


def can_be_undone(job: Job) -> bool:
    """Whether `undo` can take back what a job did: labels, put on or taken off."""
    if job.state != State.DONE or not job.changed:
        return False
    return job.action == Action.TAG or (job.action == Action.UNTAG and bool(job.taken_off))


@transaction.atomic
def undo(job: Job) -> None:
    """Take back what a job did to labels; does nothing where that is not possible any more."""
    row = Job.objects.select_for_update().get(pk=job.pk)
    if not can_be_undone(row) or row.tag is None:
        return
    if row.action == Action.TAG:
        row.tagged.all().delete()
    else:
        there = Photo.objects.filter(pk__in=row.taken_off).values_list("pk", flat=True)
        _put_on(row.tag, list(there), None)
    row.state = State.UNDONE
    row.save()


# --- One portion --------------------------------------------------------------------------------


def _portion(job_id: UUID | str) -> bool:
    """Change the next photos of a job; return whether more may be left."""
    with transaction.atomic():
        free = Job.objects.select_for_update(skip_locked=True, of=("self",))
        running = free.filter(pk=job_id, state=State.RUNNING)
        job = running.select_related("owner", "tag", "project", "deployment").first()
        if job is None:
            return False
        photos = beyond(_photos(job), job.after)
        rows = list(photos.values_list("moment", "id")[:PORTION])
        ids = [pk for _, pk in rows]
        changed = _ACTIONS[job.action](job, ids) if ids else 0
        job.changed += changed
        job.passed_over += len(ids) - changed
        if len(rows) == PORTION:
            job.after = mark(*rows[-1])
        else:
            job.state = State.DONE
            _note(job)
        job.save()
    if job.action == Action.AGAIN and ids:
        dispatch()
    return job.state == State.RUNNING


def _photos(job: Job) -> QuerySet[Photo]:
    """Return what a job is about, of what its reader may change: that is asked each time anew."""
    reader = reader_of_job(job)
    if not _may(job, reader):
        return Photo.objects.none()
    if job.all_matching:
        photos = matching(reader, _wish(job)).filter(received_at__lte=job.started_at)
    else:
        scope = "" if job.project is None or job.action == Action.MOVE else job.project.slug
        chosen = reader.photos(scope).filter(pk__in=[UUID(pk) for pk in job.photo_ids])
        photos = chosen.order_by("-moment", "-id")
    if job.action == Action.MOVE:  # to staff, lists show what others have: that is not theirs
        return photos.filter(owner=job.owner)
    return photos


def _may(job: Job, reader: Reader) -> bool:
    if job.project is None:
        return not _wish(job).project
    right = Right.UPLOAD if job.action == Action.MOVE else Right.CURATE
    return may(reader.user, right, job.project)


def _wish(job: Job) -> Wish:
    return Wish.from_query(dict(parse_qsl(job.query.removeprefix("?"))))


def _note(job: Job) -> None:
    """Write into a project's log what was done with its photos."""
    verb = _VERBS.get(Action(job.action))
    if job.project is not None and job.changed and verb:
        note(job.project, verb, job.owner, count=job.changed)


def _tag(job: Job, ids: Sequence[UUID]) -> int:
    return _put_on(job.tag, ids, job) if job.tag else 0


def _put_on(tag: Tag, ids: Collection[UUID], job: Job | None) -> int:
    has = set(Tagged.objects.filter(tag=tag, photo__in=ids).values_list("photo", flat=True))
    rows = [Tagged(tag=tag, photo_id=pk, job=job) for pk in ids if pk not in has]
    Tagged.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _untag(job: Job, ids: Sequence[UUID]) -> int:
    """Take a label off; which photos lost it is remembered for a job of chosen ones."""
    rows = Tagged.objects.filter(tag=job.tag, photo__in=ids)
    lost = [str(pk) for pk in rows.values_list("photo", flat=True)]
    rows.delete()
    if not job.all_matching:
        job.taken_off += lost
    return len(lost)


def _delete(job: Job, ids: Sequence[UUID]) -> int:
    return len(ids) - delete_all(Photo.objects.filter(pk__in=ids))


def _again(job: Job, ids: Sequence[UUID]) -> int:
    return look_again(Photo.objects.filter(pk__in=ids))


def _move(job: Job, ids: Sequence[UUID]) -> int:
    if job.project is None:
        return 0
    moved = move(Photo.objects.filter(pk__in=ids), job.project)
    ask_for_blurred(ids)
    return moved


def _assign(job: Job, ids: Sequence[UUID]) -> int:
    return assign(Photo.objects.filter(pk__in=ids), job.deployment, Photo.AssignedBy.HAND)


_ACTIONS: dict[str, Callable[[Job, Sequence[UUID]], int]] = {
    Action.TAG: _tag,
    Action.UNTAG: _untag,
    Action.DELETE: _delete,
    Action.AGAIN: _again,
    Action.MOVE: _move,
    Action.ASSIGN: _assign,
}
_VERBS = {
    Action.DELETE: "photos_deleted",
    Action.AGAIN: "photos_again",
    Action.MOVE: "photos_moved",
    Action.ASSIGN: "photos_assigned",
}
"""What the log of a project calls it; labels are their owner's own."""
