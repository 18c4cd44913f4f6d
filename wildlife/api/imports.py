"""Imports of what others said of photos: looked through, confirmed, watched, cancelled."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError as Invalid
from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from wildlife.api.access import user_of
from wildlife.api.base import ApiView, GenericApiView, asked
from wildlife.api.cursors import KeysetPages
from wildlife.api.problems import Conflict
from wildlife.api.schema import problem_responses
from wildlife.api.serializers import Plain
from wildlife.exchange.imports import jobs
from wildlife.exchange.imports.entries import WrongFile
from wildlife.exchange.imports.models import Import, ImportProblem
from wildlife.projects.models.deployment import valid_zone
from wildlife.projects.rights import Right, project_or_404, projects_with

_WRITING = problem_responses(
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.CONFLICT,
)
_READING = problem_responses(HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND)


class ImportQuerySerializer(Plain):
    project = serializers.SlugField(
        default="", help_text="The key of the project whose photos it is about; else yours."
    )
    time_zone = serializers.CharField(
        default="UTC", max_length=40, help_text="Of new deployments: an IANA name."
    )

    def validate_time_zone(self, name: str) -> str:
        """Raises DRF's ValidationError for what is no time zone."""
        try:
            valid_zone(name)
        except Invalid as error:
            raise ValidationError(error.messages) from error
        return name


class ImportFilesSerializer(Plain):
    file = serializers.ListField(
        child=serializers.FileField(),
        min_length=1,
        help_text="A zip, a JSON document or a table; or the files of a package, each in a field "
        "of this name.",
    )


class ImportSerializer(serializers.ModelSerializer[Import]):
    """A file with what others said of photos, and how far it is.

    `counts` tell what would change while it is `checking` or `ready`, and what has changed from
    `running` on: photos in the file, those of them that are here (`matched`), verdicts and answers
    of models that are new, changed or the same.
    """

    url = serializers.HyperlinkedIdentityField(view_name="api:import", lookup_url_kwarg="import_id")
    project = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True, allow_null=True)
    counts = serializers.DictField(child=serializers.IntegerField(), read_only=True)
    error = serializers.CharField(
        source="why", read_only=True, help_text="Why none of it is taken, in your language."
    )

    class Meta:
        model = Import
        fields = [
            "id", "url", "project", "name", "format", "time_zone", "state", "position", "total",
            "counts", "problem_count", "error", "started_at", "finished_at",
        ]  # fmt: skip
        read_only_fields = fields


class ImportProblemSerializer(serializers.ModelSerializer[ImportProblem]):
    """Something in a file that is not taken."""

    reason = serializers.CharField(
        source="why", read_only=True, help_text="A sentence in your language."
    )

    class Meta:
        model = ImportProblem
        fields = ["line", "item", "code", "reason"]
        read_only_fields = fields


class ImportPages(KeysetPages):
    ordering = ("-started_at", "-id")


class ProblemPages(KeysetPages):
    ordering = ("id",)


class ImportList(GenericApiView):
    resource = "imports"
    reads = ImportSerializer
    serializer_class = ImportSerializer
    pagination_class = ImportPages
    parser_classes = [MultiPartParser]

    @extend_schema(operation_id="imports_list", responses={200: ImportSerializer(many=True)})
    def get(self, request: Request) -> Response:
        """List your imports and those of projects that you curate, the newest first."""
        page = self.page(jobs.imports_for(request.user))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(
        operation_id="imports_open",
        parameters=[ImportQuerySerializer],
        request={"multipart/form-data": ImportFilesSerializer},
        responses={
            202: ImportSerializer,
            **_WRITING,
            **problem_responses(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE
            ),
        },
    )
    def post(self, request: Request) -> Response:
        """Send a file to be looked through. Nothing changes before you confirm it."""
        query = asked(request, ImportQuerySerializer)
        slug = query.validated_data["project"]
        project = project_or_404(request, slug, Right.CURATE) if slug else None
        user = user_of(request)
        sent = ImportFilesSerializer(data={"file": request.FILES.getlist("file")})
        sent.is_valid(raise_exception=True)
        files, zone = sent.validated_data["file"], query.validated_data["time_zone"]
        try:
            job = jobs.start(files, user, project, zone)
        except WrongFile as reason:
            raise ValidationError({"file": [str(reason)]}) from reason
        data = ImportSerializer(job, context={"request": request}).data
        return Response(data, HTTPStatus.ACCEPTED, headers={"Location": str(data["url"])})


class ImportDetail(ApiView):
    resource = "imports"
    reads = ImportSerializer

    @extend_schema(operation_id="imports_read", responses={200: ImportSerializer, **_READING})
    def get(self, request: Request, import_id: UUID) -> Response:
        """Read how far an import is, and what it would change or has changed."""
        job = _import(request, import_id)
        return Response(ImportSerializer(job, context={"request": request}).data)


class ImportProblems(GenericApiView):
    resource = "imports"
    reads = ImportProblemSerializer
    serializer_class = ImportProblemSerializer
    pagination_class = ProblemPages

    @extend_schema(
        operation_id="imports_problems_list",
        responses={200: ImportProblemSerializer(many=True)},
    )
    def get(self, request: Request, import_id: UUID) -> Response:
        """List what of a file cannot be taken, and why."""
        page = self.page(_import(request, import_id).problems.all())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class ImportConfirm(ApiView):
    resource = "imports"

    @extend_schema(
        operation_id="imports_confirm", request=None, responses={202: ImportSerializer, **_WRITING}
    )
    def post(self, request: Request, import_id: UUID) -> Response:
        """Carry out an import that is `ready`. One that runs or is done stays as it is."""
        job = _import(request, import_id)
        if not jobs.confirm(job):
            job.refresh_from_db()
            if job.state not in (Import.State.RUNNING, Import.State.DONE):
                raise Conflict(_("This import does not wait for a confirmation."), "not_ready")
        data = ImportSerializer(job, context={"request": request}).data
        return Response(data, HTTPStatus.ACCEPTED)


class ImportCancel(ApiView):
    resource = "imports"

    @extend_schema(
        operation_id="imports_cancel", request=None, responses={200: ImportSerializer, **_WRITING}
    )
    def post(self, request: Request, import_id: UUID) -> Response:
        """Give an import up. What it has changed stays."""
        job = _import(request, import_id)
        jobs.cancel(job)
        job.refresh_from_db()
        return Response(ImportSerializer(job, context={"request": request}).data)


def _import(request: Request, import_id: UUID) -> Import:
    """Return an import.

    Raises Http404 where it is not the asker's, PermissionDenied where they see the project of it
    but do not curate it.
    """
    theirs = Q(project__in=projects_with(request.user))
    if request.user.is_authenticated:
        theirs |= Q(project=None, by=request.user.pk)
    rows = Import.objects.filter(theirs).select_related("project")
    job = get_object_or_404(rows, pk=import_id)
    if job.project is not None:
        project_or_404(request, job.project.slug, Right.CURATE)
    return job
