"""Pages that stay where they are while rows come and go: each begins after the last row before it.

A cursor is signed: nobody can put into it what was never told them, nor make it fail. No time is
in it: the same page says the same, so that its entity tag stays.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core import signing
from django.db.models import Model, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

_SIGNER = signing.Signer(salt="wildlife.api.cursors.place")


class KeysetPages(BasePagination):
    """Pages in the order of some columns that together are unique and never NULL.

    `ordering` names them, all in one direction ("-" in front of each turns it round).
    """

    page_size = 50
    max_page_size = 500
    ordering: Sequence[str] = ("-id",)

    def paginate_queryset(
        self, queryset: Any, request: Request, view: APIView | None = None
    ) -> list[Any]:
        return self.page_of([queryset], request)

    def page_of(self, sets: Sequence[QuerySet[Any]], request: Request) -> list[Any]:
        """Return a page of one set of rows, or of several that may share some.

        Raises ValidationError for a cursor or a size that is none.
        """
        self.request = request
        self.size = self.size_of(request)
        place, back = self._place(request)
        falling = self.ordering[0].startswith("-") != back
        names = [name.lstrip("-") for name in self.ordering]
        if place is not None:
            beyond = _beyond(names, place, falling=falling)
            sets = [one.filter(beyond) for one in sets]
        order = [f"-{name}" if falling else name for name in names]
        found = {row.pk: row for one in sets for row in one.order_by(*order)[: self.size + 1]}
        rows = list(found.values())
        if len(sets) > 1:
            rows.sort(key=lambda row: [getattr(row, name) for name in names], reverse=falling)
        more, rows = len(rows) > self.size, rows[: self.size]
        if back:
            rows.reverse()
        # Who came back from somewhere can go forth again, and the other way round.
        self.next = self._link(rows, back=False) if (back or more) else None
        self.previous = self._link(rows, back=True) if (more if back else place) else None
        return rows

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"next": self.next, "previous": self.previous, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": "string", "nullable": True, "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        size = {"type": "integer", "minimum": 1, "maximum": self.max_page_size}
        return [
            {
                "name": "cursor",
                "in": "query",
                "description": "From `next` or `previous` of another page: follow those links.",
                "schema": {"type": "string"},
            },
            {
                "name": "page_size",
                "in": "query",
                "schema": {**size, "default": self.page_size},
            },
        ]

    def size_of(self, request: Request) -> int:
        """Return how many rows a page is to have. Raises ValidationError."""
        text = request.query_params.get("page_size", str(self.page_size))
        size = int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0
        if not 1 <= size <= self.max_page_size:
            raise ValidationError(
                {"page_size": [_("It is from 1 to %(most)d.") % {"most": self.max_page_size}]}
            )
        return size

    def _place(self, request: Request) -> tuple[list[Any] | None, bool]:
        text = request.query_params.get("cursor")
        if text is None:
            return None, False
        try:
            order, back, values = _SIGNER.unsign_object(text)
        except (signing.BadSignature, ValueError, TypeError) as error:
            raise ValidationError({"cursor": [_("There is no such cursor.")]}) from error
        if order != list(self.ordering):
            raise ValidationError({"cursor": [_("This cursor is of another list.")]})
        return [_read(value) for value in values], bool(back)

    def _link(self, rows: Sequence[Model], *, back: bool) -> str | None:
        if not rows:
            return None
        row = rows[0] if back else rows[-1]
        values = [_written(getattr(row, name.lstrip("-"))) for name in self.ordering]
        cursor = _SIGNER.sign_object([list(self.ordering), back, values], compress=True)
        query: QueryDict = self.request.query_params.copy()
        query["cursor"] = cursor
        address = self.request.build_absolute_uri(self.request.path)
        return f"{address}?{urlencode(list(_pairs(query)))}"


def _pairs(query: QueryDict) -> list[tuple[str, str]]:
    return [(name, value) for name, values in query.lists() for value in values]


def _beyond(names: Sequence[str], place: Sequence[Any], *, falling: bool) -> Q:
    """Return what comes after a place: (a, b) > (x, y) as databases without row values say it.

    The condition on the first column alone is where an index is entered.
    """
    less = "lt" if falling else "gt"
    condition = Q()
    for length in range(len(names), 0, -1):
        equal = Q(**dict(zip(names[: length - 1], place, strict=False)))
        condition |= equal & Q(**{f"{names[length - 1]}__{less}": place[length - 1]})
    return Q(**{f"{names[0]}__{less}e": place[0]}) & condition


def _written(value: Any) -> Any:
    match value:
        case datetime():
            return ["at", value.isoformat()]
        case UUID():
            return ["id", value.hex]
    return ["", value]


def _read(written: Sequence[Any]) -> Any:
    kind, value = written
    match kind:
        case "at":
            return datetime.fromisoformat(value)
        case "id":
            return UUID(value)
    return value
