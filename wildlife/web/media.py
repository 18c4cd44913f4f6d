"""Originals, previews and crops, for those who may see the photo."""

from uuid import UUID

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from wildlife.photos.models import Photo
from wildlife.web.access import photo_or_404

RENDITION_TYPE = "image/jpeg"
MAX_AGE = 3600
"""Seconds. A later run may replace a preview or a crop; an original never changes."""


@require_safe
def preview(request: HttpRequest, photo_id: UUID) -> HttpResponseBase:
    """The upright photo, small enough for a page."""
    photo = photo_or_404(request, photo_id)
    return _file(request, photo, photo.preview, RENDITION_TYPE)


@require_safe
def crop(request: HttpRequest, photo_id: UUID, index: int) -> HttpResponseBase:
    """What the experts saw of one animal."""
    photo = photo_or_404(request, photo_id)
    key = photo.detections.filter(index=index).values_list("crop", flat=True).first()
    return _file(request, photo, key or "", RENDITION_TYPE)


@require_safe
def original(request: HttpRequest, photo_id: UUID) -> HttpResponseBase:
    """The file as it was uploaded, to keep."""
    photo = photo_or_404(request, photo_id)
    response = _file(request, photo, photo.original.name, photo.media_type)
    if isinstance(response, FileResponse):
        response.as_attachment = True
        response.filename = photo.filename
        response.set_headers(response.file_to_stream)
    return response


def _file(request: HttpRequest, photo: Photo, key: str, media_type: str) -> HttpResponseBase:
    """Answer with a stored file, or with 304 where the browser has it. Raises Http404."""
    if not key:
        raise Http404
    made = photo.finished_at.timestamp() if photo.finished_at else 0
    etag = quote_etag(f"{photo.sha256[:16]}-{made:.3f}")
    response: HttpResponseBase | None = get_conditional_response(request, etag=etag)
    if response is None:
        try:
            file = default_storage.open(key)
        except FileNotFoundError as error:
            raise Http404 from error
        response = FileResponse(file, content_type=media_type)
    response["ETag"] = etag
    patch_cache_control(response, private=True, max_age=MAX_AGE)
    return response
