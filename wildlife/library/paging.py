"""Pages of photos without counting: each begins where the one before ended."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from wildlife.photos.models import Photo

MOST_COUNTED = 1000


@dataclass(frozen=True, slots=True)
class Page:
    """The ids of a page's photos, the newest first.

    `after` is where the next page begins, "" after the last. `count` says on the first page how
    many photos there are; None means more than MOST_COUNTED.
    """

    ids: tuple[UUID, ...]
    after: str
    count: int | None


def page_of(photos: Iterable[QuerySet[Photo]], after: str, size: int) -> Page:
    """Return the page that begins at `after` of one or more sets of photos, as `branches` gives
    them; what is in several is shown once."""
    # In one question: of a page alone PostgreSQL hopes that it is found soon, and walks past all
    # photos where what fits is old.
    looked_at = size if after else MOST_COUNTED
    found: set[tuple[datetime, UUID]] = set()
    for some in photos:
        found.update(beyond(some, after).values_list("moment", "id")[: looked_at + 1])
    rows = sorted(found, reverse=True)
    shown = rows[:size]
    return Page(
        ids=tuple(pk for _, pk in shown),
        after=mark(*shown[-1]) if len(rows) > size else "",
        count=len(rows) if len(rows) <= looked_at else None,
    )


def beyond(photos: QuerySet[Photo], after: str) -> QuerySet[Photo]:
    """Return the photos that come after a mark; all where it is none."""
    place = _place(after)
    if place is None:
        return photos
    moment, pk = place
    # The first condition is where the index is entered.
    return photos.filter(Q(moment__lte=moment), Q(moment__lt=moment) | Q(id__lt=pk))


def mark(moment: datetime, pk: UUID) -> str:
    """Return the place of a photo in the order, as text for an address."""
    return f"{moment.isoformat()}~{pk.hex}"


def _place(after: str) -> tuple[datetime, UUID] | None:
    moment, _, pk = after.replace(" ", "+").partition("~")
    try:
        place = datetime.fromisoformat(moment), UUID(pk)
    except ValueError:
        return None
    return place if place[0].tzinfo else None
