"""Webhooks, for the owners of a project, and alerts, for each member their own."""

from http import HTTPStatus
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from wildlife.api.access import user_of
from wildlife.api.base import ApiView, GenericApiView
from wildlife.api.conditional import IF_MATCH, check_unchanged, etag_of
from wildlife.api.cursors import KeysetPages
from wildlife.api.notify_serializers import (
    AlertSerializer,
    DeliverySerializer,
    NewWebhookSerializer,
    WebhookSerializer,
)
from wildlife.api.schema import problem_responses
from wildlife.notify import collecting, sending
from wildlife.notify.models import Alert, Delivery, Webhook
from wildlife.projects.rights import Right, project_or_404, projects_with

_READING = problem_responses(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
_WRITING = problem_responses(
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.PRECONDITION_FAILED,
)


class Pages(KeysetPages):
    ordering = ("made_at", "id")


class NewestPages(KeysetPages):
    ordering = ("-made_at", "-id")


class WebhookList(GenericApiView):
    resource = "webhooks"
    reads = WebhookSerializer
    serializer_class = WebhookSerializer
    pagination_class = Pages

    @extend_schema(
        operation_id="webhooks_list",
        responses={200: WebhookSerializer(many=True)},
    )
    def get(self, request: Request, slug: str) -> Response:
        """List who is told what happens in a project."""
        project = project_or_404(request, slug, Right.MANAGE)
        page = self.page(project.webhooks.select_related("project"))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(
        operation_id="webhooks_create",
        request=WebhookSerializer,
        responses={201: NewWebhookSerializer, **_WRITING},
    )
    def post(self, request: Request, slug: str) -> Response:
        """Let a server be told. The answer has the secret, this one time."""
        project = project_or_404(request, slug, Right.MANAGE)
        sent = NewWebhookSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        sent.save(project=project, site=request.build_absolute_uri("/"))
        return Response(sent.data, HTTPStatus.CREATED)


class WebhookDetail(ApiView):
    resource = "webhooks"
    reads = WebhookSerializer

    @extend_schema(operation_id="webhooks_read", responses={200: WebhookSerializer, **_READING})
    def get(self, request: Request, webhook_id: UUID) -> Response:
        """Read one webhook."""
        return Response(WebhookSerializer(_webhook(request, webhook_id)).data)

    @extend_schema(
        operation_id="webhooks_change",
        parameters=[IF_MATCH],
        request=WebhookSerializer(partial=True),
        responses={200: WebhookSerializer, **_WRITING},
    )
    def patch(self, request: Request, webhook_id: UUID) -> Response:
        """Change a webhook: only what is sent. Made active, one that failed has a new start."""
        row = _webhook(request, webhook_id)
        check_unchanged(request, WebhookSerializer(row).data)
        sent = WebhookSerializer(row, data=request.data, partial=True)
        sent.is_valid(raise_exception=True)
        sent.save()
        if "active" in sent.validated_data:
            sending.switch(row, on=row.active)
            row.refresh_from_db()
        data = WebhookSerializer(row).data
        return Response(data, headers={"ETag": etag_of(data)})

    @extend_schema(
        operation_id="webhooks_delete", parameters=[IF_MATCH], responses={204: None, **_WRITING}
    )
    def delete(self, request: Request, webhook_id: UUID) -> Response:
        """Delete a webhook and the log of its messages."""
        row = _webhook(request, webhook_id)
        check_unchanged(request, WebhookSerializer(row).data)
        row.delete()
        return Response(status=HTTPStatus.NO_CONTENT)


class WebhookTest(ApiView):
    resource = "webhooks"

    @extend_schema(
        operation_id="webhooks_test",
        request=None,
        responses={202: DeliverySerializer, **_WRITING},
    )
    def post(self, request: Request, webhook_id: UUID) -> Response:
        """Send a message that says nothing, to see that it works."""
        delivery = collecting.test(_webhook(request, webhook_id))
        return Response(DeliverySerializer(delivery).data, HTTPStatus.ACCEPTED)


class DeliveryList(GenericApiView):
    resource = "webhooks"
    reads = DeliverySerializer
    serializer_class = DeliverySerializer
    pagination_class = NewestPages

    @extend_schema(
        operation_id="webhooks_deliveries",
        responses={200: DeliverySerializer(many=True)},
    )
    def get(self, request: Request, webhook_id: UUID) -> Response:
        """List the messages of a webhook and what became of them, the newest first."""
        page = self.page(_webhook(request, webhook_id).deliveries.all())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class DeliveryAgain(ApiView):
    resource = "webhooks"

    @extend_schema(
        operation_id="webhooks_send_again",
        request=None,
        responses={202: DeliverySerializer, **_WRITING},
    )
    def post(self, request: Request, webhook_id: UUID, delivery_id: UUID) -> Response:
        """Send a message once more, under the same id."""
        hook = _webhook(request, webhook_id)
        delivery = get_object_or_404(Delivery, pk=delivery_id, webhook=hook)
        sending.send_again(delivery)
        delivery.refresh_from_db()
        return Response(DeliverySerializer(delivery).data, HTTPStatus.ACCEPTED)


class AlertList(GenericApiView):
    resource = "alerts"
    reads = AlertSerializer
    serializer_class = AlertSerializer
    pagination_class = Pages

    @extend_schema(operation_id="alerts_list", responses={200: AlertSerializer(many=True)})
    def get(self, request: Request, slug: str) -> Response:
        """List your alerts of a project."""
        project = project_or_404(request, slug)
        page = self.page(_alerts(request).filter(project=project))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(operation_id="alerts_create", responses={201: AlertSerializer, **_WRITING})
    def post(self, request: Request, slug: str) -> Response:
        """Be told at once when a camera of the project sees something."""
        project = project_or_404(request, slug)
        sent = AlertSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        sent.save(
            project=project,
            user=user_of(request),
            site=request.build_absolute_uri("/"),
            language=get_language() or "en",
        )
        return Response(sent.data, HTTPStatus.CREATED)


class AlertDetail(ApiView):
    resource = "alerts"
    reads = AlertSerializer

    @extend_schema(operation_id="alerts_read", responses={200: AlertSerializer, **_READING})
    def get(self, request: Request, alert_id: UUID) -> Response:
        """Read one of your alerts."""
        return Response(AlertSerializer(get_object_or_404(_alerts(request), pk=alert_id)).data)

    @extend_schema(
        operation_id="alerts_change",
        parameters=[IF_MATCH],
        request=AlertSerializer(partial=True),
        responses={200: AlertSerializer, **_WRITING},
    )
    def patch(self, request: Request, alert_id: UUID) -> Response:
        """Change one of your alerts: only what is sent."""
        row = get_object_or_404(_alerts(request), pk=alert_id)
        check_unchanged(request, AlertSerializer(row).data)
        sent = AlertSerializer(row, data=request.data, partial=True)
        sent.is_valid(raise_exception=True)
        sent.save()
        return Response(sent.data, headers={"ETag": etag_of(sent.data)})

    @extend_schema(
        operation_id="alerts_delete", parameters=[IF_MATCH], responses={204: None, **_WRITING}
    )
    def delete(self, request: Request, alert_id: UUID) -> Response:
        """Delete one of your alerts, and what it found."""
        row = get_object_or_404(_alerts(request), pk=alert_id)
        check_unchanged(request, AlertSerializer(row).data)
        row.delete()
        return Response(status=HTTPStatus.NO_CONTENT)


def _webhook(request: Request, webhook_id: UUID) -> Webhook:
    """Return a webhook. Raises Http404 and PermissionDenied as `project_or_404` does."""
    theirs = Webhook.objects.filter(project__in=projects_with(request.user))
    row = get_object_or_404(theirs.select_related("project"), pk=webhook_id)
    project_or_404(request, row.project.slug, Right.MANAGE)
    return row


def _alerts(request: Request) -> QuerySet[Alert]:
    projects = projects_with(request.user)
    mine = Alert.objects.filter(user=request.user.pk, project__in=projects)
    return mine.select_related("project", "taxon")
