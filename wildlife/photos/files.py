"""Answering with stored files. Who may have them is decided before."""

import hashlib

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import quote_etag

from wildlife.photos.models import Photo

RENDITION_TYPE = "image/jpeg"
"""Of previews and crops."""
MAX_AGE = 3600
"""Seconds. A later run may replace a preview or a crop; an original never changes."""


def original_file(request: HttpRequest, photo: Photo) -> HttpResponseBase:
    """Answer with the file as it was uploaded, to be kept and not shown: it is a stranger's."""
    return _stored(request, photo, str(photo.original.name), photo.media_type, photo.filename)


def rendition_file(request: HttpRequest, photo: Photo, key: str) -> HttpResponseBase:
    """Answer with a preview or crop of a photo, kept under `key`; "" where there is none yet."""
    return _stored(request, photo, key, RENDITION_TYPE)


def _stored(
    request: HttpRequest, photo: Photo, key: str, media_type: str, attachment: str = ""
) -> HttpResponseBase:
    """Stream a stored file, or answer 304 where the client has it. Raises Http404."""
    if not key:
        raise Http404
    made = photo.finished_at.timestamp() if photo.finished_at else 0
    # Of the key too: the blurred picture is another one. Nothing in it tells the original's hash.
    etag = quote_etag(hashlib.sha256(f"{key} {photo.sha256} {made:.3f}".encode()).hexdigest()[:32])
    response: HttpResponseBase | None = get_conditional_response(request, etag=etag)
    if response is None:
        try:
            file = default_storage.open(key)
        except FileNotFoundError as error:
            raise Http404 from error
        response = FileResponse(
            file, content_type=media_type, as_attachment=bool(attachment), filename=attachment
        )
    response["ETag"] = etag
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    patch_cache_control(response, private=True, max_age=MAX_AGE)
    return response
