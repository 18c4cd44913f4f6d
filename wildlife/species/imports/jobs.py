"""Imports that are kept as rows: looked at, begun, gone on with, by a command or by workers."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from wildlife.species.imports.holding import TakenOver, hold
from wildlife.species.imports.importer import Progress, run
from wildlife.species.imports.readers import open_reader
from wildlife.species.imports.records import Reader, UnreadableSource
from wildlife.species.imports.summary import Summary
from wildlife.species.models import SpeciesImport, Taxon

State = SpeciesImport.State

PREVIEW_SECONDS = 20.0
"""So long a preview looks; of something large it shows the beginning."""
SLICE_SECONDS = 10.0
"""So long a worker goes on with one import before others have their turn."""
LOST_AFTER = timedelta(minutes=10)
"""An import without a sign of life for so long has lost its worker: longer than a server may ask to
be left alone (IMPORT_LONGEST_WAIT)."""
LOST_TWICE = gettext_noop(
    "Its worker was lost twice at the same place: what it reads there may be too large for it."
)


@contextmanager
def reader_of(job: SpeciesImport) -> Iterator[Reader]:
    """Open what a job reads: its stored file, else what its name says.

    Raises UnreadableSource.
    """
    with _target(job) as target:
        reader = open_reader(job.kind, target)
        try:
            yield reader
        finally:
            reader.close()


@contextmanager
def _target(job: SpeciesImport) -> Iterator[str]:
    """Give a stored file a path; one that does not lie on this machine is fetched for the time."""
    if not job.file:
        yield job.name
        return
    try:
        yield job.file.path
    except NotImplementedError:
        with tempfile.TemporaryDirectory() as folder:
            # The name of a strange file is no part of the path.
            local = Path(folder) / "import"
            with job.file.open("rb") as stored, local.open("wb") as out:
                shutil.copyfileobj(stored, out)
            yield str(local)


def preview(job: SpeciesImport, seconds: float | None = PREVIEW_SECONDS) -> Summary | None:
    """Look at what a job would change and keep the findings in its row.

    None where it failed, or where the job has begun or is looked at anew in the meantime.
    """
    seen = SpeciesImport.objects.filter(
        pk=job.pk, position="", state__in=(State.NEW, State.LOOKING, State.PREVIEWED, State.FAILED)
    )
    if not seen.update(state=State.LOOKING, error="", alive_at=timezone.now()):
        return None
    job.refresh_from_db()
    try:
        with reader_of(job) as reader:
            summary = run(job, reader, dry_run=True, seconds=seconds)
            job.total = reader.total
    except (UnreadableSource, Taxon.DoesNotExist) as error:
        _fail(job, error)
        return None
    return summary if _leave(job, State.PREVIEWED, summary) else None


def begin(job: SpeciesImport) -> bool:
    """Let a job run, from where it was interrupted or from the start; once, by whoever is first."""
    startable = SpeciesImport.objects.filter(
        pk=job.pk, state__in=(State.NEW, State.PREVIEWED, State.FAILED)
    )
    with transaction.atomic():
        begun = {"state": State.RUNNING, "error": "", "lost_at": None, "alive_at": timezone.now()}
        if not startable.update(**begun):
            return False
        job.refresh_from_db()
        if not job.position:
            # What a preview found is no part of what the import does.
            _note(job, Summary())
            job.save()
    return True


def go_on(
    job: SpeciesImport, seconds: float | None = SLICE_SECONDS, progress: Progress | None = None
) -> bool:
    """Go on with a running job for some seconds; return whether there is more to do.

    What fails is said in the job's `error`; it can begin again from where it was. Where somebody
    else goes on with it, there is no more to do here, and `job` is left as running.
    """
    if job.state != State.RUNNING:
        return False
    try:
        with reader_of(job) as reader:
            summary = run(job, reader, seconds=seconds, progress=progress)
    except TakenOver:
        return False
    except (UnreadableSource, Taxon.DoesNotExist) as error:
        _fail(job, error)
        return False
    if not summary.finished:
        return True
    job.finished_at = timezone.now()
    if _leave(job, State.DONE, summary) and job.file:
        # What it said is in the tables now.
        job.file.delete(save=True)
    return False


def resume_lost() -> list[SpeciesImport]:
    """Return imports that a worker was lost with and another may go on with: looking, or running.

    Where no worker came further since the last one was lost, the import has failed. Those that a
    command brings in are left to whoever gave the command: a worker may not have their files.
    """
    silent = SpeciesImport.objects.filter(
        by__isnull=False,
        state__in=(State.LOOKING, State.RUNNING),
        alive_at__lte=timezone.now() - LOST_AFTER,
    )
    resumed = []
    for job in silent:
        mine = silent.filter(pk=job.pk, alive_at=job.alive_at)
        if job.lost_at == job.read:
            mine.update(state=State.FAILED, error=LOST_TWICE)
        elif mine.update(alive_at=timezone.now(), lost_at=job.read):
            resumed.append(job)
    return resumed


def _leave(job: SpeciesImport, state: SpeciesImport.State, summary: Summary) -> bool:
    """Store how a job ended, unless somebody else has taken it over."""
    try:
        with transaction.atomic():
            hold(job)
            _note(job, summary)
            job.state = state
            job.save()
    except TakenOver:
        return False
    return True


def _note(job: SpeciesImport, summary: Summary) -> None:
    for name, value in summary.as_fields().items():
        setattr(job, name, value)


def _fail(job: SpeciesImport, error: Exception) -> None:
    """Say why a job stopped, unless somebody else has taken it over."""
    reason = str(error)
    if isinstance(error, Taxon.DoesNotExist):
        reason = f"there is no taxon {job.within!r} to stay within"
    with suppress(TakenOver), transaction.atomic():
        hold(job)
        job.refresh_from_db()
        job.state, job.error = State.FAILED, reason
        job.save()
