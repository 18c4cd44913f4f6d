"""What of a project's photos not all of its members may see: people, and exact places.

One's own photos are never kept from oneself.
"""

from enum import Enum

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from wildlife.identifications.blurring import ask_for, blurred_key, is_made, regions_of
from wildlife.photos.models import Photo
from wildlife.photos.selectors import may_with
from wildlife.projects.places import coarse
from wildlife.projects.rights import Right


class Sight(Enum):
    """How somebody sees a photo that they may see."""

    SHARP = "sharp"
    BLURRED = "blurred"
    """Somebody, or a vehicle, is on it."""
    WITHHELD = "withheld"
    """Nobody has looked for people yet: there may be some."""


class PictureWithheld(Exception):
    """There is no picture that somebody may see. `soon` tells that one is being made."""

    def __init__(self, *, soon: bool) -> None:
        self.soon = soon
        super().__init__("soon" if soon else "not looked at")


def sight_of(user: AbstractBaseUser | AnonymousUser, photo: Photo) -> Sight:
    """Return how a reader sees the pictures of a photo; the caller has made sure that they may."""
    if may_with(user, Right.SEE_PEOPLE, photo):
        return Sight.SHARP
    if photo.state != Photo.State.DONE:
        return Sight.WITHHELD
    return Sight.BLURRED if regions_of(photo) else Sight.SHARP


def shown_key(user: AbstractBaseUser | AnonymousUser, photo: Photo, sharp: str) -> str:
    """Return under which key lies what a reader may see of the picture with the key `sharp`.

    Raises `PictureWithheld`. Where a blurred picture is not there yet, a worker is asked for it.
    """
    if may_with(user, Right.SEE_PEOPLE, photo):
        return sharp
    if photo.state != Photo.State.DONE:
        raise PictureWithheld(soon=False)
    key = key_in_place_of(sharp, photo)
    if key != sharp and not is_made(key):
        ask_for([photo.pk])
        raise PictureWithheld(soon=True)
    return key


def key_in_place_of(sharp: str, photo: Photo) -> str:
    """Return the key of what those may see who may not see people: `sharp` where nobody is there.

    The photo is done. Whether the picture is made yet is not asked.
    """
    regions = regions_of(photo) if sharp else ()
    return blurred_key(photo, sharp, regions) if regions else sharp


def place_for(
    user: AbstractBaseUser | AnonymousUser, photo: Photo
) -> tuple[float | None, float | None]:
    """Return the latitude and longitude that may be told to somebody."""
    if photo.latitude is None or photo.longitude is None:
        return None, None
    if may_with(user, Right.SEE_PLACES, photo):
        return photo.latitude, photo.longitude
    return coarse(photo.latitude), coarse(photo.longitude)
