"""How far an upload is, in a fixed number of queries however many files it has."""

import hashlib
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wildlife.photos.limits import in_words
from wildlife.photos.models import Photo, Upload, UploadItem
from wildlife.photos.progress import counts_of, pace_of, seconds_left

PROBLEMS_PER_PAGE = 50
LISTED_MISSING = 20
LAST = 3
LOOKED_AT = 20
"""Among so many uploads those of several files are looked for."""
BUSY, SLOW = 1500, 6000
"""Milliseconds between two looks: while photos are looked at, and while files are still to come."""

State = UploadItem.State
BAD = Q(state=State.REFUSED) | Q(photo__state=Photo.State.FAILED)


@dataclass(frozen=True, slots=True)
class Standing:
    """How far an upload is. Counts are of files; an archive counts as one until it is unpacked.

    `reached` (0..100) is how much has been looked at, and never less than it was shown before.
    `every` is in milliseconds, 0 where nothing more will change by itself.
    """

    total: int
    missing: int
    unpacking: int
    known: int
    refused: int
    pending: int
    done: int
    failed: int
    reached: float
    eta: str
    every: int

    @property
    def problems(self) -> int:
        return self.failed + self.refused

    @property
    def version(self) -> str:
        """Changes whenever something that is shown does."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:12]

    @property
    def sentence(self) -> str:
        if not self.total:
            return _("There is nothing in this upload any more.")
        if self.unpacking:
            return _("The archive is being unpacked…")
        if self.pending:
            return ngettext(
                "%(count)d photo is being looked at…",
                "%(count)d photos are being looked at…",
                self.pending,
            ) % {"count": self.pending}
        if self.missing:
            return ngettext(
                "%(count)d file has not arrived yet.",
                "%(count)d files have not arrived yet.",
                self.missing,
            ) % {"count": self.missing}
        return _("All photos have been looked at.")


def standing_of(upload: Upload, reached: float = 0.0) -> Standing:
    """Return how far an upload is; `reached` is what was shown before. Two queries."""
    counts = counts_of(upload)
    missing = counts.expected + counts.fetching
    moving = counts.pending + counts.unpacking + counts.fetching
    return Standing(
        total=counts.total,
        missing=missing,
        unpacking=counts.unpacking,
        known=counts.known,
        refused=counts.refused,
        pending=counts.pending,
        done=counts.done,
        failed=counts.failed,
        reached=round(min(100.0, max(100 * counts.share, reached)), 1),
        eta=_eta(upload, counts.pending) if counts.pending else "",
        every=BUSY if moving else SLOW if missing else 0,
    )


def _eta(upload: Upload, pending: int) -> str:
    """Return how long the rest takes at the pace of the last minute, "" where there is none."""
    seconds = seconds_left(pending, pace_of(upload))
    return _("about %(time)s left") % {"time": in_words(seconds)} if seconds else ""


def problems_of(upload: Upload, page: str | None) -> Page[UploadItem]:
    """Return the files that were not taken, or could not be looked at, a page at a time."""
    rows = upload.items.filter(BAD).select_related("photo").order_by("path", "pk")
    return Paginator(rows, PROBLEMS_PER_PAGE).get_page(page)


def missing_of(upload: Upload) -> list[str]:
    """Return the names of some files that have not arrived."""
    rows: QuerySet[UploadItem] = upload.items.filter(state__in=(State.EXPECTED, State.FETCHING))
    return list(rows.values_list("path", flat=True)[:LISTED_MISSING])


def last_uploads(uploads: QuerySet[Upload]) -> list[Upload]:
    """Return the newest uploads of many files, with how many `files` they have and how many of
    them are `missing`. One query, which counts the files of the newest uploads alone."""
    newest = Upload.objects.filter(pk__in=uploads.order_by("-started_at").values("pk")[:LOOKED_AT])
    counted = newest.annotate(
        files=Count("items", filter=~Q(items__state=State.UNPACKED)),
        missing=Count("items", filter=Q(items__state=State.EXPECTED)),
    )
    return list(counted.filter(files__gt=1).order_by("-started_at")[:LAST])
