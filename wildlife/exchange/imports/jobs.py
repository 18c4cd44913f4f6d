"""Imports as jobs: looked through, confirmed, carried out, portion by portion.

What was done is known to the database, and doing it again changes nothing: a worker that dies, or
a broker that is away, only makes it later.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import islice
from typing import BinaryIO, cast
from uuid import UUID

import structlog
from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext_noop as _
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from wildlife.celery import app
from wildlife.exchange.imports.entries import Item, WrongFile
from wildlife.exchange.imports.files import Brought
from wildlife.exchange.imports.matching import Photos
from wildlife.exchange.imports.models import Import, ImportProblem
from wildlife.exchange.imports.packing import packed
from wildlife.exchange.imports.portions import Portion
from wildlife.exchange.imports.readers import READERS, camtrap_dp, recognised
from wildlife.exchange.imports.standing import take_deployments
from wildlife.exchange.sentences import kept
from wildlife.identifications.services import dispatch
from wildlife.photos.filenames import display_name
from wildlife.photos.models import Photo
from wildlife.projects.activities import note
from wildlife.projects.models import Project
from wildlife.projects.rights import Right, Somebody, may, projects_with

log = structlog.get_logger(__name__)

TASK = "wildlife.exchange.imports.tasks.go_on"
PORTION = 200
SECONDS = 60.0
"""A worker then lets others have their turn; it finds its place by reading again."""
STALE_AFTER = timedelta(minutes=2)
MOST_PROBLEMS = 20_000
"""So many are kept to be read; all are counted."""
MOST_ATTEMPTS = 3
MOST_UNFINISHED = 20
KEPT = timedelta(days=14)
"""A file is kept for so long after its last sign of life."""
FOLDER = "imports"
ORPHANED = timedelta(days=1)
"""A file may be there a while before its row is."""
State = Import.State
AT_WORK = (State.CHECKING, State.RUNNING)
OPEN = (*AT_WORK, State.READY)


def start(
    files: list[UploadedFile], by: User, project: Project | None, time_zone: str = "UTC"
) -> Import:
    """Take a file, or several that belong together, and let it be looked through.

    Who may is the caller's question. Raises WrongFile where it is too large, or too many wait.
    """
    if sum(file.size or 0 for file in files) > settings.MAX_ARCHIVE_BYTES:
        raise WrongFile(
            _("This is larger than %(most).4g GB. Import it in parts."),
            most=settings.MAX_ARCHIVE_BYTES / 1024**3,
        )
    unfinished = Import.objects.filter(
        by=by, state__in=[State.CHECKING, State.READY, State.RUNNING]
    )
    if unfinished.count() >= MOST_UNFINISHED:
        raise WrongFile(_("Confirm or cancel the imports that wait for you first."))
    with packed(files) as (file, name):
        job = Import(project=project, by=by, name=display_name(name), time_zone=time_zone)
        job.file.save(f"{job.pk}", File(file), save=False)
        job.save(force_insert=True)
    transaction.on_commit(lambda: send(job))
    return job


@transaction.atomic
def confirm(job: Import) -> bool:
    """Let an import that was looked through be carried out; return whether it can be."""
    ready = Import.objects.filter(pk=job.pk, state=State.READY)
    done = ready.update(
        state=State.RUNNING, position=0, counts={}, problem_count=0, alive_at=timezone.now()
    )
    if done:
        job.problems.all().delete()
        job.refresh_from_db()
        transaction.on_commit(lambda: send(job))
    return bool(done)


@transaction.atomic
def cancel(job: Import) -> bool:
    """Give an import up; what it changed already stays. Return whether there was one to stop."""
    found = Import.objects.filter(pk=job.pk, state__in=OPEN)
    return bool(found.update(state=State.CANCELLED, finished_at=timezone.now()))


def imports_for(user: Somebody) -> QuerySet[Import]:
    """Return the imports that somebody may see and go on with, the newest first.

    One's own for own photos; those of a project for all who curate it.
    """
    if not isinstance(user, User):
        return Import.objects.none()
    theirs = Q(by=user, project=None) | Q(project__in=projects_with(user, Right.CURATE))
    return Import.objects.filter(theirs).select_related("project", "by")


def allowed(job: Import) -> bool:
    """Whether whoever brought an import may still change what it is about."""
    return job.project is None or may(job.by, Right.CURATE, job.project)


def send(job: Import) -> None:
    """Let a worker go on with an import; where the broker is away `tend` does it later."""
    try:
        app.send_task(TASK, args=[str(job.pk)], ignore_result=True)
    except (OperationalError, RedisError, OSError) as error:
        log.warning("import_waits", job=str(job.pk), error=type(error).__name__)


def tend() -> None:
    """Send imports again that got stuck, and let go of old files."""
    now = timezone.now()
    at_work = Import.objects.filter(state__in=AT_WORK)
    for job in at_work.filter(alive_at__lt=now - STALE_AFTER):
        send(job)
    old = Import.objects.exclude(pk__in=at_work).filter(alive_at__lt=now - KEPT).exclude(file="")
    for job in old:
        job.file.delete(save=False)
        state = State.CANCELLED if job.state == State.READY else job.state
        Import.objects.filter(pk=job.pk).update(file="", state=state)
    _let_go_of_orphans(now)


def _let_go_of_orphans(now: datetime) -> None:
    """Remove files whose import went with its project or its account."""
    try:
        _folders, names = default_storage.listdir(FOLDER)
    except FileNotFoundError:
        return
    known = set(Import.objects.exclude(file="").values_list("file", flat=True))
    for key in {f"{FOLDER}/{name}" for name in names} - known:
        if default_storage.get_modified_time(key) < now - ORPHANED:
            default_storage.delete(key)


def go_on(job_id: UUID | str) -> None:
    """Look through some of an import, or carry some of it out; a worker goes on with the rest."""
    if (job := _taken(job_id)) is None:
        return
    until = time.monotonic() + SECONDS
    try:
        with translation.override(None), _brought(job) as brought:
            more = _walk(job, brought, until)
    except WrongFile as wrong:
        _end(job, State.FAILED, wrong)
        return
    except FileNotFoundError:
        _end(job, State.FAILED, WrongFile(_("The file is gone. Upload it again.")))
        return
    if more:
        send(job)


def _taken(job_id: UUID | str) -> Import | None:
    """Return an import to work on, None where there is nothing to do or another worker does."""
    with transaction.atomic():
        free = Import.objects.select_for_update(skip_locked=True, of=("self",))
        at_work = free.filter(pk=job_id, state__in=AT_WORK)
        job = at_work.select_related("by", "project").first()
        if job is None:
            return None
        job.attempts += 1
        if job.attempts > MOST_ATTEMPTS:
            why = WrongFile(_("It stopped several times at the same place."))
            _end(job, State.FAILED, why)
            return None
        if not allowed(job):
            why = WrongFile(_("You may not import into this project any more."))
            _end(job, State.FAILED, why)
            return None
        job.save(update_fields=["attempts", "alive_at"])
    return job


@contextmanager
def _brought(job: Import) -> Iterator[Brought]:
    with default_storage.open(str(job.file.name)) as file:
        yield Brought(cast(BinaryIO, file), job.name)


def photos_of(job: Import) -> QuerySet[Photo]:
    """Return the photos that an import may be about."""
    if job.project is not None:
        return Photo.objects.filter(project=job.project)
    return Photo.objects.filter(owner=job.by)


def _walk(job: Import, brought: Brought, until: float) -> bool:
    """Go through the portions that are left; return whether time was up before the end."""
    job.format, name = recognised(brought)
    if job.position == 0 and job.format == "camtrap-dp" and job.project is not None:
        told = take_deployments(job, job.project, brought, camtrap_dp.tables_of(brought))
        job.counts["deployments"] = told.count
        _add(job, told.problems)
    portion = Portion(job, brought, Photos(photos_of(job)))
    items = READERS[job.format].read(brought, name)
    portion.pass_over(islice(items, job.position))
    while rows := list(islice(items, PORTION)):
        if not _one(job, portion, rows):
            return False
        if time.monotonic() > until:
            return True
    state = State.READY if job.state == State.CHECKING else State.DONE
    _end(job, state)
    return False


def _one(job: Import, portion: Portion, rows: list[Item]) -> bool:
    """Take the next items; return False where the import was stopped meanwhile."""
    with transaction.atomic():
        held = Import.objects.select_for_update(of=("self",)).get(pk=job.pk)
        if held.state != job.state or held.position != job.position or not allowed(job):
            return False
        counts, problems = portion.take(rows)
        for name, count in counts.items():
            job.counts[name] = job.counts.get(name, 0) + count
        _add(job, problems)
        job.position += len(rows)
        job.attempts = 0
        job.save()
    if counts.get("photos_added"):
        dispatch()
    return True


def _add(job: Import, problems: list[ImportProblem]) -> None:
    kept = max(MOST_PROBLEMS - job.problem_count, 0)
    ImportProblem.objects.bulk_create(problems[:kept], batch_size=500)
    job.problem_count += len(problems)


def _end(job: Import, state: str, error: WrongFile | None = None) -> None:
    """End a stage of an import, unless somebody stopped it meanwhile."""
    at_work = Import.objects.filter(pk=job.pk, state__in=AT_WORK)
    done = at_work.update(
        state=state,
        format=job.format,
        counts=job.counts,
        problem_count=job.problem_count,
        error=error.pattern[:500] if error else "",
        error_values=kept(error.values) if error else {},
        total=F("position") if not error else job.total,
        attempts=0,
        alive_at=timezone.now(),
        finished_at=None if state == State.READY else timezone.now(),
    )
    if done and state == State.DONE and job.project is not None:
        note(job.project, "answers_imported", job.by, count=job.counts.get("matched", 0))
