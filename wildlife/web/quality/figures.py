"""The figures of a project, kept until somebody says something new."""

from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Count, Max

from wildlife.identifications.models import Verdict
from wildlife.projects.models import Project
from wildlife.review.judged import judged
from wildlife.review.quality import Quality, quality

KEPT_FOR = 600
"""Seconds. Answers that are made anew, and photos that are deleted, tell within that time."""


@dataclass(frozen=True, slots=True)
class Figures:
    """`left_out` things are in no figure: the machine answered after people spoke."""

    quality: Quality
    left_out: int


def figures_of(project: Project) -> Figures:
    """Return the figures: one query where they are known, else eight."""
    told = Verdict.objects.filter(photo__project=project).order_by()
    stamp = told.aggregate(count=Count("pk"), last=Max("given_at"))
    last = stamp["last"].timestamp() if stamp["last"] else 0
    key = f"quality:{project.pk}:{project.reviewers_needed}:{stamp['count']}:{last}"
    known: Figures | None = cache.get(key)
    if known is None:
        found = judged(project)
        known = Figures(quality(found.cases, found.above), found.left_out)
        cache.set(key, known, KEPT_FOR)
    return known
