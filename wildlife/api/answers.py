"""What was found on photos, what it was identified as, and what people say of it."""

from dataclasses import replace
from http import HTTPStatus

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from wildlife.api.access import owner_of
from wildlife.api.answer_serializers import (
    DetectionRowSerializer,
    IdentificationRowSerializer,
)
from wildlife.api.base import ApiView, GenericApiView, asked
from wildlife.api.cursors import KeysetPages
from wildlife.api.results import told_of
from wildlife.api.schema import problem_responses
from wildlife.api.serializers import AnswerQuerySerializer, OfPhotosQuerySerializer
from wildlife.api.verdict_serializers import VerdictSerializer, VerdictWriteSerializer
from wildlife.api.views import in_state, wish_of
from wildlife.identifications.answers import WHOLE, box_of
from wildlife.identifications.models import Detection, Verdict
from wildlife.identifications.verdicts import Word, mark, withdraw
from wildlife.library.filters import matching
from wildlife.library.reader import reader_of
from wildlife.photos.models import Photo
from wildlife.photos.selectors import photo_or_404, photos_of
from wildlife.projects.rights import Right

_READING = problem_responses(HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND)
_ID = OpenApiParameter(
    "id", {"type": "integer", "minimum": 1, "maximum": 2**63 - 1}, OpenApiParameter.PATH
)


class AnswerPages(KeysetPages):
    """The newest first."""

    ordering = ("-id",)


class DetectionList(GenericApiView):
    resource = "detections"
    reads = DetectionRowSerializer
    serializer_class = DetectionRowSerializer
    pagination_class = AnswerPages

    @extend_schema(
        operation_id="detections_list",
        parameters=[AnswerQuerySerializer],
        responses={200: DetectionRowSerializer(many=True)},
    )
    def get(self, request: Request) -> Response:
        """List what was found on photos: boxes, not yet what is in them."""
        page = self.page(_asked(request))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class DetectionDetail(ApiView):
    resource = "detections"
    reads = DetectionRowSerializer

    @extend_schema(
        operation_id="detections_read",
        parameters=[_ID],
        responses={200: DetectionRowSerializer, **_READING},
    )
    def get(self, request: Request, pk: int) -> Response:
        """Read one detection."""
        row = get_object_or_404(_visible(request), pk=pk)
        return Response(DetectionRowSerializer(row, context={"request": request}).data)


class IdentificationList(GenericApiView):
    resource = "identifications"
    reads = IdentificationRowSerializer
    serializer_class = IdentificationRowSerializer
    pagination_class = AnswerPages

    @extend_schema(
        operation_id="identifications_list",
        parameters=[AnswerQuerySerializer],
        responses={200: IdentificationRowSerializer(many=True)},
    )
    def get(self, request: Request) -> Response:
        """List answers, each with the votes, the walk down the tree and the runners-up."""
        rows = _asked(request).exclude(identification=None)
        page = self.page(_with_answers(rows))
        return self.get_paginated_response(
            IdentificationRowSerializer(told_of(page), many=True).data
        )


class IdentificationDetail(ApiView):
    resource = "identifications"
    reads = IdentificationRowSerializer

    @extend_schema(
        operation_id="identifications_read",
        parameters=[_ID],
        responses={200: IdentificationRowSerializer, **_READING},
    )
    def get(self, request: Request, pk: int) -> Response:
        """Read the answer for one detection, by the id of the detection."""
        rows = _visible(request).exclude(identification=None)
        row = get_object_or_404(_with_answers(rows), pk=pk)
        return Response(IdentificationRowSerializer(told_of([row])[0]).data)


