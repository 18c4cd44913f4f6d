"""What of a project's photos not all of its members may see: people, and exact places.

One's own photos are never kept from oneself.
"""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from wildlife.photos.models import Photo
from wildlife.photos.selectors import may_with
from wildlife.projects.places import coarse
from wildlife.projects.rights import Right


def people_hidden(user: AbstractBaseUser | AnonymousUser, photo: Photo) -> bool:
    """Whether a photo's pictures are kept from a member, for the people on it.

    As long as nobody has looked for people, there may be some.
    """
    if may_with(user, Right.SEE_PEOPLE, photo):
        return False
    return photo.people or photo.state != Photo.State.DONE


def place_for(
    user: AbstractBaseUser | AnonymousUser, photo: Photo
) -> tuple[float | None, float | None]:
    """Return the latitude and longitude that may be told to somebody."""
    if photo.latitude is None or photo.longitude is None:
        return None, None
    if may_with(user, Right.SEE_PLACES, photo):
        return photo.latitude, photo.longitude
    return coarse(photo.latitude), coarse(photo.longitude)
