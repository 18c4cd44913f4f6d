"""What identified photos: releases of models, and the runs in which they did."""

from http import HTTPStatus
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from models_registry.models import ModelRelease
from wildlife.api.answer_serializers import RunSerializer
from wildlife.api.base import ApiView, GenericApiView
from wildlife.api.cursors import KeysetPages
from wildlife.api.schema import problem_responses
from wildlife.identifications.models import Run
from wildlife.photos.selectors import photos_of

_READING = problem_responses(HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND)


class ReleaseSerializer(serializers.ModelSerializer[ModelRelease]):
    """One version of one model, and how it is used."""

    key = serializers.CharField(read_only=True, help_text="As votes name it: `birds@1`.")
    groups = serializers.ListField(
        child=serializers.CharField(),
        read_only=True,
        help_text="Coarse groups that an expert is asked about; empty: all.",
    )

    class Meta:
        model = ModelRelease
        fields = [
            "key",
            "name",
            "version",
            "title",
            "kind",
            "stage",
            "weight",
            "threshold",
            "groups",
            "sha256",
            "available",
            "created_at",
        ]
        read_only_fields = fields


class ReleasePages(KeysetPages):
    ordering = ("name", "version")


class ReleaseList(GenericApiView):
    resource = "models"
    reads = ReleaseSerializer
    serializer_class = ReleaseSerializer
    pagination_class = ReleasePages

    @extend_schema(
        operation_id="models_list",
        responses={200: ReleaseSerializer(many=True)},
    )
    def get(self, request: Request) -> Response:
        """List the releases that are known here, in use or not."""
        page = self.page(ModelRelease.objects.all())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class ReleaseDetail(ApiView):
    resource = "models"
    reads = ReleaseSerializer

    @extend_schema(
        operation_id="models_read",
        responses={200: ReleaseSerializer, **_READING},
    )
    def get(self, request: Request, name: str, version: str) -> Response:
        """Read one release."""
        release = get_object_or_404(ModelRelease, name=name, version=version)
        return Response(ReleaseSerializer(release).data)


class RunPages(KeysetPages):
    ordering = ("-created_at", "-id")


class RunList(GenericApiView):
    resource = "runs"
    reads = RunSerializer
    serializer_class = RunSerializer
    pagination_class = RunPages

    @extend_schema(
        operation_id="runs_list",
        responses={200: RunSerializer(many=True)},
    )
    def get(self, request: Request) -> Response:
        """List the runs that looked at photos which you may see, the newest first."""
        page = self.page(_visible(request))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class RunDetail(ApiView):
    resource = "runs"
    reads = RunSerializer

    @extend_schema(operation_id="runs_read", responses={200: RunSerializer, **_READING})
    def get(self, request: Request, run_id: UUID) -> Response:
        """Read one run: the exact versions, weights and thresholds of its line-up."""
        return Response(RunSerializer(get_object_or_404(_visible(request), pk=run_id)).data)


def _visible(request: Request) -> QuerySet[Run]:
    """Return the runs with a photo that the reader may see; others may have been in them too."""
    theirs = photos_of(request).filter(runs=OuterRef("pk"))
    return Run.objects.filter(Exists(theirs))
