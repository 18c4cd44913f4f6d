"""Where and when the cameras of projects stood, and what visited them.

Members read; who curates writes.
"""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from wildlife.api.base import ApiView, GenericApiView, asked
from wildlife.api.conditional import IF_MATCH, check_unchanged, etag_of
from wildlife.api.cursors import KeysetPages
from wildlife.api.deployment_serializers import (
    DeploymentSerializer,
    EventQuerySerializer,
    EventSerializer,
)
from wildlife.api.schema import problem_responses
from wildlife.photos import deployments
from wildlife.projects.models import Deployment, Event
from wildlife.projects.rights import Right, project_or_404, projects_with

_READING = problem_responses(HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND)
_WRITING = problem_responses(
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.PRECONDITION_FAILED,
)


class DeploymentPages(KeysetPages):
    ordering = ("name", "id")


class EventPages(KeysetPages):
    ordering = ("start", "id")


class DeploymentList(GenericApiView):
    resource = "deployments"
    reads = DeploymentSerializer
    serializer_class = DeploymentSerializer
    pagination_class = DeploymentPages

    @extend_schema(
        operation_id="deployments_list", responses={200: DeploymentSerializer(many=True)}
    )
    def get(self, request: Request, slug: str) -> Response:
        """List where and when the cameras of a project stood."""
        project = project_or_404(request, slug)
        page = self.page(project.deployments.select_related("project"))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(
        operation_id="deployments_create",
        responses={201: DeploymentSerializer, **_WRITING},
    )
    def post(self, request: Request, slug: str) -> Response:
        """Note a deployment."""
        project = project_or_404(request, slug, Right.CURATE)
        context = {"request": request, "project": project}
        sent = DeploymentSerializer(data=request.data, context=context)
        sent.is_valid(raise_exception=True)
        row = Deployment(project=project, **sent.validated_data)
        deployments.add(row, request.user)
        data = DeploymentSerializer(row, context=context).data
        headers = {"Location": str(data["url"]), "ETag": etag_of(data)}
        return Response(data, HTTPStatus.CREATED, headers=headers)


class DeploymentDetail(ApiView):
    resource = "deployments"
    reads = DeploymentSerializer

    @extend_schema(
        operation_id="deployments_read", responses={200: DeploymentSerializer, **_READING}
    )
    def get(self, request: Request, deployment_id: UUID) -> Response:
        """Read one deployment."""
        row = get_object_or_404(_deployments(request), pk=deployment_id)
        return Response(DeploymentSerializer(row, context={"request": request}).data)

    @extend_schema(
        operation_id="deployments_change",
        parameters=[IF_MATCH],
        request=DeploymentSerializer(partial=True),
        responses={200: DeploymentSerializer, **_WRITING},
    )
    def patch(self, request: Request, deployment_id: UUID) -> Response:
        """Change a deployment: only what is sent."""
        with transaction.atomic():
            row, context = self._held(request, deployment_id)
            sent = DeploymentSerializer(row, data=request.data, partial=True, context=context)
            sent.is_valid(raise_exception=True)
            for name, value in sent.validated_data.items():
                setattr(row, name, value)
            deployments.change(row, request.user)
        data = DeploymentSerializer(row, context=context).data
        return Response(data, headers={"ETag": etag_of(data)})

    @extend_schema(
        operation_id="deployments_delete", parameters=[IF_MATCH], responses={204: None, **_WRITING}
    )
    def delete(self, request: Request, deployment_id: UUID) -> Response:
        """Delete a deployment and its events; its photos stay, without its clock shift."""
        with transaction.atomic():
            row, _context = self._held(request, deployment_id)
            deployments.remove(row, request.user)
        return Response(status=HTTPStatus.NO_CONTENT)

    def _held(self, request: Request, deployment_id: UUID) -> tuple[Deployment, dict[str, Any]]:
        """Return a deployment that is to be changed, as nobody else changes it now.

        Raises Http404, PermissionDenied, and ChangedMeanwhile.
        """
        row = get_object_or_404(_deployments(request), pk=deployment_id)
        project = project_or_404(request, row.project.slug, Right.CURATE)
        row = deployments.hold(row)
        row.project = project
        context = {"request": request, "project": project}
        check_unchanged(request, DeploymentSerializer(row, context=context).data)
        return row, context


class EventList(GenericApiView):
    resource = "events"
    reads = EventSerializer
    serializer_class = EventSerializer
    pagination_class = EventPages

    @extend_schema(
        operation_id="events_list",
        parameters=[EventQuerySerializer],
        responses={200: EventSerializer(many=True)},
    )
    def get(self, request: Request, slug: str) -> Response:
        """List the visits that the cameras of a project saw, the first one first."""
        query = asked(request, EventQuerySerializer)
        wanted = {
            "deployment": query.validated_data["deployment"],
            "taxon__slug": query.validated_data["taxon"],
            "start__gte": query.validated_data["since"],
            "start__lt": query.validated_data["until"],
        }
        project = project_or_404(request, slug)
        rows = Event.objects.filter(
            deployment__project=project, **{name: value for name, value in wanted.items() if value}
        )
        page = self.page(rows.select_related("taxon"))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class EventDetail(ApiView):
    resource = "events"
    reads = EventSerializer

    @extend_schema(operation_id="events_read", responses={200: EventSerializer, **_READING})
    def get(self, request: Request, event_id: UUID) -> Response:
        """Read one visit."""
        theirs = Event.objects.filter(deployment__project__in=projects_with(request.user))
        row = theirs.select_related("taxon").filter(pk=event_id).first()
        if row is None:
            raise Http404
        return Response(EventSerializer(row, context={"request": request}).data)


def _deployments(request: Request) -> QuerySet[Deployment]:
    theirs = Deployment.objects.filter(project__in=projects_with(request.user))
    return theirs.select_related("project")
