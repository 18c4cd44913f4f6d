"""The files of a photo, streamed to those who may see it."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from wildlife.api.base import ApiView
from wildlife.api.schema import problem_responses
from wildlife.identifications.privacy import people_hidden
from wildlife.photos.files import RENDITION_TYPE, original_file, rendition_file
from wildlife.photos.models import Photo
from wildlife.photos.selectors import photo_or_404
from wildlife.projects.rights import Right

_PROBLEMS = problem_responses(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)


class WhateverIsAccepted(DefaultContentNegotiation):
    """A file has one type. Only a problem is rendered, as the JSON that it is."""

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


class FileView(ApiView):
    resource = "photos"
    content_negotiation_class = WhateverIsAccepted


def _documented(operation: str, media_type: str, what: str) -> Any:
    file = OpenApiResponse(OpenApiTypes.BINARY, description=what)
    return extend_schema(operation_id=operation, responses={(200, media_type): file, **_PROBLEMS})


def _shown_to(request: Request, photo_id: UUID) -> Photo:
    """Return a photo whose pictures may be seen. Raises Http404, PermissionDenied."""
    photo = photo_or_404(request, photo_id)
    if people_hidden(request.user, photo):
        raise PermissionDenied(_("There may be people on this photo: its project's owners see it."))
    return photo


class Preview(FileView):
    @_documented("photos_preview", RENDITION_TYPE, "An upright JPEG for the screen.")
    def get(self, request: Request, photo_id: UUID) -> HttpResponseBase:
        """The photo upright and small, once it was looked at."""
        photo = _shown_to(request, photo_id)
        return rendition_file(request, photo, photo.preview)


class Crop(FileView):
    @_documented("photos_crop", RENDITION_TYPE, "The cut-out that the experts saw, as JPEG.")
    def get(self, request: Request, photo_id: UUID, index: int) -> HttpResponseBase:
        """What the experts saw of one animal."""
        photo = _shown_to(request, photo_id)
        key = photo.detections.filter(index=index).values_list("crop", flat=True).first()
        return rendition_file(request, photo, key or "")


class Original(FileView):
    @_documented("photos_original", "image/*", "The file, byte for byte, as an attachment.")
    def get(self, request: Request, photo_id: UUID) -> HttpResponseBase:
        """The file as it was uploaded. Of a project's photos, for its owners."""
        return original_file(request, photo_or_404(request, photo_id, Right.SEE_PEOPLE))
