"""How far a change to many photos is, in words."""

from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wildlife.library import jobs
from wildlife.library.models import Job
from wildlife.library.reader import Reader

_POLL = 1500
"""Milliseconds between two looks at a job that runs."""


@dataclass(frozen=True, slots=True)
class JobInWords:
    """How far a job is. `every` is in milliseconds, 0 where it has ended."""

    id: UUID
    sentence: str
    every: int
    can_be_undone: bool


def job_in_words(reader: Reader, job_id: str) -> JobInWords | None:
    """Return how far a job of a reader is, None where they have no such job."""
    with suppress(ValueError):
        found = (
            reader.jobs()
            .select_related("tag", "project", "deployment")
            .filter(pk=UUID(job_id))
            .first()
        )
        if found is not None:
            runs = found.state == Job.State.RUNNING
            return JobInWords(
                found.pk, _sentence(found), _POLL if runs else 0, jobs.can_be_undone(found)
            )
    return None


def _sentence(job: Job) -> str:
    if job.state == Job.State.UNDONE:
        return _("The labels are as they were before.")
    count, tag = job.changed, job.tag.name if job.tag else ""
    told = {
        Job.Action.TAG: ngettext(
            "%(count)s photo labelled “%(tag)s”.", "%(count)s photos labelled “%(tag)s”.", count
        ),
        Job.Action.UNTAG: ngettext(
            "Label “%(tag)s” taken off %(count)s photo.",
            "Label “%(tag)s” taken off %(count)s photos.",
            count,
        ),
        Job.Action.DELETE: ngettext("%(count)s photo deleted.", "%(count)s photos deleted.", count),
        Job.Action.AGAIN: ngettext(
            "%(count)s photo is identified again.", "%(count)s photos are identified again.", count
        ),
        Job.Action.MOVE: ngettext(
            "%(count)s photo moved into %(project)s.",
            "%(count)s photos moved into %(project)s.",
            count,
        ),
        Job.Action.ASSIGN: _assigned(job, count),
    }[Job.Action(job.action)] % {
        "count": f"{count:,}",
        "tag": tag,
        "project": job.project or "",
        "deployment": job.deployment or "",
    }
    if job.state == Job.State.RUNNING:
        return _("Still working: %s") % told
    if job.passed_over:
        told += " " + _left_out(job)
    return told


def _assigned(job: Job, count: int) -> str:
    if job.deployment is None:
        return ngettext(
            "%(count)s photo taken out of its deployment.",
            "%(count)s photos taken out of their deployments.",
            count,
        )
    return ngettext(
        "%(count)s photo assigned to %(deployment)s.",
        "%(count)s photos assigned to %(deployment)s.",
        count,
    )


def _left_out(job: Job) -> str:
    count = job.passed_over
    if job.action == Job.Action.ASSIGN:
        words = ngettext("%(count)s was there already.", "%(count)s were there already.", count)
        return words % {"count": f"{count:,}"}
    if job.action == Job.Action.TAG:
        words = ngettext("%(count)s had it already.", "%(count)s had it already.", count)
    elif job.action == Job.Action.UNTAG:
        words = ngettext("%(count)s did not have it.", "%(count)s did not have it.", count)
    elif job.action == Job.Action.MOVE:
        words = ngettext(
            "%(count)s stayed with you: the project has the same file, or no room for it.",
            "%(count)s stayed with you: the project has the same files, or no room for them.",
            count,
        )
    else:
        words = ngettext(
            "%(count)s is being looked at just now and was left out: try again in a few seconds.",
            "%(count)s are being looked at just now and were left out: try again in a few seconds.",
            count,
        )
    return words % {"count": f"{count:,}"}
