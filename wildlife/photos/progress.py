"""How far an upload is, in a fixed number of queries however many files it has."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count
from django.utils import timezone

from wildlife.photos.models import Photo, Upload, UploadItem

RATE_OVER = timedelta(seconds=60)

State = UploadItem.State


@dataclass(frozen=True, slots=True)
class Counts:
    """How many files are in which state. An archive counts as one until it is unpacked.

    `waiting` to `failed` are of photos that are here, whether they came now or were here before.
    """

    total: int
    expected: int
    fetching: int
    unpacking: int
    taken: int
    known: int
    refused: int
    waiting: int
    running: int
    done: int
    failed: int

    @property
    def pending(self) -> int:
        """Photos that are still to be looked at."""
        return self.waiting + self.running

    @property
    def ended(self) -> int:
        """Files of which nothing more is to come."""
        return self.done + self.failed + self.refused

    @property
    def share(self) -> float:
        """How much of it has ended, 0..1."""
        return self.ended / self.total if self.total else 0.0

    @property
    def finished(self) -> bool:
        return self.total > 0 and self.ended == self.total


def counts_of(upload: Upload) -> Counts:
    """Return how many files of an upload are in which state. One query."""
    counts: Counter[tuple[str, str]] = Counter()
    rows = upload.items.exclude(state=State.UNPACKED).order_by()
    for state, photo_state, count in rows.values_list("state", "photo__state").annotate(
        count=Count("pk")
    ):
        counts[state, photo_state or ""] += count
    item, photo = _sums(counts, 0), _sums(counts, 1)
    return Counts(
        total=counts.total(),
        expected=item[State.EXPECTED],
        fetching=item[State.FETCHING],
        unpacking=item[State.UNPACKING],
        taken=item[State.TAKEN],
        known=item[State.KNOWN],
        refused=item[State.REFUSED],
        waiting=photo[Photo.State.WAITING],
        running=photo[Photo.State.RUNNING],
        done=photo[Photo.State.DONE],
        failed=photo[Photo.State.FAILED],
    )


def _sums(counts: Counter[tuple[str, str]], side: int) -> Counter[str]:
    sums: Counter[str] = Counter()
    for states, count in counts.items():
        sums[states[side]] += count
    return sums


def pace_of(upload: Upload) -> int:
    """Return how many photos of an upload were finished in the last minute. One query."""
    since = timezone.now() - RATE_OVER
    return upload.photos.filter(finished_at__gt=since).count()


def seconds_left(pending: int, pace: int) -> int | None:
    """Return how long the rest takes at a pace (photos a minute); None where nobody can say."""
    if not pending or pace < 2:
        return None
    return max(1, round(pending * RATE_OVER.total_seconds() / pace))


def reach(upload: Upload, share: float) -> float:
    """Return the largest share that was ever told of an upload, and remember it.

    Files that are announced later, or looked at again, would make it smaller.
    """
    if share > upload.reached:
        Upload.objects.filter(pk=upload.pk, reached__lt=share).update(reached=share)
        upload.reached = share
    return upload.reached
