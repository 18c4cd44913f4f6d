"""Which photos the person behind a request may see."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from wildlife.photos.models import Photo
from wildlife.photos.selectors import guest_of, visible_to


def photos_of(request: HttpRequest) -> QuerySet[Photo]:
    """Return all photos that this request may see."""
    return visible_to(request.user, guest_of(request))


def photo_or_404(request: HttpRequest, photo_id: UUID) -> Photo:
    """Return one photo. Raises Http404 as well where it is somebody else's."""
    photo = photos_of(request).filter(pk=photo_id).first()
    if photo is None:
        raise Http404
    return photo
