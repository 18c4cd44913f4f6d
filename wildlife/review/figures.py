"""The figures of how good a project's answers are, kept until somebody says something new.

Few words are counted when somebody asks; of many a worker counts them, and what was counted last
is told meanwhile, as old.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import structlog
from django.core.cache import cache
from django.db.models import Count, Max
from django.utils import timezone
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from wildlife.celery import app
from wildlife.identifications.models import Verdict
from wildlife.projects.models import Project
from wildlife.review.judged import above_of, judged
from wildlife.review.quality import Quality, Tally, quality

log = structlog.get_logger(__name__)

TASK = "wildlife.review.tasks.count_quality"
AT_ONCE = 3_000
"""Words that are counted while somebody waits: in less than a second."""
GOOD_FOR = 600
"""Seconds. Answers that are made anew, and photos that are deleted, tell within that time."""
QUIET_FOR = 60
"""Seconds for which figures of many words are told without asking whether there are more."""
KEPT_FOR = 30 * 86_400
ASKED_FOR = 120
"""Seconds until a worker that does not come back is asked again."""
Stamp = tuple[int, int, float]


@dataclass(frozen=True, slots=True)
class Figures:
    """`left_out` things are in no figure: the machine answered after people spoke.

    `is_old` says that people have spoken since it was `counted_at`, and that a worker counts anew.
    """

    quality: Quality
    left_out: int
    stamp: Stamp
    counted_at: datetime
    is_old: bool = False


def figures_of(project: Project) -> Figures | None:
    """Return the figures; None where they are many, and a worker counts them for the first time.

    One query at most where they are known.
    """
    known: Figures | None = cache.get(_key(project.pk))
    if known and known.stamp[0] > AT_ONCE and _age(known) < QUIET_FOR:
        return known
    stamp = _stamp(project)
    if known and known.stamp == stamp and _age(known) < GOOD_FOR:
        return known
    if stamp[0] <= AT_ONCE:
        return _count(project, stamp)
    _ask(project.pk)
    return replace(known, is_old=True) if known else None


def count(project_id: UUID) -> None:
    """Count and keep the figures of a project."""
    project = Project.objects.filter(pk=project_id).first()
    if project is not None:
        _count(project, _stamp(project))
    cache.delete(_asked(project_id))


def _count(project: Project, stamp: Stamp) -> Figures:
    tally = Tally(judged(project))
    made = quality(tally, above_of(tally.taxa))
    figures = Figures(made, tally.late, stamp, timezone.now())
    cache.set(_key(project.pk), figures, KEPT_FOR)
    return figures


def _stamp(project: Project) -> Stamp:
    """Return what changes whenever somebody speaks, or other words settle."""
    told = Verdict.objects.filter(photo__project=project).order_by()
    found = told.aggregate(count=Count("pk"), last=Max("given_at"))
    last = found["last"].timestamp() if found["last"] else 0.0
    return found["count"], project.reviewers_needed, last


def _age(figures: Figures) -> float:
    return (timezone.now() - figures.counted_at).total_seconds()


def _ask(project_id: UUID) -> None:
    if not cache.add(_asked(project_id), True, ASKED_FOR):
        return
    try:
        app.send_task(TASK, args=[str(project_id)], ignore_result=True, expires=ASKED_FOR)
    except (OperationalError, RedisError, OSError) as error:
        log.warning("broker_away", project=str(project_id), error=type(error).__name__)


def _key(project_id: UUID) -> str:
    return f"quality:{project_id}"


def _asked(project_id: UUID) -> str:
    return f"quality-asked:{project_id}"
