"""How long cameras were out, and how often something passed them in that time."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone

from wildlife.projects.models import Deployment, Event, Project

NIGHT = timedelta(days=1)
PER = 100
"""Rates are events in so many trap-nights."""


@dataclass(frozen=True, slots=True)
class Rate:
    """How often a taxon came: its events, and those in 100 trap-nights (None without effort)."""

    taxon_id: int
    events: int
    per_100_nights: float | None


@dataclass(frozen=True, slots=True)
class Effort:
    """What one deployment, or a whole project, was out for and saw; the most frequent first.

    `nights` are days of 24 hours, fractions included. `doubtful` deployments say themselves that
    their times have gaps or faults; `undated` ones have no start, and their events no rate.
    """

    nights: float
    rates: tuple[Rate, ...]
    doubtful: int
    undated: int


def nights_of(deployment: Deployment, now: datetime | None = None) -> float | None:
    """Return how many trap-nights a camera was out, up to now where it still is; None where nobody
    said since when. What begins later than now has none."""
    if deployment.start is None:
        return None
    local = (now or timezone.now()).astimezone(ZoneInfo(deployment.time_zone)).replace(tzinfo=UTC)
    return max(0.0, (min(deployment.end or local, local) - deployment.start) / NIGHT)


def effort_of(project: Project, now: datetime | None = None) -> dict[UUID | None, Effort]:
    """Return the effort of each deployment by its id, and under None that of the project.

    Events without a taxon are in no rate. Two queries.
    """
    deployments = list(project.deployments.all())
    nights = {one.pk: nights_of(one, now) for one in deployments}
    counts: dict[UUID, Counter[int]] = {pk: Counter() for pk in nights}
    named = Event.objects.filter(deployment__project=project, taxon__isnull=False).order_by()
    for pk, taxon in named.values_list("deployment", "taxon").iterator():
        counts[pk][taxon] += 1
    made: dict[UUID | None, Effort] = {
        one.pk: _effort([one], counts, nights) for one in deployments
    }
    return {**made, None: _effort(deployments, counts, nights)}


def _effort(
    deployments: list[Deployment],
    counts: dict[UUID, Counter[int]],
    nights: dict[UUID, float | None],
) -> Effort:
    dated = [one for one in deployments if nights[one.pk] is not None]
    total = sum(nights[one.pk] or 0.0 for one in dated)
    every: Counter[int] = sum((counts[one.pk] for one in deployments), Counter())
    in_time: Counter[int] = sum((counts[one.pk] for one in dated), Counter())
    rates = (
        Rate(taxon, events, PER * in_time[taxon] / total if total else None)
        for taxon, events in sorted(every.items(), key=lambda item: (-item[1], item[0]))
    )
    return Effort(
        nights=total,
        rates=tuple(rates),
        doubtful=sum(bool(one.timestamp_issues) for one in deployments),
        undated=len(deployments) - len(dated),
    )
