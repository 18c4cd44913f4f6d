"""Photos: upload them, list them, read what was found on them, delete them."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from wildlife.api import problems
from wildlife.api.answer_serializers import PhotoResultSerializer
from wildlife.api.base import ApiView, GenericApiView, asked
from wildlife.api.cursors import KeysetPages
from wildlife.api.results import PhotoResult, result_of
from wildlife.api.schema import problem_responses
from wildlife.api.serializers import (
    PhotoQuerySerializer,
    PhotoSerializer,
    ReceiptsSerializer,
    UploadQuerySerializer,
    UploadSerializer,
)
from wildlife.identifications.selectors import latest_run
from wildlife.identifications.services import dispatch
from wildlife.library.filters import branches
from wildlife.library.reader import reader_of
from wildlife.library.wish import Wish
from wildlife.photos.arrivals import PASSING
from wildlife.photos.filenames import display_name
from wildlife.photos.limits import count_upload
from wildlife.photos.models import Photo
from wildlife.photos.selectors import keeper_for, photo_or_404
from wildlife.photos.services import PhotoBusy, PhotoRefused, delete, receive
from wildlife.projects.models import Project
from wildlife.projects.rights import Right, project_or_404
from wildlife.told import told

RETRY_AFTER = 1
"""Seconds after which it is worth asking again for a photo that is not finished."""
PENDING = (Photo.State.WAITING, Photo.State.RUNNING)


class PhotoPages(KeysetPages):
    """In the order of the library: by when photos were taken, else by when they arrived."""

    ordering = ("-moment", "-id")


class PhotoList(GenericApiView):
    resource = "photos"
    reads = PhotoSerializer
    serializer_class = PhotoSerializer
    pagination_class = PhotoPages
    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="photos_list",
        parameters=[PhotoQuerySerializer],
        responses={200: PhotoSerializer(many=True)},
    )
    def get(self, request: Request) -> Response:
        """List your photos, or those of a project, newest first."""
        photos = asked_photos(request)
        page = self.page(*(one.select_related("project", "taxon") for one in photos))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(
        operation_id="photos_upload",
        request={"multipart/form-data": UploadSerializer},
        parameters=[UploadQuerySerializer],
        responses={
            200: OpenApiResponse(
                PhotoSerializer, description="You had this very photo here before; it is finished."
            ),
            202: OpenApiResponse(
                PhotoSerializer,
                description="The one photo is taken. `Location` says where its result will be, "
                "`Retry-After` when to look.",
            ),
            207: OpenApiResponse(
                ReceiptsSerializer,
                description="Several files: each is taken or refused on its own.",
            ),
            **problem_responses(
                HTTPStatus.BAD_REQUEST,
                HTTPStatus.UNAUTHORIZED,
                HTTPStatus.FORBIDDEN,
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
                HTTPStatus.UNPROCESSABLE_ENTITY,
                HTTPStatus.TOO_MANY_REQUESTS,
            ),
        },
    )
    def post(self, request: Request) -> Response:
        """Upload one photo, or many in one request.

        Without a token or a session you are a guest: keep the session cookie of the answer, it
        alone opens your photos. A photo that you uploaded before is not taken twice.
        """
        query = asked(request, UploadQuerySerializer)
        priority = Photo.Priority[query.validated_data["priority"].upper()]
        slug = query.validated_data["project"]
        project = project_or_404(request, slug, Right.UPLOAD) if slug else None
        files = request.FILES.getlist("photo")
        if not files:
            raise ValidationError({"photo": [_("Send at least one file in a field of this name.")]})
        if len(files) == 1:
            return self._one(request, files[0], project, priority)
        return self._several(request, files, project, priority)

    def _one(
        self,
        request: Request,
        file: UploadedFile,
        project: Project | None,
        priority: Photo.Priority,
    ) -> Response:
        photo = self._receive(request, file, project, priority)
        dispatch()
        item = PhotoSerializer(photo, context=self.get_serializer_context()).data
        response = Response(item, status=_status(photo), headers={"Location": str(item["url"])})
        return _retry_later(response, photo)

    def _several(
        self,
        request: Request,
        files: list[UploadedFile],
        project: Project | None,
        priority: Photo.Priority,
    ) -> Response:
        items = [self._item(request, file, project, priority) for file in files]
        accepted = sum(1 for item in items if item["photo"])
        if accepted:
            dispatch()
        if any(item["problem"] and item["problem"]["code"] in PASSING for item in items):
            self.forget_key()
        receipts = {"accepted": accepted, "refused": len(items) - accepted, "items": items}
        return Response(receipts, status=HTTPStatus.MULTI_STATUS)

    def _item(
        self,
        request: Request,
        file: UploadedFile,
        project: Project | None,
        priority: Photo.Priority,
    ) -> dict[str, Any]:
        photo = problem = None
        try:
            received = self._receive(request, file, project, priority)
        except PhotoRefused as error:
            status = problems.status_of(error)
            problem = problems.document(status, told(str(error)), error.code)
        else:
            status = _status(received)
            photo = PhotoSerializer(received, context=self.get_serializer_context()).data
        return {
            "filename": display_name(file.name),
            "status": int(status),
            "photo": photo,
            "problem": problem,
        }

    def _receive(
        self,
        request: Request,
        file: UploadedFile,
        project: Project | None,
        priority: Photo.Priority,
    ) -> Photo:
        count_upload(request)
        keeper = keeper_for(request, project)
        return receive(
            file,
            owner=keeper.owner,
            guest=keeper.guest,
            project=keeper.project,
            priority=priority,
        ).photo


class PhotoDetail(ApiView):
    resource = "photos"
    reads = PhotoResultSerializer

    @extend_schema(
        operation_id="photos_read",
        responses={
            200: PhotoResultSerializer,
            **problem_responses(HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND),
        },
    )
    def get(self, request: Request, photo_id: UUID) -> Response:
        """Read all that is known of a photo.

        Ask again while `state` is `waiting` or `running`: `Retry-After` says when. A `failed`
        photo has a sentence in `failure`; upload it again to have it tried again.
        """
        photo = photo_or_404(request, photo_id)
        context = {"request": request, "result": _result(photo, self)}
        return _retry_later(Response(PhotoResultSerializer(photo, context=context).data), photo)

    @extend_schema(
        operation_id="photos_delete",
        responses={
            204: None,
            **problem_responses(
                HTTPStatus.UNAUTHORIZED,
                HTTPStatus.FORBIDDEN,
                HTTPStatus.NOT_FOUND,
                HTTPStatus.CONFLICT,
            ),
        },
    )
    def delete(self, request: Request, photo_id: UUID) -> Response:
        """Delete a photo for good: the original, its preview and crops, and all answers."""
        try:
            delete(photo_or_404(request, photo_id, Right.CURATE))
        except PhotoBusy as error:
            raise problems.Conflict(
                _("This photo is being looked at just now. Delete it when that has ended."),
                "busy",
                wait=RETRY_AFTER,
            ) from error
        return Response(status=HTTPStatus.NO_CONTENT)


class Unknown(ApiView):
    """Any other address: a problem document instead of a page."""

    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise Http404


def _result(photo: Photo, view: ApiView) -> PhotoResult:
    """Return what is known of a photo, as far as its fields are asked for."""
    if view.wants("detections"):
        return result_of(photo)
    return PhotoResult(photo, latest_run(photo) if view.wants("run") else None, ())


def asked_photos(request: Request) -> list[QuerySet[Photo]]:
    """Return the photos that the query of a request asks for, as one or two sets.

    Raises ValidationError, and Http404 for a project that the reader may not know of.
    """
    query = asked(request, PhotoQuerySerializer)
    wish = wish_of(request, query)
    return [photos.filter(in_state(query)) for photos in branches(reader_of(request), wish)]


def wish_of(request: Request, query: PhotoQuerySerializer) -> Wish:
    """Return what a valid query asks for, but for `in_state`. Raises Http404 as `asked_photos`."""
    wish = query.wish
    if wish.project:
        project_or_404(request, wish.project)
    return wish


def in_state(query: PhotoQuerySerializer) -> Q:
    """Return the condition on the state of a photo where the library has no word for it."""
    state = query.validated_data["state"]
    return Q(state=state) if state and not query.wish.state else Q()


def _status(photo: Photo) -> HTTPStatus:
    return HTTPStatus.ACCEPTED if photo.state in PENDING else HTTPStatus.OK


def _retry_later(response: Response, photo: Photo) -> Response:
    if photo.state in PENDING:
        response["Retry-After"] = str(RETRY_AFTER)
    return response
