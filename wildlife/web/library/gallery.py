"""The photos of the library's gallery, a page at a time."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wildlife.library.filters import branches
from wildlife.library.models import Tagged
from wildlife.library.paging import MOST_COUNTED, page_of
from wildlife.library.reader import Reader
from wildlife.library.wish import Wish
from wildlife.photos.models import Photo
from wildlife.web.tiles import Tile, tiles_of, with_answers

PHOTOS = 48


@dataclass(frozen=True, slots=True)
class Shown:
    """A photo with the reader's own labels on it."""

    tile: Tile
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gallery:
    """`after` is where the next page begins, "" after the last; `sentence` is the first page's."""

    shown: tuple[Shown, ...]
    after: str
    sentence: str


def gallery_of(reader: Reader, wish: Wish, after: str) -> Gallery:
    """Return a page of the photos that answer a wish, in a fixed number of queries."""
    page = page_of(branches(reader, wish), after, PHOTOS)
    # One that was deleted meanwhile is missing; nothing else is.
    rows = {row.pk: row for row in with_answers(Photo.objects.filter(pk__in=page.ids))}
    tiles = tiles_of(rows[pk] for pk in page.ids if pk in rows)
    tags = _tags(reader, page.ids)
    return Gallery(
        shown=tuple(Shown(tile, tags.get(tile.photo.pk, ())) for tile in tiles),
        after=page.after,
        sentence="" if after else counted(page.count),
    )


def counted(count: int | None) -> str:
    """Return how many photos there are, in words; None is more than were counted."""
    if count is None:
        return _("More than %(count)s photos") % {"count": f"{MOST_COUNTED:,}"}
    return ngettext("%(count)s photo", "%(count)s photos", count) % {"count": f"{count:,}"}


def _tags(reader: Reader, ids: Iterable[UUID]) -> dict[UUID, tuple[str, ...]]:
    rows = Tagged.objects.filter(photo__in=ids, tag__in=reader.tags()).order_by("tag__name")
    found: dict[UUID, tuple[str, ...]] = {}
    for pk, name in rows.values_list("photo", "tag__name"):
        found[pk] = (*found.get(pk, ()), name)
    return found
