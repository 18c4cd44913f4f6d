"""Uploads of many files: opened, filled in parallel, watched, closed, cancelled, tried again."""

from http import HTTPStatus
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from wildlife.api.base import ApiView, GenericApiView
from wildlife.api.cursors import KeysetPages
from wildlife.api.problems import Conflict
from wildlife.api.schema import problem_responses
from wildlife.api.upload_serializers import (
    ChangedSerializer,
    CheckedSerializer,
    HashesSerializer,
    ProgressSerializer,
    UploadOpenSerializer,
    UploadRowSerializer,
)
from wildlife.identifications import fetches
from wildlife.identifications.services import dispatch
from wildlife.photos import arrivals, batches
from wildlife.photos.keeper import keeper_of
from wildlife.photos.models import Upload
from wildlife.photos.selectors import keeper_for, own_uploads, upload_or_404
from wildlife.projects.models import Deployment, Project
from wildlife.projects.rights import Right, project_or_404

_WRITING = problem_responses(
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.CONFLICT,
)


class UploadPages(KeysetPages):
    ordering = ("-started_at", "-id")


class UploadList(GenericApiView):
    resource = "uploads"
    reads = UploadRowSerializer
    serializer_class = UploadRowSerializer
    pagination_class = UploadPages

    @extend_schema(operation_id="uploads_list", responses={200: UploadRowSerializer(many=True)})
    def get(self, request: Request) -> Response:
        """List your uploads, the newest first."""
        page = self.page(own_uploads(request).select_related("project"))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(
        operation_id="uploads_open",
        request=UploadOpenSerializer,
        responses={201: ProgressSerializer, **_WRITING},
    )
    def post(self, request: Request) -> Response:
        """Open an upload. Files are then added to it, by many requests at once if you like."""
        sent = UploadOpenSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        slug = sent.validated_data["project"]
        project = project_or_404(request, slug, Right.UPLOAD) if slug else None
        deployment = _deployment(project, sent.validated_data["deployment"])
        upload = arrivals.open_for(keeper_for(request, project), deployment)
        data = _progress(request, upload)
        return Response(data, HTTPStatus.CREATED, headers={"Location": str(data["url"])})


class UploadDetail(ApiView):
    resource = "uploads"
    reads = ProgressSerializer

    @extend_schema(
        operation_id="uploads_read",
        responses={200: ProgressSerializer, **problem_responses(HTTPStatus.NOT_FOUND)},
    )
    def get(self, request: Request, upload_id: UUID) -> Response:
        """Read how far an upload is."""
        return Response(_progress(request, upload_or_404(request, upload_id)))


class UploadCheck(ApiView):
    resource = "uploads"

    @extend_schema(
        operation_id="uploads_check",
        request=HashesSerializer,
        responses={200: CheckedSerializer, **_WRITING},
    )
    def post(self, request: Request, upload_id: UUID) -> Response:
        """Ask which files are here already, by their SHA-256: yours alone, or the project's."""
        sent = HashesSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        hashes = list(dict.fromkeys(sent.validated_data["sha256"]))
        known = batches.known_to(keeper_of(upload_or_404(request, upload_id)), hashes)
        return Response(
            {
                "known": [
                    {"sha256": one, "photo": _address(request, "photo", known[one].pk)}
                    for one in hashes
                    if one in known
                ],
                "missing": [one for one in hashes if one not in known],
            }
        )


class UploadClose(ApiView):
    resource = "uploads"

    @extend_schema(
        operation_id="uploads_close",
        request=None,
        responses={200: ProgressSerializer, **_WRITING},
    )
    def post(self, request: Request, upload_id: UUID) -> Response:
        """Say that no more files come."""
        upload = upload_or_404(request, upload_id)
        batches.close(upload)
        return Response(_progress(request, upload))


class UploadCancel(ApiView):
    resource = "uploads"

    @extend_schema(
        operation_id="uploads_cancel",
        request=None,
        responses={200: ChangedSerializer, **_WRITING},
    )
    def post(self, request: Request, upload_id: UUID) -> Response:
        """Give up what is not here yet. Photos that are here stay."""
        upload = upload_or_404(request, upload_id)
        changed = batches.cancel(upload)
        return Response({"changed": changed, "upload": _progress(request, upload)})


class UploadRetry(ApiView):
    resource = "uploads"

    @extend_schema(
        operation_id="uploads_retry",
        request=None,
        responses={200: ChangedSerializer, **_WRITING},
    )
    def post(self, request: Request, upload_id: UUID) -> Response:
        """Try what failed once more, and nothing else: photos, and addresses without an answer."""
        upload = upload_or_404(request, upload_id)
        if upload.cancelled_at:
            raise Conflict(_("This upload was cancelled. Open another one."), "closed")
        changed = batches.retry(upload)
        if changed:
            dispatch()
            fetches.send(upload.pk)
        return Response({"changed": changed, "upload": _progress(request, upload)})


def _deployment(project: Project | None, pk: UUID | None) -> Deployment | None:
    """Raises ValidationError for a deployment that the project does not have."""
    if project is None or pk is None:
        return None
    found = project.deployments.filter(pk=pk).first()
    if found is None:
        raise ValidationError({"deployment": [_("The project has no such deployment.")]})
    return found


def _progress(request: Request, upload: Upload) -> dict[str, object]:
    return ProgressSerializer(upload, context={"request": request}).data


def _address(request: Request, name: str, pk: object) -> str:
    return request.build_absolute_uri(reverse(f"api:{name}", args=[pk]))