class VerdictList(GenericApiView):
    resource = "verdicts"
    reads = VerdictSerializer
    serializer_class = VerdictSerializer
    pagination_class = AnswerPages

    @extend_schema(
        operation_id="verdicts_list",
        parameters=[OfPhotosQuerySerializer],
        responses={200: VerdictSerializer(many=True)},
    )
    def get(self, request: Request) -> Response:
        """List what people said of photos."""
        query = asked(request, OfPhotosQuerySerializer)
        rows = Verdict.objects.filter(photo__in=_photos(request, query))
        page = self.page(rows.select_related("taxon", "given_by"))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(
        operation_id="verdicts_give",
        request=VerdictWriteSerializer,
        responses={
            201: VerdictSerializer,
            **problem_responses(
                HTTPStatus.BAD_REQUEST,
                HTTPStatus.UNAUTHORIZED,
                HTTPStatus.FORBIDDEN,
                HTTPStatus.NOT_FOUND,
            ),
        },
    )
    def post(self, request: Request) -> Response:
        """Say what a detection shows, or a photo. Your second word on it replaces your first."""
        sent = VerdictWriteSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        said = dict(sent.validated_data)
        detection_id, photo_id = said.pop("detection", None), said.pop("photo", None)
        box = WHOLE
        if photo_id is None:
            row = get_object_or_404(_visible(request), pk=detection_id)
            photo_id, box = row.photo_id, box_of(row)
        photo_or_404(request, photo_id, Right.REVIEW)
        verdict = mark(photo_id, box, Word(**said), owner_of(request))
        data = VerdictSerializer(verdict).data
        return Response(data, status=HTTPStatus.CREATED)


class VerdictDetail(ApiView):
    resource = "verdicts"
    reads = VerdictSerializer

    @extend_schema(
        operation_id="verdicts_read",
        parameters=[_ID],
        responses={200: VerdictSerializer, **_READING},
    )
    def get(self, request: Request, pk: int) -> Response:
        """Read one verdict."""
        return Response(VerdictSerializer(_verdict(request, pk)).data)

    @extend_schema(
        operation_id="verdicts_withdraw",
        parameters=[_ID],
        responses={
            204: None,
            **problem_responses(
                HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND
            ),
        },
    )
    def delete(self, request: Request, pk: int) -> Response:
        """Take a verdict back: your own, or, as a curator, anybody's."""
        row = _verdict(request, pk)
        own = row.given_by == owner_of(request)
        photo_or_404(request, row.photo_id, Right.REVIEW if own else Right.CURATE)
        withdraw(Verdict.objects.filter(pk=row.pk))
        return Response(status=HTTPStatus.NO_CONTENT)


def _verdict(request: Request, pk: int) -> Verdict:
    rows = Verdict.objects.filter(photo__in=photos_of(request))
    return get_object_or_404(rows.select_related("taxon", "given_by"), pk=pk)


def _visible(request: Request) -> QuerySet[Detection]:
    return Detection.objects.filter(photo__in=photos_of(request))


def _with_answers(rows: QuerySet[Detection]) -> QuerySet[Detection]:
    return rows.select_related("identification__taxon").prefetch_related("votes")


def _asked(request: Request) -> QuerySet[Detection]:
    """Return the detections that a query asks for. Raises ValidationError and Http404."""
    query = asked(request, AnswerQuerySerializer)
    rows = Detection.objects.filter(photo__in=_photos(request, query))
    if least := query.validated_data["least"]:
        rows = rows.filter(confidence__gte=least)
    detected = query.validated_data["detected"]
    return rows.filter(category=detected) if detected else rows


def _photos(request: Request, query: OfPhotosQuerySerializer) -> QuerySet[Photo]:
    """Return the photos that a query asks for. With `photo` it is that one alone, where it answers
    the rest of the query; without `project` it may be of any project that the reader may see."""
    wish = wish_of(request, query)
    only = Q()
    if photo_id := query.validated_data["photo"]:
        photo = photo_or_404(request, photo_id)
        if photo.project is not None and not wish.project:
            wish = replace(wish, project=photo.project.slug)
        only = Q(pk=photo.pk)
    return matching(reader_of(request), wish).filter(only, in_state(query)).order_by()
