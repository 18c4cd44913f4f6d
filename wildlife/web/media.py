"""Originals, previews and crops, for those who may see the photo."""

from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from pipelines.keys import preview_key, thumb_key
from wildlife.identifications.privacy import PictureWithheld, shown_key
from wildlife.photos.files import original_file, rendition_file
from wildlife.photos.models import Photo
from wildlife.photos.selectors import photo_or_404
from wildlife.projects.rights import Right


@require_safe
def preview(request: HttpRequest, photo_id: UUID) -> HttpResponseBase:
    """The upright photo, small enough for a page: there is one as soon as it was looked at."""
    photo = photo_or_404(request, photo_id)
    return _shown(request, photo, photo.preview or preview_key(str(photo.id)))


@require_safe
def thumb(request: HttpRequest, photo_id: UUID) -> HttpResponseBase:
    """The whole photo, small: there is one where there is no crop."""
    photo = photo_or_404(request, photo_id)
    return _shown(request, photo, thumb_key(str(photo.id)) if photo.preview else "")


@require_safe
def crop(request: HttpRequest, photo_id: UUID, index: int) -> HttpResponseBase:
    """What the experts saw of one animal."""
    photo = photo_or_404(request, photo_id)
    key = photo.detections.filter(index=index).values_list("crop", flat=True).first()
    return _shown(request, photo, key or "")


@require_safe
def original(request: HttpRequest, photo_id: UUID) -> HttpResponseBase:
    """The file as it was uploaded, to keep. Of a project's photos, for its owners."""
    return original_file(request, photo_or_404(request, photo_id, Right.SEE_PEOPLE))


def _shown(request: HttpRequest, photo: Photo, sharp: str) -> HttpResponseBase:
    """Answer with the picture under a key, blurred for who may not see the people on it.

    Until there is one, with a figure: nothing says that it may be kept.
    """
    try:
        return rendition_file(request, photo, shown_key(request.user, photo, sharp))
    except PictureWithheld:
        return redirect(static("img/person.svg"))
