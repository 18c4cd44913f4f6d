"""Which photo here a file means: by its hash, else by its folders and name as far as both tell."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_noop as _

from wildlife.exchange.imports.entries import Entry, WrongValue
from wildlife.photos.filenames import display_path
from wildlife.photos.models import Photo, UploadItem

_SHORT = 12
"""Digits of its hash that our exports put into a photo's path."""
_Place = tuple[UUID, tuple[str, ...]]


class Photos:
    """The photos that may be meant, held in memory: about 500 bytes each."""

    def __init__(self, photos: QuerySet[Photo]) -> None:
        self._hashes: dict[str, UUID] = {}
        self._short: dict[str, UUID] = {}
        self._named: dict[str, list[_Place]] = {}
        plain = photos.order_by()
        for pk, sha256, filename in plain.values_list("pk", "sha256", "filename").iterator():
            self._hashes[sha256] = self._short[sha256[:_SHORT]] = pk
            self._name(pk, filename)
        items = UploadItem.objects.filter(photo__in=plain).order_by()
        for pk, path in items.values_list("photo_id", "path").iterator():
            self._name(pk, path)

    def _name(self, pk: UUID, path: str) -> None:
        parts = _parts(path)
        places = self._named.setdefault(parts[-1], [])
        if (pk, parts) not in places:
            places.append((pk, parts))

    def of_hash(self, sha256: str) -> UUID | None:
        """Return the photo with this content."""
        return self._hashes.get(sha256)

    def find(self, entry: Entry) -> UUID:
        """Return the photo that is meant.

        Raises WrongValue: `not_here` where no photo has that name, `other_folder` where only
        photos of other folders have it, `ambiguous` where several may be meant.
        """
        if entry.sha256 in self._hashes:
            return self._hashes[entry.sha256]
        parts = _parts(entry.path)
        for part in parts[:-1]:
            if part in self._short:
                return self._short[part]
        places = self._named.get(parts[-1], [])
        fitting = [(_alike(parts, other), pk) for pk, other in places if _fits(parts, other)]
        if not places:
            raise WrongValue("not_here", _("No photo here has this name."))
        if not fitting:
            raise WrongValue(
                "other_folder", _("A photo of this name lies in another folder: is it the same?")
            )
        most = max(share for share, _pk in fitting)
        best = {pk for share, pk in fitting if share == most}
        if len(best) > 1:
            raise WrongValue(
                "ambiguous",
                _("%(count)d photos here are called so. Tell their folders as well."),
                count=len(best),
            )
        return best.pop()


def _parts(path: str) -> tuple[str, ...]:
    return tuple(part.casefold() for part in display_path(path).split("/"))


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many parts are the same, from the name upwards."""
    same = 0
    for mine, theirs in zip(reversed(one), reversed(other), strict=False):
        if mine != theirs:
            break
        same += 1
    return same


def _fits(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two paths may be of one file: one is the end of the other, or they share a folder."""
    return _alike(one, other) >= min(len(one), len(other), 2)
