"""Who is in a project, and how others get in."""

from http import HTTPStatus

from django.contrib.auth.models import User
from django.db import transaction
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from wildlife.api.access import user_of
from wildlife.api.base import ApiView, GenericApiView
from wildlife.api.conditional import IF_MATCH, check_unchanged, etag_of
from wildlife.api.cursors import KeysetPages
from wildlife.api.problems import Conflict
from wildlife.api.project_serializers import (
    InvitationSerializer,
    MadeInvitationSerializer,
    MemberSerializer,
    NewInvitationSerializer,
)
from wildlife.api.schema import problem_responses
from wildlife.projects import invitations, members
from wildlife.projects.models import Membership, Role
from wildlife.projects.rights import Right, may, project_or_404

_READING = problem_responses(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
_WRITING = problem_responses(
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.CONFLICT,
    HTTPStatus.PRECONDITION_FAILED,
)
_USER_ID = OpenApiParameter(
    "user_id", {"type": "integer", "minimum": 1, "maximum": 2**63 - 1}, OpenApiParameter.PATH
)
_INVITATION_ID = OpenApiParameter(
    "invitation_id", {"type": "integer", "minimum": 1, "maximum": 2**63 - 1}, OpenApiParameter.PATH
)


class MemberPages(KeysetPages):
    ordering = ("joined_at", "id")


class InvitationPages(KeysetPages):
    ordering = ("-made_at", "-id")


class MemberList(GenericApiView):
    resource = "projects"
    reads = MemberSerializer
    serializer_class = MemberSerializer
    pagination_class = MemberPages

    @extend_schema(operation_id="members_list", responses={200: MemberSerializer(many=True)})
    def get(self, request: Request, slug: str) -> Response:
        """List who is in a project, and as what."""
        project = project_or_404(request, slug)
        page = self.page(project.memberships.select_related("user", "project"))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


@extend_schema(parameters=[_USER_ID])
class MemberDetail(ApiView):
    resource = "projects"
    reads = MemberSerializer

    @extend_schema(operation_id="members_read", responses={200: MemberSerializer, **_READING})
    def get(self, request: Request, slug: str, user_id: int) -> Response:
        """Read what somebody is in a project."""
        row = _member(request, slug, user_id)
        return Response(MemberSerializer(row, context={"request": request}).data)

    @extend_schema(
        operation_id="members_change",
        parameters=[IF_MATCH],
        request=MemberSerializer(partial=True),
        responses={200: MemberSerializer, **_WRITING},
    )
    def patch(self, request: Request, slug: str, user_id: int) -> Response:
        """Give a member another role; a project keeps an owner (`last_owner`)."""
        project = project_or_404(request, slug, Right.MANAGE)
        context = {"request": request}
        with transaction.atomic():
            members.lock(project)
            row = _member(request, slug, user_id)
            check_unchanged(request, MemberSerializer(row, context=context).data)
            sent = MemberSerializer(row, data=request.data, partial=True)
            sent.is_valid(raise_exception=True)
            try:
                role = sent.validated_data.get("role", row.role)
                members.change_role(row, Role(role), request.user)
            except members.LastOwner as error:
                raise _needs_an_owner() from error
        data = MemberSerializer(row, context=context).data
        return Response(data, headers={"ETag": etag_of(data)})

    @extend_schema(
        operation_id="members_remove", parameters=[IF_MATCH], responses={204: None, **_WRITING}
    )
    def delete(self, request: Request, slug: str, user_id: int) -> Response:
        """Take a member out of a project, or leave it yourself; what they did stays."""
        project = project_or_404(request, slug)
        with transaction.atomic():
            members.lock(project)
            row = _member(request, slug, user_id)
            if user_id != request.user.pk and not may(request.user, Right.MANAGE, project):
                raise PermissionDenied
            check_unchanged(request, MemberSerializer(row, context={"request": request}).data)
            try:
                members.remove(row, request.user)
            except members.LastOwner as error:
                raise _needs_an_owner() from error
        return Response(status=HTTPStatus.NO_CONTENT)


class InvitationList(GenericApiView):
    resource = "projects"
    reads = InvitationSerializer
    serializer_class = InvitationSerializer
    pagination_class = InvitationPages

    @extend_schema(
        operation_id="invitations_list", responses={200: InvitationSerializer(many=True)}
    )
    def get(self, request: Request, slug: str) -> Response:
        """List the invitations that still let somebody in."""
        project = project_or_404(request, slug, Right.MANAGE)
        page = self.page(invitations.open_ones(project))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(
        operation_id="invitations_create",
        request=NewInvitationSerializer,
        responses={201: MadeInvitationSerializer, **_WRITING},
    )
    @sensitive_variables("secret", "link", "data")
    def post(self, request: Request, slug: str) -> Response:
        """Make a link that lets people into a project. The answer has it, this one time."""
        project = project_or_404(request, slug, Right.MANAGE)
        sent = NewInvitationSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        wish = sent.validated_data
        made, secret = invitations.invite(
            project,
            user_of(request),
            Role(wish["role"]),
            days=wish["days"],
            uses=wish["uses"],
            meant_for=wish["note"],
        )
        link = request.build_absolute_uri(reverse("web:projects:join", args=[secret]))
        data = {**InvitationSerializer(made).data, "link": link}
        return Response(data, HTTPStatus.CREATED)


class InvitationDetail(ApiView):
    resource = "projects"

    @extend_schema(
        operation_id="invitations_revoke",
        parameters=[_INVITATION_ID],
        responses={204: None, **_WRITING},
    )
    def delete(self, request: Request, slug: str, invitation_id: int) -> Response:
        """Let an invitation open nothing any more."""
        project = project_or_404(request, slug, Right.MANAGE)
        made = get_object_or_404(project.invitations, pk=invitation_id)
        invitations.revoke(made, request.user)
        return Response(status=HTTPStatus.NO_CONTENT)


def _member(request: Request, slug: str, user_id: int) -> Membership:
    """Raises Http404."""
    project = project_or_404(request, slug)
    rows = project.memberships.select_related("user", "project")
    # Of users, because a number that no column holds is nobody there, and an error in a relation.
    return get_object_or_404(rows, user__in=User.objects.filter(pk=user_id))


def _needs_an_owner() -> Conflict:
    return Conflict(
        _("A project needs an owner. Make somebody else the owner first, or delete the project."),
        "last_owner",
    )
