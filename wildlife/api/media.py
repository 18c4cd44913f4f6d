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
from wildlife.api.problems import Conflict
from wildlife.api.schema import problem_responses
from wildlife.identifications.privacy import PictureWithheld, shown_key
from wildlife.photos.files import RENDITION_TYPE, original_file, rendition_file
from wildlife.photos.models import Photo
from wildlife.photos.selectors import photo_or_404
from wildlife.projects.rights import Right

RETRY_AFTER = 2
"""Seconds after which a picture that is being blurred may be there."""
_PROBLEMS = problem_responses(
    HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT
)


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


def _shown(request: Request, photo: Photo, sharp: str) -> HttpResponseBase:
    """Answer with the picture under a key, blurred for who may not see the people on it.

    Raises Http404, PermissionDenied, Conflict.
    """
    try:
        key = shown_key(request.user, photo, sharp)
    except PictureWithheld as withheld:
        if withheld.soon:
            raise Conflict(
                _("There are people on this photo: they are being blurred. Ask again in a moment."),
                "being_blurred",
                RETRY_AFTER,
            ) from withheld
        raise PermissionDenied(
            _("There may be people on this photo: its project's owners see it.")
        ) from withheld
    return rendition_file(request, photo, key)


class Preview(FileView):
    @_documented("photos_preview", RENDITION_TYPE, "An upright JPEG for the screen.")
    def get(self, request: Request, photo_id: UUID) -> HttpResponseBase:
        """The photo upright and small, once it was looked at.

        People and vehicles are blurred, but for the owners of the photo or its project.
        """
        photo = photo_or_404(request, photo_id)
        return _shown(request, photo, photo.preview)


class Crop(FileView):
    @_documented("photos_crop", RENDITION_TYPE, "The cut-out that the experts saw, as JPEG.")
    def get(self, request: Request, photo_id: UUID, index: int) -> HttpResponseBase:
        """What the experts saw of one animal; people and vehicles are blurred as in the preview."""
        photo = photo_or_404(request, photo_id)
        key = photo.detections.filter(index=index).values_list("crop", flat=True).first()
        return _shown(request, photo, key or "")


class Original(FileView):
    @_documented("photos_original", "image/*", "The file, byte for byte, as an attachment.")
    def get(self, request: Request, photo_id: UUID) -> HttpResponseBase:
        """The file as it was uploaded. Of a project's photos, for its owners."""
        return original_file(request, photo_or_404(request, photo_id, Right.SEE_PEOPLE))
