"""Exports of photos and answers: asked for, watched, downloaded, deleted; each by who asked."""

from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from django.http import FileResponse, Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from wildlife.api.access import user_of
from wildlife.api.base import ApiView, GenericApiView
from wildlife.api.cursors import KeysetPages
from wildlife.api.media import WhateverIsAccepted
from wildlife.api.problems import Conflict
from wildlife.api.schema import problem_responses
from wildlife.api.serializers import Plain
from wildlife.exchange import jobs
from wildlife.exchange.formats import FORMATS
from wildlife.exchange.models import ExportJob
from wildlife.library.wish import Wish
from wildlife.projects.rights import project_or_404

RETRY_AFTER = 2
"""Seconds after which a file that is being made may be there."""
_WRITING = problem_responses(
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.CONFLICT,
)
_READING = problem_responses(HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND)


class ExportWishSerializer(Plain):
    format = serializers.ChoiceField(choices=[(key, one.title) for key, one in FORMATS.items()])
    project = serializers.SlugField(
        default="", allow_blank=True, help_text="The key of the project whose photos; else yours."
    )
    query = serializers.CharField(
        default="",
        allow_blank=True,
        max_length=4000,
        help_text="Which of the photos, as in the library's address: `taxon=panthera-leo`. All of "
        "them where it is empty.",
    )


class ExportSerializer(serializers.ModelSerializer[ExportJob]):
    """A file that is made of photos and answers, and how far it is.

    `file` leads to it once it is `ready`; it is kept until `expires_at`. `notes` tell what could
    not be written.
    """

    url = serializers.HyperlinkedIdentityField(view_name="api:export", lookup_url_kwarg="exported")
    project = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True, allow_null=True)
    notes = serializers.ListField(child=serializers.CharField(), source="told", read_only=True)
    failure = serializers.ChoiceField(
        choices=ExportJob.Failure.choices, allow_blank=True, read_only=True
    )
    file = serializers.SerializerMethodField()

    class Meta:
        model = ExportJob
        fields = [
            "id", "url", "project", "format", "query", "state", "done", "total", "notes",
            "failure", "file", "size", "asked_at", "finished_at", "expires_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_file(self, job: ExportJob) -> str:
        """Where it is downloaded, "" before it is ready."""
        if job.state != ExportJob.State.READY:
            return ""
        return reverse("api:export_file", args=[job.pk], request=self.context["request"])


class ExportPages(KeysetPages):
    ordering = ("-asked_at", "-id")


class ExportList(GenericApiView):
    resource = "exports"
    reads = ExportSerializer
    serializer_class = ExportSerializer
    pagination_class = ExportPages

    @extend_schema(operation_id="exports_list", responses={200: ExportSerializer(many=True)})
    def get(self, request: Request) -> Response:
        """List your exports, the newest first."""
        page = self.page(jobs.exports_for(request.user))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(
        operation_id="exports_open",
        request=ExportWishSerializer,
        responses={202: ExportSerializer, **_WRITING},
    )
    def post(self, request: Request) -> Response:
        """Let a file be made of photos and answers: what you may see of them when it is made."""
        sent = ExportWishSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        told = sent.validated_data
        project = project_or_404(request, told["project"]) if told["project"] else None
        user = user_of(request)
        wish = Wish.from_query(dict(parse_qsl(told["query"].removeprefix("?"))))
        site = request.build_absolute_uri("/").rstrip("/")
        try:
            job = jobs.ask(user, project, told["format"], wish, site)
        except jobs.TooMany as reason:
            raise Conflict(str(reason), "too_many") from reason
        except jobs.WrongExport as reason:
            raise ValidationError({"query": [str(reason)]}) from reason
        data = ExportSerializer(job, context={"request": request}).data
        return Response(data, HTTPStatus.ACCEPTED, headers={"Location": str(data["url"])})


class ExportDetail(ApiView):
    resource = "exports"
    reads = ExportSerializer

    @extend_schema(operation_id="exports_read", responses={200: ExportSerializer, **_READING})
    def get(self, request: Request, exported: UUID) -> Response:
        """Read how far an export is."""
        job = _export(request, exported)
        return Response(ExportSerializer(job, context={"request": request}).data)

    @extend_schema(operation_id="exports_delete", responses={204: None, **_WRITING})
    def delete(self, request: Request, exported: UUID) -> Response:
        """Delete an export with its file, or stop the one that is being made."""
        jobs.delete([_export(request, exported)])
        return Response(status=HTTPStatus.NO_CONTENT)


class ExportFile(ApiView):
    resource = "exports"
    content_negotiation_class = WhateverIsAccepted

    @extend_schema(
        operation_id="exports_file",
        responses={
            (200, "*/*"): OpenApiResponse(OpenApiTypes.BINARY, description="The file."),
            **_READING,
            **problem_responses(HTTPStatus.CONFLICT),
        },
    )
    def get(self, request: Request, exported: UUID) -> HttpResponseBase:
        """Download the file of an export that is `ready`."""
        job = _export(request, exported)
        if job.state != ExportJob.State.READY:
            wait = RETRY_AFTER if job.is_at_work else 0
            raise Conflict(_("This export has no file."), "not_ready", wait)
        if jobs.refresh(job):
            raise Conflict(str(jobs.MADE_AGAIN), "made_again", RETRY_AFTER)
        try:
            stored = job.file.open("rb")
        except (FileNotFoundError, ValueError) as error:
            raise Http404 from error
        return FileResponse(
            stored,
            as_attachment=True,
            filename=jobs.filename(job),
            content_type=FORMATS[job.format].media_type,
        )


def _export(request: Request, exported: UUID) -> ExportJob:
    return get_object_or_404(jobs.exports_for(request.user), pk=exported)
