"""Taxa: find them, read all that is known of them, and keep it right."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from django.core.exceptions import ValidationError as Invalid
from django.db import transaction
from django.db.models import ProtectedError, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException, PermissionDenied, ValidationError
from rest_framework.permissions import DjangoModelPermissionsOrAnonReadOnly
from rest_framework.request import Request
from rest_framework.response import Response

from wildlife.api.access import owner_of
from wildlife.api.base import GenericApiView, asked
from wildlife.api.conditional import IF_MATCH, check_unchanged, etag_of
from wildlife.api.cursors import KeysetPages
from wildlife.api.schema import problem_responses
from wildlife.api.scopes import ScopeAllows
from wildlife.api.taxon_detail import detail_of
from wildlife.api.taxon_filters import TaxonFilter
from wildlife.api.taxon_serializers import (
    ReasonSerializer,
    TaxonDetailSerializer,
    TaxonSerializer,
    TaxonWriteSerializer,
)
from wildlife.species import editing
from wildlife.species.filters import newest_categories
from wildlife.species.models import Taxon
from wildlife.species.search import search
from wildlife.species.selectors import common_names_for

_LANGUAGE = OpenApiParameter(
    "language", OpenApiTypes.STR, description="Of common names: BCP 47, such as `zh-hans`."
)
_WRITING = problem_responses(
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.PRECONDITION_FAILED,
)


class InUse(APIException):
    """A taxon that something else needs."""

    status_code = HTTPStatus.CONFLICT
    default_code = "in_use"
    default_detail = gettext_lazy(
        "Taxa hang below this one, or photos were identified as it. Make it a synonym instead."
    )


class TaxonPages(KeysetPages):
    """Pages in the order of the tree: relatives stand together, and no page costs more."""

    ordering = ("path",)


class TaxonView(GenericApiView):
    resource = "taxa"
    permission_classes = [ScopeAllows, DjangoModelPermissionsOrAnonReadOnly]
    queryset = Taxon.objects.all()

    @property
    def language(self) -> str:
        return self.request.query_params.get("language", "en")[:10]


class TaxonList(TaxonView):
    reads = TaxonSerializer
    serializer_class = TaxonSerializer
    pagination_class = TaxonPages
    filter_backends = [DjangoFilterBackend]
    filterset_class = TaxonFilter

    def get_queryset(self) -> "QuerySet[Taxon]":
        # Synonyms have no path. To ask for `accepted` as well would lead SQLite to its index, which
        # holds most taxa in one place.
        return Taxon.objects.filter(path__gt="").select_related("parent")

    @extend_schema(
        operation_id="taxa_list",
        parameters=[
            OpenApiParameter(
                "search",
                OpenApiTypes.STR,
                description="The beginning of any name, or of a word of it, in any language. The "
                "answer is one page, the best match first.",
            ),
            _LANGUAGE,
        ],
        responses={200: TaxonSerializer(many=True)},
    )
    def get(self, request: Request) -> Response:
        """List accepted taxa in the order of the tree, or search among them."""
        taxa = self.filter_queryset(self.get_queryset())
        text = request.query_params.get("search", "").strip()
        matched: dict[int, str] = {}
        if text:
            pages = TaxonPages()
            most = pages.size_of(request)
            narrowed = taxa if self._narrows(request) else None
            found = search(text, language=self.language, limit=most, among=narrowed)
            matched = {one.taxon_id: one.matched for one in found}
            rows = self.get_queryset().in_bulk(list(matched))
            page = [rows[pk] for pk in matched if pk in rows]
        else:
            page = self.page(taxa)
        items = TaxonSerializer(
            page,
            many=True,
            context={
                **self.get_serializer_context(),
                "common": common_names_for([taxon.slug for taxon in page], self.language),
                "categories": newest_categories(taxon.pk for taxon in page),
                "matched": matched,
            },
        ).data
        if text:
            return Response({"next": None, "previous": None, "results": items})
        return self.get_paginated_response(items)

    @extend_schema(
        operation_id="taxa_create",
        request=TaxonWriteSerializer,
        responses={201: TaxonDetailSerializer, **_WRITING},
    )
    def post(self, request: Request) -> Response:
        """Make a taxon, or a synonym of one, with what is known of it."""
        values, reason = _valid(request, TaxonWriteSerializer(data=request.data))
        with _said_by_field():
            taxon = editing.create(values, by=owner_of(request), reason=reason)
        data = detail_of(taxon.slug, request, self.language)
        headers = {"Location": str(data["url"]), "ETag": etag_of(data)}
        return Response(data, status=HTTPStatus.CREATED, headers=headers)

    def _narrows(self, request: Request) -> bool:
        return bool(set(TaxonFilter.base_filters) & set(request.query_params))


class TaxonDetail(TaxonView):
    reads = TaxonDetailSerializer
    serializer_class = TaxonDetailSerializer

    @extend_schema(
        operation_id="taxa_read",
        parameters=[_LANGUAGE],
        responses={
            200: TaxonDetailSerializer,
            **problem_responses(HTTPStatus.NOT_FOUND),
        },
    )
    def get(self, request: Request, slug: str) -> Response:
        """Read all that is known of a taxon; a synonym answers with the accepted one."""
        return Response(detail_of(slug, request, self.language))

    @extend_schema(
        operation_id="taxa_change",
        parameters=[IF_MATCH],
        request=TaxonWriteSerializer(partial=True),
        responses={200: TaxonDetailSerializer, **_WRITING},
    )
    def patch(self, request: Request, slug: str) -> Response:
        """Change a taxon: only what is sent, but a list of facts as a whole.

        A former scientific name stays as a synonym.
        """
        with transaction.atomic():
            taxon = self._unchanged(request, slug)
            serializer = TaxonWriteSerializer(taxon, data=request.data, partial=True)
            values, reason = _valid(request, serializer)
            with _said_by_field():
                editing.change(taxon, values, by=owner_of(request), reason=reason)
        data = detail_of(slug, request, self.language)
        return Response(data, headers={"ETag": etag_of(data)})

    @extend_schema(
        operation_id="taxa_delete",
        parameters=[IF_MATCH, ReasonSerializer],
        request=None,
        responses={
            204: OpenApiResponse(description="It is gone."),
            **_WRITING,
            **problem_responses(HTTPStatus.CONFLICT),
        },
    )
    def delete(self, request: Request, slug: str) -> Response:
        """Delete a taxon with its synonyms and all that is said of it; the history stays."""
        query = asked(request, ReasonSerializer)
        with transaction.atomic():
            taxon = self._unchanged(request, slug)
            try:
                reason = query.validated_data["reason"]
                editing.remove(taxon, by=owner_of(request), reason=reason)
            except ProtectedError as error:
                raise InUse from error
        return Response(status=HTTPStatus.NO_CONTENT)

    def _unchanged(self, request: Request, slug: str) -> Taxon:
        """Return the very taxon, locked, once it is what the client read."""
        taxon = Taxon.objects.select_for_update().filter(slug=slug).first()
        if taxon is None:
            raise Http404
        check_unchanged(request, detail_of(slug, request, self.language))
        return taxon


def _valid(request: Request, serializer: TaxonWriteSerializer) -> tuple[dict[str, Any], str]:
    """Return what is to be written, and why.

    Raises ValidationError, and PermissionDenied for facts of a kind that the user may not write.
    """
    serializer.is_valid(raise_exception=True)
    values = dict(serializer.validated_data)
    if "reason" not in values:
        raise ValidationError({"reason": [_("Say why, for the history that curators read.")]})
    for relation in editing.FACTS.keys() & values.keys():
        model = editing.FACTS[relation].model._meta.model_name
        needed = [f"species.{verb}_{model}" for verb in ("add", "change", "delete")]
        if not request.user.has_perms(needed):
            raise PermissionDenied(_("You may not write %(what)s.") % {"what": relation})
    return values, values.pop("reason")


@contextmanager
def _said_by_field() -> Iterator[None]:
    """Turn what the species refuse into a problem that says which value is wrong, and why."""
    try:
        yield
    except Invalid as error:
        raise ValidationError(serializers.as_serializer_error(error)) from error
