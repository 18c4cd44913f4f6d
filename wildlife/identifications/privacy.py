"""What of a project's photos not all of its members may see: people, and exact sensitive places.

One's own photos are never kept from oneself.
"""

from collections.abc import Iterator

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from wildlife.identifications.models import Identification
from wildlife.photos.models import Photo
from wildlife.photos.selectors import may_with
from wildlife.projects.rights import Right
from wildlife.species.models import Taxon

LIKELY = 0.02
"""A candidate of at least this probability keeps a place as secret as the answer would."""
COARSE = 1
"""Decimals of a degree that are left of such a place: some ten kilometres."""


def people_hidden(user: AbstractBaseUser | AnonymousUser, photo: Photo) -> bool:
    """Whether a photo's pictures are kept from a member, for the people on it.

    As long as nobody has looked for people, there may be some.
    """
    if may_with(user, Right.SEE_PEOPLE, photo):
        return False
    return photo.people or photo.state != Photo.State.DONE


def place_hidden(user: AbstractBaseUser | AnonymousUser, photo: Photo) -> bool:
    """Whether only roughly where a photo was taken may be told to a member.

    So it is where a sensitive species is on it or may be, and where nobody has looked yet.
    """
    if may_with(user, Right.SEE_PLACES, photo):
        return False
    return photo.state != Photo.State.DONE or _may_show_sensitive(photo)


def place_for(
    user: AbstractBaseUser | AnonymousUser, photo: Photo
) -> tuple[float | None, float | None]:
    """Return the latitude and longitude that may be told to somebody."""
    if photo.latitude is None or photo.longitude is None or not place_hidden(user, photo):
        return photo.latitude, photo.longitude
    return round(photo.latitude, COARSE), round(photo.longitude, COARSE)


def _may_show_sensitive(photo: Photo) -> bool:
    named = Identification.objects.filter(detection__photo=photo).select_related("taxon")
    answers = list(named)
    if any(one.taxon is not None and one.taxon.sensitive for one in answers):
        return True
    likely = {slug for one in answers for slug in _likely(one)}
    verified = photo.verdicts.filter(taxon__sensitive=True)
    return Taxon.objects.filter(slug__in=likely, sensitive=True).exists() or verified.exists()


def _likely(one: Identification) -> Iterator[str]:
    return (slug for slug, probability in one.runners_up if probability >= LIKELY)
