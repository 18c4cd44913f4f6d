"""Exports as jobs: asked for, made by a worker, kept for some days.

What is not finished is known to the database: a worker that dies, or a broker that is away, only
makes it later. Deleting a job stops the worker that makes it.
"""

import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import IO
from urllib.parse import parse_qsl
from uuid import UUID

import structlog
from django.contrib.auth.models import User
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from wildlife.celery import app
from wildlife.exchange.formats import FORMATS
from wildlife.exchange.models import ExportJob
from wildlife.exchange.notes import Note
from wildlife.exchange.records import PhotoRecord
from wildlife.exchange.source import View, about, records, view_of
from wildlife.library.filters import matching
from wildlife.library.reader import Reader
from wildlife.library.wish import Wish
from wildlife.photos.models import Photo
from wildlife.projects.models import Project
from wildlife.projects.rights import Right, Somebody, may, projects_with

log = structlog.get_logger(__name__)

TASK = "wildlife.exchange.tasks.make"
FOLDER = "exchange"
STALE_AFTER = timedelta(minutes=5)
"""A job without a sign of life for so long is begun again."""
BEAT = 2.0
"""Seconds between two signs of life."""
KEPT = timedelta(days=7)
MOST_ATTEMPTS = 3
MOST_AT_WORK = 5
MADE_AGAIN = gettext_lazy(
    "You may see less of this project than when this file was made. It is being made again."
)
State, Failure = ExportJob.State, ExportJob.Failure


class WrongExport(Exception):
    """Nothing is made of what was asked for; the message says why, and what to do."""


class TooMany(WrongExport):
    """Nothing more is made before something is ready."""


class _Stopped(Exception):
    """The job is gone, or another worker has taken it over."""


def ask(
    by: User, project: Project | None, format_: str, wish: Wish | None = None, site: str = ""
) -> ExportJob:
    """Let a file be made of the photos of a project, or of one's own, that answer a wish.

    `site` is where this copy is reached ("https://example.org"). That the asker sees the project is
    the caller's question; it is asked again when the file is made. Raises WrongExport for a wish
    that names another project, TooMany where too many are being made for the asker.
    """
    wish = wish or Wish()
    if wish.project not in ("", project.slug if project else ""):
        raise WrongExport(_("These photos are another project's. Export them there."))
    if format_ not in FORMATS:
        raise WrongExport(_("There is no such format. Choose one of the list."))
    if ExportJob.objects.filter(by=by, state=State.MAKING).count() >= MOST_AT_WORK:
        raise TooMany(_("Wait for the exports that are being made, or delete one of them."))
    query = wish.without("project").query
    job = ExportJob.objects.create(by=by, project=project, format=format_, query=query, site=site)
    transaction.on_commit(lambda: send(job))
    return job


def exports_for(user: Somebody) -> QuerySet[ExportJob]:
    """Return somebody's exports, the newest first; none of a project that they no longer see."""
    if not isinstance(user, User):
        return ExportJob.objects.none()
    seen = Q(project=None) | Q(project__in=projects_with(user))
    return ExportJob.objects.filter(seen, by=user).select_related("project")


def send(job: ExportJob) -> None:
    """Let a worker make an export; where the broker is away `tend` does it later."""
    try:
        app.send_task(TASK, args=[str(job.pk)], ignore_result=True)
    except (OperationalError, RedisError, OSError) as error:
        log.warning("export_waits", job=str(job.pk), error=type(error).__name__)


def refresh(job: ExportJob) -> bool:
    """Let a file be made again if it tells more than its asker may see now; return whether so.

    Members whose role became a lesser one get no file that was made for the role they had. Who left
    the project finds none of its exports (see `exports_for`).
    """
    now = view_of(job.by, job.project)
    if job.state != State.READY or not (job.places > now.places or job.people > now.originals):
        return False
    ready = ExportJob.objects.filter(pk=job.pk, state=State.READY)
    again = ready.update(
        state=State.MAKING, file="", size=0, notes=[], attempts=0, done=0, total=None,
        finished_at=None, expires_at=None, alive_at=timezone.now(),
    )  # fmt: skip
    if again:
        job.file.delete(save=False)
        transaction.on_commit(lambda: send(job))
    return True


def filename(job: ExportJob) -> str:
    """Return what the file of an export is called where it is downloaded."""
    whose = job.project.slug if job.project else "wildlife"
    return f"{whose}-{job.format}-{job.asked_at:%Y-%m-%d}{FORMATS[job.format].suffix}"


def delete(jobs: Iterable[ExportJob]) -> None:
    """Delete exports, their files first: a row without its file is better than the reverse."""
    for job in jobs:
        if job.file:
            job.file.delete(save=False)
        job.delete()


