"""Progress as server-sent events, for programs that would rather be told than ask.

A stream holds one of the server's few threads, so there are few at once, and each ends after some
seconds: by `retry:` the client comes back by itself, and misses nothing, for each event is the
whole of what is so. https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import json
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from threading import BoundedSemaphore
from typing import Any
from uuid import UUID

from django.db import close_old_connections
from django.http import Http404, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from wildlife.api.base import ApiView
from wildlife.api.media import WhateverIsAccepted
from wildlife.api.schema import problem_responses
from wildlife.api.upload_serializers import ProgressSerializer
from wildlife.api.uploads import upload_or_404

AT_ONCE = 2
"""Streams of one web process; it has eight threads for everything."""
SECONDS = 20.0
EVERY = 1.0
RETRY = 2000
"""Milliseconds after which a client asks again."""
_EVENT = {
    "type": "object",
    "properties": {
        "event": {"type": "string", "enum": ["progress", "done"]},
        "data": {"type": "string", "contentMediaType": "application/json"},
        "retry": {"type": "integer", "description": "milliseconds"},
    },
}
_free = BoundedSemaphore(AT_ONCE)


class TooManyStreams(APIException):
    """All streams are taken just now; the client asks again, or asks for the state alone."""

    status_code = HTTPStatus.SERVICE_UNAVAILABLE
    default_code = "too_many_streams"
    default_detail = _("Too many progress streams are open. Try again in a few seconds.")
    wait = 5


class UploadStream(ApiView):
    resource = "uploads"
    content_negotiation_class = WhateverIsAccepted

    @extend_schema(
        operation_id="uploads_stream",
        responses={
            (200, "text/event-stream"): OpenApiResponse(
                _EVENT,
                description="`progress` events with what `GET /uploads/{upload_id}` answers, "
                "and `done` as the last one.",
            ),
            **problem_responses(HTTPStatus.NOT_FOUND, HTTPStatus.SERVICE_UNAVAILABLE),
        },
    )
    def get(self, request: Request, upload_id: UUID) -> HttpResponseBase:
        """Be told how far an upload is, as often as that changes."""
        upload_or_404(request, upload_id)
        if not _free.acquire(blocking=False):
            raise TooManyStreams
        return _Stream(lambda: _progress(request, upload_id))


def _progress(request: Request, upload_id: UUID) -> dict[str, Any]:
    upload = upload_or_404(request, upload_id)
    return dict(ProgressSerializer(upload, context={"request": request}).data)


class _Stream(StreamingHttpResponse):
    """Gives its place back when it is closed, also where nobody read a word of it."""

    def __init__(self, ask: Callable[[], dict[str, Any]]) -> None:
        super().__init__(_told(ask), content_type="text/event-stream")
        self.headers["Cache-Control"] = "no-store"
        self.headers["X-Accel-Buffering"] = "no"
        self._place: BoundedSemaphore | None = _free

    def close(self) -> None:
        super().close()
        if self._place is not None:
            self._place.release()
            self._place = None


def _told(ask: Callable[[], dict[str, Any]]) -> Iterator[str]:
    until = time.monotonic() + SECONDS
    last = ""
    yield f"retry: {RETRY}\n\n"
    while time.monotonic() < until:
        close_old_connections()
        try:
            now = ask()
        except Http404:  # somebody deleted it
            return
        data = json.dumps(now, default=str, separators=(",", ":"))
        if now["finished"]:
            yield f"event: done\ndata: {data}\n\n"
            return
        # A comment, so that whoever left is noticed.
        yield f"event: progress\ndata: {data}\n\n" if data != last else ":\n\n"
        last = data
        time.sleep(EVERY)
