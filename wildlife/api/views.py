"""Photos: upload them, list them, read what was found on them, delete them."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import Http404
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.generics import ListAPIView
from rest_framework.pagination import CursorPagination
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from wildlife.api import problems
from wildlife.api.access import NotFromAnotherSite, owner_of
from wildlife.api.results import result_of
from wildlife.api.serializers import (
    PhotoResultSerializer,
    PhotoSerializer,
    ProblemSerializer,
    ReceiptsSerializer,
    UploadQuerySerializer,
    UploadSerializer,
)
from wildlife.identifications.services import dispatch
from wildlife.photos.filenames import display_name
from wildlife.photos.limits import count_upload
from wildlife.photos.models import Photo
from wildlife.photos.selectors import guest_of, photo_or_404, photos_of
from wildlife.photos.services import PhotoBusy, PhotoRefused, delete, receive

RETRY_AFTER = 1
"""Seconds after which it is worth asking again for a photo that is not finished."""
PENDING = (Photo.State.WAITING, Photo.State.RUNNING)


def problem_responses(*statuses: HTTPStatus) -> dict[tuple[int, str], type[ProblemSerializer]]:
    """Return these problems as the documentation wants them."""
    return {(int(status), problems.MEDIA_TYPE): ProblemSerializer for status in statuses}


class PhotoPages(CursorPagination):
    """Pages that stay where they are while photos arrive, newest first."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 500
    ordering = ("-received_at", "-id")


class PhotoList(ListAPIView[Photo]):
    serializer_class = PhotoSerializer
    pagination_class = PhotoPages
    parser_classes = [MultiPartParser]
    permission_classes = [NotFromAnotherSite]
    filter_backends = [DjangoFilterBackend]
    filterset_fields = ["state"]

    def get_queryset(self) -> QuerySet[Photo]:
        if getattr(self, "swagger_fake_view", False):
            return Photo.objects.none()
        return photos_of(self.request)

    @extend_schema(
        operation_id="photos_list",
        responses={
            200: PhotoSerializer(many=True),
            **problem_responses(HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED),
        },
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the photos that you may see, newest first."""
        return super().get(request, *args, **kwargs)

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
        query = UploadQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        priority = Photo.Priority[query.validated_data["priority"].upper()]
        files = request.FILES.getlist("photo")
        if not files:
            raise ValidationError({"photo": ["Send at least one file in a field of this name."]})
        if len(files) == 1:
            return self._one(request, files[0], priority)
        return self._several(request, files, priority)

    def _one(self, request: Request, file: UploadedFile, priority: Photo.Priority) -> Response:
        photo = self._receive(request, file, priority)
        dispatch()
        item = PhotoSerializer(photo, context=self.get_serializer_context()).data
        response = Response(item, status=_status(photo), headers={"Location": item["url"]})
        return _retry_later(response, photo)

    def _several(
        self, request: Request, files: list[UploadedFile], priority: Photo.Priority
    ) -> Response:
        items = [self._item(request, file, priority) for file in files]
        accepted = sum(1 for item in items if item["photo"])
        if accepted:
            dispatch()
        receipts = {"accepted": accepted, "refused": len(items) - accepted, "items": items}
        return Response(receipts, status=HTTPStatus.MULTI_STATUS)

    def _item(
        self, request: Request, file: UploadedFile, priority: Photo.Priority
    ) -> dict[str, Any]:
        photo = problem = None
        try:
            received = self._receive(request, file, priority)
        except PhotoRefused as error:
            status = problems.status_of(error)
            problem = problems.document(status, str(error), error.code)
        else:
            status = _status(received)
            photo = PhotoSerializer(received, context=self.get_serializer_context()).data
        return {
            "filename": display_name(file.name),
            "status": int(status),
            "photo": photo,
            "problem": problem,
        }

    def _receive(self, request: Request, file: UploadedFile, priority: Photo.Priority) -> Photo:
        count_upload(request)
        owner = owner_of(request)
        guest = "" if owner else guest_of(request, create=True)
        return receive(file, owner=owner, guest=guest, priority=priority).photo


class PhotoDetail(APIView):
    permission_classes = [NotFromAnotherSite]

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
        context = {"request": request, "result": result_of(photo)}
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
            delete(photo_or_404(request, photo_id))
        except PhotoBusy as error:
            raise problems.Conflict(
                "This photo is being looked at just now. Delete it when that has ended.",
                "busy",
                wait=RETRY_AFTER,
            ) from error
        return Response(status=HTTPStatus.NO_CONTENT)


class Unknown(APIView):
    """Any other address: a problem document instead of a page."""

    schema = None
    permission_classes = [AllowAny]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise Http404


def _status(photo: Photo) -> HTTPStatus:
    return HTTPStatus.ACCEPTED if photo.state in PENDING else HTTPStatus.OK


def _retry_later(response: Response, photo: Photo) -> Response:
    if photo.state in PENDING:
        response["Retry-After"] = str(RETRY_AFTER)
    return response