def tend() -> None:
    """Begin again what got stuck, and delete files that are over or whose export is gone."""
    now = timezone.now()
    delete(ExportJob.objects.filter(expires_at__lt=now))
    for job in ExportJob.objects.filter(state=State.MAKING, alive_at__lt=now - STALE_AFTER):
        send(job)
    _sweep()


def make(job_id: UUID | str) -> None:
    """Make the file of an export, unless another worker does."""
    job = _taken(job_id)
    if job is None:
        return
    if not _allowed(job):
        _end(job, state=State.FAILED, failure=Failure.NO_RIGHT)
        return
    with tempfile.TemporaryFile() as spool:
        try:
            view = view_of(job.by, job.project)
            notes = _write(job, view, spool)
        except _Stopped:
            return
        size = spool.seek(0, 2)
        spool.seek(0)
        key = default_storage.save(f"{FOLDER}/{job.pk}", File(spool, name=str(job.pk)))
    seen = {"places": view.places, "people": view.originals}
    if not _end(job, state=State.READY, notes=notes, done=job.done, file=key, size=size, **seen):
        default_storage.delete(key)


def photos_of(job: ExportJob) -> QuerySet[Photo]:
    """Return the photos of an export as its asker may see them now, in the library's order."""
    wish = Wish.from_query(dict(parse_qsl(job.query.removeprefix("?"))))
    wish = replace(wish, project=job.project.slug if job.project else "")
    photos = matching(Reader(job.by, ""), wish).filter(received_at__lte=job.asked_at)
    if job.project is None:  # to staff, the library shows what others have too
        photos = photos.filter(owner=job.by, project=None)
    return photos


def _taken(job_id: UUID | str) -> ExportJob | None:
    """Return an export to make, None where there is nothing to do or another worker does."""
    now = timezone.now()
    job = ExportJob.objects.select_related("by", "project").filter(pk=job_id).first()
    if job is None or job.state != State.MAKING:
        return None
    if job.attempts and job.alive_at > now - STALE_AFTER:
        return None
    mine = ExportJob.objects.filter(pk=job.pk, state=State.MAKING, attempts=job.attempts)
    if not mine.update(attempts=job.attempts + 1, alive_at=now, done=0):
        return None
    job.attempts += 1
    if job.attempts > MOST_ATTEMPTS:
        _end(job, state=State.FAILED, failure=Failure.STOPPED)
        return None
    return job


def _allowed(job: ExportJob) -> bool:
    """Whether whoever asked may still have it."""
    if not job.by.is_active:
        return False
    return job.project is None or may(job.by, Right.SEE, job.project)


def _write(job: ExportJob, view: View, to: IO[bytes]) -> list[Note]:
    """Write the file; return the notes of its format. Raises _Stopped."""
    photos = photos_of(job)
    _beat(job, total=photos.count())
    format_ = FORMATS[job.format]
    seen = replace(view, pictures=format_.pictures)
    told = _counted(job, records(photos, seen, job.site))
    return format_.write(told, about(job.project, job.by), to, default_storage.open)


def _counted(job: ExportJob, told: Iterable[PhotoRecord]) -> Iterator[PhotoRecord]:
    """Pass records on, and tell from time to time how many they were."""
    job.done = 0
    beaten = time.monotonic()
    for record in told:
        yield record
        job.done += 1
        if time.monotonic() - beaten >= BEAT:
            _beat(job, done=job.done)
            beaten = time.monotonic()


def _beat(job: ExportJob, **values: object) -> None:
    """Give a sign of life. Raises _Stopped where the job is no longer this worker's."""
    if not _mine(job).update(alive_at=timezone.now(), **values):
        raise _Stopped


def _end(job: ExportJob, **values: object) -> bool:
    """End a job, unless it is no longer this worker's; return whether it was."""
    now = timezone.now()
    ended = {"alive_at": now, "finished_at": now, "expires_at": now + KEPT}
    return bool(_mine(job).update(**ended, **values))


def _mine(job: ExportJob) -> QuerySet[ExportJob]:
    return ExportJob.objects.filter(pk=job.pk, state=State.MAKING, attempts=job.attempts)


def _sweep() -> None:
    """Delete files whose export is gone: with its project or its account, or under a worker."""
    try:
        _folders, files = default_storage.listdir(FOLDER)
    except FileNotFoundError:
        return
    at_work = {
        str(pk) for pk in ExportJob.objects.filter(state=State.MAKING).values_list("pk", flat=True)
    }
    kept = set(ExportJob.objects.exclude(file="").values_list("file", flat=True))
    for name in files:
        key = f"{FOLDER}/{name}"
        if key not in kept and name.partition("_")[0] not in at_work:
            default_storage.delete(key)
