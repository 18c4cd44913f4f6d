"""The figures of the dashboard, from what is stored.

However many photos there are, each query looks at what is unfinished, or at so many of the newest
rows of a table by their ids.
"""

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from statistics import fmean, median
from typing import Any

from django.db.models import Count, Max, Min, Model, Q, QuerySet
from django.utils import timezone

from pipelines.identify import build
from wildlife.identifications import lineup
from wildlife.identifications.models import Identification, Run, StepResult
from wildlife.photos.models import Photo

MINUTES = 60
HOUR_OF_STEPS = 60_000
"""Results of steps among which the last hour's are looked for: about 5,000 runs."""
STEPS = 3_000
SLICES, PER_SLICE = 30, 100
FAILURES = 20
_UNDONE = ~Q(state="done")  # as its index says it


@dataclass(frozen=True, slots=True)
class Backlog:
    """Photos that are not done. `oldest` is when the one that waits longest arrived."""

    waiting: int
    running: int
    failed: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Latency:
    """How long a step takes by a release ("" where none takes part), in milliseconds per run.

    Of `runs` runs the expert said nothing in `abstained`.
    """

    step: str
    release: str
    precision: str
    runs: int
    abstained: int
    median: float
    slow: float


@dataclass(frozen=True, slots=True)
class Moment:
    """Means of some answers in a row, 0..1, and when the first of them was made."""

    at: datetime
    confidence: float
    agreement: float


def backlog() -> Backlog:
    """Two queries, along the index of what is not done."""
    undone = Photo.objects.filter(_UNDONE).order_by()
    counts = dict(undone.values_list("state").annotate(Count("pk")))
    waiting = Photo.objects.filter(state=Photo.State.WAITING).order_by()
    return Backlog(
        waiting=counts.get(Photo.State.WAITING, 0),
        running=counts.get(Photo.State.RUNNING, 0),
        failed=counts.get(Photo.State.FAILED, 0),
        oldest=waiting.aggregate(at=Min("received_at"))["at"],
    )


def per_minute(now: datetime | None = None) -> list[int]:
    """Return how many photos got their answers in each of the last 60 minutes, the oldest first."""
    now = now or timezone.now()
    since = now - timedelta(minutes=MINUTES)
    ended = _newest(StepResult, HOUR_OF_STEPS).filter(
        step="describe", finished_at__gt=since, finished_at__lte=now
    )
    counts = [0] * MINUTES
    for at, photos in ended.annotate(photos=Count("run__photos")).values_list(
        "finished_at", "photos"
    ):
        assert at is not None
        counts[min(MINUTES - 1, int((at - since) / timedelta(minutes=1)))] += photos
    return counts


def latencies() -> list[Latency]:
    """Return the steps of the newest runs in the order in which they are done; three queries."""
    ended = _newest(StepResult, STEPS).filter(started_at__isnull=False, finished_at__isnull=False)
    columns = ("run", "step", "precision", "error", "started_at", "finished_at")
    rows = list(ended.values_list(*columns))
    runs = Run.objects.filter(pk__in={row[0] for row in rows}).order_by()
    releases = _releases(dict(runs.values_list("pk", "lineup")))
    spent: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    silent: dict[tuple[str, str, str], int] = defaultdict(int)
    for run, step, precision, error, started, finished in rows:
        key = (step, releases.get(run, {}).get(step, ""), precision)
        spent[key].append((finished - started) / timedelta(milliseconds=1))
        silent[key] += bool(error)
    order = {name: place for steps in releases.values() for place, name in enumerate(steps)}
    made = [
        Latency(
            *key, len(took), silent[key], median(took), sorted(took)[ceil(0.95 * len(took)) - 1]
        )
        for key, took in spent.items()
    ]
    return sorted(made, key=lambda one: (order.get(one.step, 99), one.step, one.release))


def _releases(lineups: dict[Any, Any]) -> dict[Any, dict[str, str]]:
    """Return the release of each step of each run; few line-ups stand for many runs."""
    known: dict[str, dict[str, str]] = {}
    found = {}
    for run, stored in lineups.items():
        text = json.dumps(stored, sort_keys=True)
        if text not in known:
            steps = build(lineup.from_json(stored)).steps if stored else ()
            known[text] = {step.name: step.release for step in steps}
        found[run] = known[text]
    return found


def trend() -> list[Moment]:
    """Return samples of all named answers, from the oldest to the newest; three queries."""
    ids = Identification.objects.order_by("pk").values_list("pk", flat=True)
    first, last = ids.first(), ids.last()
    if first is None or last is None:
        return []
    length = max((last - first + 1) / SLICES, 1.0)
    starts = [first + int(number * length) for number in range(SLICES)]
    size = min(PER_SLICE, ceil(length))
    # By their ids: with ranges the whole table would be walked.
    wanted = {pk for start in starts for pk in range(start, start + size)}
    rows = Identification.objects.filter(pk__in=wanted, taxon__isnull=False).order_by()
    slices: dict[int, list[tuple[datetime, float, float]]] = defaultdict(list)
    columns = ("pk", "detection__run__created_at", "confidence", "agreement")
    for pk, at, confidence, agreement in sorted(rows.values_list(*columns)):
        slices[int((pk - first) / length)].append((at, confidence, agreement))
    return [
        Moment(some[0][0], fmean(one[1] for one in some), fmean(one[2] for one in some))
        for _, some in sorted(slices.items())
    ]


def failures() -> list[Photo]:
    """Return the newest photos that could not be looked at."""
    return list(failed().order_by("-moment", "-pk")[:FAILURES])


def failed() -> QuerySet[Photo]:
    """Return all photos that could not be looked at."""
    return Photo.objects.filter(_UNDONE, state=Photo.State.FAILED)


def _newest(model: type[Model], number: int) -> Any:
    """Return so many rows, by their ids, which grow with time."""
    objects: Any = model._default_manager
    last = objects.aggregate(last=Max("pk"))["last"] or 0
    return objects.filter(pk__gt=last - number).order_by()
