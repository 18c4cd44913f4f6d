"""The files of an upload: sent, or fetched from addresses; and what became of each."""

from functools import partial
from http import HTTPStatus
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from wildlife.api.base import ApiView, GenericApiView, asked
from wildlife.api.cursors import KeysetPages
from wildlife.api.problems import Conflict
from wildlife.api.schema import problem_responses
from wildlife.api.upload_serializers import (
    AddressesSerializer,
    FilesSerializer,
    ItemQuerySerializer,
    ItemSerializer,
    ItemsSerializer,
)
from wildlife.identifications import fetches, unpacking
from wildlife.identifications.services import dispatch
from wildlife.photos import batches
from wildlife.photos.arrivals import UploadFull
from wildlife.photos.batches import Added
from wildlife.photos.limits import count_upload
from wildlife.photos.models import Photo, Upload, UploadItem
from wildlife.photos.selectors import upload_or_404

_WRITING = problem_responses(
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.CONFLICT,
)


class ItemPages(KeysetPages):
    ordering = ("id",)


class UploadItems(GenericApiView):
    resource = "uploads"
    reads = ItemSerializer
    serializer_class = ItemSerializer
    pagination_class = ItemPages

    @extend_schema(
        operation_id="uploads_items_list",
        parameters=[ItemQuerySerializer],
        responses={200: ItemSerializer(many=True)},
    )
    def get(self, request: Request, upload_id: UUID) -> Response:
        """List the files of an upload, and what became of each."""
        query = asked(request, ItemQuerySerializer)
        items = upload_or_404(request, upload_id).items.all()
        if state := query.validated_data["state"]:
            items = items.filter(state=state)
        if query.validated_data["problem"]:
            failed = Q(photo__state=Photo.State.FAILED)
            items = items.filter(Q(state=UploadItem.State.REFUSED) | failed)
        return self.get_paginated_response(self.get_serializer(self.page(items), many=True).data)


class UploadFiles(ApiView):
    resource = "uploads"
    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="uploads_add_files",
        request={"multipart/form-data": FilesSerializer},
        responses={
            207: ItemsSerializer,
            **_WRITING,
            **problem_responses(HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
        },
    )
    def post(self, request: Request, upload_id: UUID) -> Response:
        """Add files: each is taken, known or refused on its own.

        A file that is refused only for now (`quota`, `too_many`) stays `expected`: send it again.
        """
        upload = _open(request, upload_id)
        files = request.FILES.getlist("file")
        if not files:
            raise ValidationError({"file": [_("Send at least one file in a field of this name.")]})
        paths = request.POST.getlist("path")
        if paths and len(paths) != len(files):
            raise ValidationError({"path": [_("Say one for each file, in their order, or none.")]})
        added = _added(request, upload, files, paths)
        if any(one.passing for one in added):
            self.forget_key()
        if any(one.item.state == UploadItem.State.TAKEN for one in added):
            dispatch()
        return _told(request, added, HTTPStatus.MULTI_STATUS)


class UploadAddresses(ApiView):
    resource = "uploads"

    @extend_schema(
        operation_id="uploads_add_addresses",
        request=AddressesSerializer,
        responses={202: ItemsSerializer, **_WRITING},
    )
    def post(self, request: Request, upload_id: UUID) -> Response:
        """Let a worker fetch photos from addresses in the public internet."""
        sent = AddressesSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        upload = _open(request, upload_id)
        for _url in sent.validated_data["urls"]:
            count_upload(request)
        try:
            items = batches.add_addresses(upload, sent.validated_data["urls"])
        except UploadFull as error:
            raise Conflict(str(error), "full") from error
        fetches.send(upload.pk)
        return _told(request, [Added(item) for item in items], HTTPStatus.ACCEPTED)


def _open(request: Request, upload_id: UUID) -> Upload:
    """Return an upload that takes files. Raises Http404 and Conflict."""
    upload = upload_or_404(request, upload_id)
    try:
        batches.check_open(upload)
    except batches.UploadClosed as error:
        raise Conflict(str(error), "closed") from error
    return upload


def _added(
    request: Request, upload: Upload, files: list[UploadedFile], paths: list[str]
) -> list[Added]:
    """Raises Conflict where an upload has as many files as one may have."""
    try:
        added = batches.add(upload, files, partial(count_upload, request), paths)
    except UploadFull as error:
        raise Conflict(str(error), "full") from error
    for one in added:
        if one.unpack:
            unpacking.send(one.item.pk)
    return added


def _told(request: Request, added: list[Added], status: HTTPStatus) -> Response:
    passing = {one.item.pk: one.passing for one in added if one.passing}
    context = {"request": request, "passing": passing}
    items = [one.item for one in added]
    return Response({"items": ItemSerializer(items, many=True, context=context).data}, status)
