"""What every address of the API has in common: the conventions, kept in one place.

- a token's scopes, limits and what is left of them (`scopes`, `throttles`)
- `fields=`, entity tags, `If-None-Match` on what is read (`sparse`, `conditional`)
- `Idempotency-Key` on what is written (`idempotency`)
- problem documents (`problems`), the description of all of it (`schema`)
"""

from http import HTTPStatus
from typing import Any, TypeVar, cast

from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control, patch_vary_headers
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from wildlife.api import idempotency, sparse, throttles
from wildlife.api.access import NotFromAnotherSite
from wildlife.api.conditional import etag_of, not_modified
from wildlife.api.cursors import KeysetPages
from wildlife.api.models import StoredAnswer
from wildlife.api.scopes import ScopeAllows

AnySerializer = TypeVar("AnySerializer", bound=Serializer[Any])


def asked(request: Request, kind: type[AnySerializer]) -> AnySerializer:
    """Return what the address of a request asks for, valid.

    Raises ValidationError, for an empty value as well: who sends one has lost what they meant, and
    would be answered of everything.
    """
    query = kind(data=request.query_params.dict())
    query.is_valid(raise_exception=True)
    return query


class ApiView(APIView):
    """A view that keeps the conventions.

    `resource` is its row in `wildlife.api.scopes`; `reads` is the serializer of what GET answers,
    of one item where it answers a list.
    """

    resource = ""
    reads: type[Any] | None = None
    permission_classes = [ScopeAllows, NotFromAnotherSite]
    throttle_classes = [throttles.ByToken, throttles.ByUser, throttles.ByGuest]

    _answer: StoredAnswer | None = None
    _fields: sparse.Tree = {}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        method = str(request.method)
        if method not in SAFE_METHODS:
            if method in self.allowed_methods:
                self._answer = idempotency.begin(request)
        elif self.reads is not None:
            self._fields = sparse.parse(request.query_params.get("fields", ""))
            sparse.check(self._fields, self.reads())

    def wants(self, *names: str) -> bool:
        """Whether the answer is to have one of these fields: others need not be asked for."""
        return not self._fields or any(name in self._fields for name in names)

    def forget_key(self) -> None:
        """Let the request be sent again with its key: some of it was only put off."""
        if self._answer is not None:
            idempotency.forget(self._answer)
            self._answer = None

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, idempotency.Replayed):
            return exc.response  # type: ignore[return-value]
        try:
            return super().handle_exception(exc)
        except Exception:  # while debugging, an error goes on to Django's page and ends nothing
            self.forget_key()
            raise

    def finalize_response(
        self, request: Request, response: HttpResponseBase, *args: Any, **kwargs: Any
    ) -> Response:
        if request.method in ("GET", "HEAD") and isinstance(response, Response):
            response = self._read(request, response)
        final = super().finalize_response(request, cast(Response, response), *args, **kwargs)
        throttles.tell(request, final)
        if self._answer is not None:
            self._remember(self._answer, final)
        return final

    def _read(self, request: Request, response: Response) -> Response:
        """Shorten an answer to what was asked for, and to nothing where the client has it."""
        if response.status_code == HTTPStatus.OK:
            response.data = self._picked(response.data)
            response["ETag"] = etag_of(response.data)
            response = not_modified(request, response) or response
        patch_vary_headers(response, ["Authorization"])
        patch_cache_control(response, private=True, no_cache=True)
        return response

    def _picked(self, data: Any) -> Any:
        if not self._fields:
            return data
        if isinstance(data, dict) and "results" in data and "next" in data:
            return {**data, "results": sparse.pick(data["results"], self._fields)}
        return sparse.pick(data, self._fields)

    def _remember(self, answer: StoredAnswer, response: HttpResponseBase) -> None:
        def keep(rendered: HttpResponse) -> None:
            idempotency.end(answer, rendered)

        if isinstance(response, Response) and not response.is_rendered:
            response.add_post_render_callback(keep)
        else:
            idempotency.end(answer, response)


class GenericApiView(ApiView, GenericAPIView[Any]):
    """The same for lists of rows."""

    pagination_class: type[KeysetPages] = KeysetPages

    def page(self, *sets: QuerySet[Any]) -> list[Any]:
        """Return the page that a request asks for, of one set of rows or of several."""
        pages = cast(KeysetPages, self.paginator)
        return pages.page_of(sets, self.request)
