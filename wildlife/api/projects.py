"""Projects: made, read, changed, handed over and deleted."""

from http import HTTPStatus

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from wildlife.api.access import user_of
from wildlife.api.base import ApiView, GenericApiView
from wildlife.api.conditional import IF_MATCH, check_unchanged, etag_of
from wildlife.api.cursors import KeysetPages
from wildlife.api.project_serializers import (
    HandOverSerializer,
    ProjectEndSerializer,
    ProjectSerializer,
)
from wildlife.api.schema import problem_responses
from wildlife.library import erasing
from wildlife.projects import members, services
from wildlife.projects.models import Membership, Project
from wildlife.projects.rights import Right, project_or_404, projects_with
from wildlife.review import rules

_READING = problem_responses(HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND)
_WRITING = problem_responses(
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.PRECONDITION_FAILED,
)


class ProjectPages(KeysetPages):
    ordering = ("slug",)


class ProjectList(GenericApiView):
    resource = "projects"
    reads = ProjectSerializer
    serializer_class = ProjectSerializer
    pagination_class = ProjectPages

    @extend_schema(operation_id="projects_list", responses={200: ProjectSerializer(many=True)})
    def get(self, request: Request) -> Response:
        """List the projects that you are a member of."""
        page = self.page(_projects(request))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(
        operation_id="projects_create",
        request=ProjectSerializer,
        responses={201: ProjectSerializer, **_WRITING},
    )
    def post(self, request: Request) -> Response:
        """Make a project. You are its owner; its `slug` is made from the name, and stays."""
        user = user_of(request)
        if not services.may_create(user):
            raise PermissionDenied(_("On this server only the staff makes projects."))
        sent = self.get_serializer(data=request.data)
        sent.is_valid(raise_exception=True)
        made = services.create(user, **sent.validated_data)
        data = self.get_serializer(_projects(request).get(pk=made.pk)).data
        headers = {"Location": str(data["url"]), "ETag": etag_of(data)}
        return Response(data, HTTPStatus.CREATED, headers=headers)


class ProjectDetail(ApiView):
    resource = "projects"
    reads = ProjectSerializer

    @extend_schema(operation_id="projects_read", responses={200: ProjectSerializer, **_READING})
    def get(self, request: Request, slug: str) -> Response:
        """Read a project, and what you are in it."""
        return Response(_told(request, get_object_or_404(_projects(request), slug=slug)))

    @extend_schema(
        operation_id="projects_change",
        parameters=[IF_MATCH],
        request=ProjectSerializer(partial=True),
        responses={200: ProjectSerializer, **_WRITING},
    )
    def patch(self, request: Request, slug: str) -> Response:
        """Change what is set for a project: only what is sent. Its address stays as it is."""
        with transaction.atomic():
            project = _held(request, slug)
            sent = ProjectSerializer(project, data=request.data, partial=True)
            sent.is_valid(raise_exception=True)
            changed = services.change(project, request.user, sent.validated_data)
            if "reviewers_needed" in changed:
                rules.changed(project)
        data = _told(request, project)
        return Response(data, headers={"ETag": etag_of(data)})

    @extend_schema(
        operation_id="projects_delete",
        parameters=[IF_MATCH, ProjectEndSerializer],
        responses={204: None, **_WRITING},
    )
    def delete(self, request: Request, slug: str) -> Response:
        """Delete a project for good, with its photos and all that was said of them."""
        with transaction.atomic():
            project = _held(request, slug)
            query = ProjectEndSerializer(
                data=request.query_params.dict(), context={"project": project}
            )
            query.is_valid(raise_exception=True)
            erasing.end(project, request.user)
        return Response(status=HTTPStatus.NO_CONTENT)


class ProjectHandOver(ApiView):
    resource = "projects"

    @extend_schema(
        operation_id="projects_hand_over",
        request=HandOverSerializer,
        responses={200: ProjectSerializer, **_WRITING},
    )
    def post(self, request: Request, slug: str) -> Response:
        """Make another member the owner; you become a curator."""
        project = project_or_404(request, slug, Right.MANAGE)
        sent = HandOverSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        heir = project.memberships.filter(user=sent.validated_data["to"]).first()
        try:
            if heir is None:
                raise members.LastOwner
            members.hand_over(heir, request.user)
        except members.LastOwner as error:
            told = _("This is no member of the project who can sign in.")
            raise ValidationError({"to": [told]}) from error
        return Response(_told(request, get_object_or_404(_projects(request), pk=project.pk)))


def _projects(request: Request) -> QuerySet[Project]:
    """Return the projects that a reader may know of, each with their `role` in it."""
    mine = Membership.objects.filter(
        project=OuterRef("pk"), user=request.user.pk if request.user.is_authenticated else None
    )
    return projects_with(request.user).annotate(role=Subquery(mine.values("role")))


def _held(request: Request, slug: str) -> Project:
    """Return a project that is to be changed, as nobody else changes it now.

    Raises Http404, PermissionDenied, and ChangedMeanwhile.
    """
    project_or_404(request, slug, Right.MANAGE)
    rows = _projects(request).select_for_update(of=("self",))
    project = get_object_or_404(rows, slug=slug)
    check_unchanged(request, _told(request, project))
    return project


def _told(request: Request, project: Project) -> dict[str, object]:
    return ProjectSerializer(project, context={"request": request}).data
