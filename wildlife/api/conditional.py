"""Answers that are sent only where they are new, and changes only where nobody came between."""

import hashlib
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import APIException
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

IF_MATCH = OpenApiParameter(
    "If-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="The `ETag` of what you read at this address: if it has become something else "
    "since, nothing is done and the answer is 412.",
)


class ChangedMeanwhile(APIException):
    """What is to be changed is no longer what the request was made for."""

    status_code = HTTPStatus.PRECONDITION_FAILED
    default_code = "changed_meanwhile"
    default_detail = _("This has changed since you read it. Read it again, then decide.")


def etag_of(data: Any) -> str:
    """Return the strong entity tag of a representation: of what it says, not of when."""
    return f'"{hashlib.sha256(JSONRenderer().render(data)).hexdigest()[:32]}"'


def not_modified(request: Request, response: Response) -> Response | None:
    """Return the empty answer for a client that has this one already, None where it has not."""
    plain = HttpResponse(headers={"ETag": response["ETag"]})
    checked = get_conditional_response(_django(request), etag=response["ETag"], response=plain)
    if checked is None or checked.status_code != HTTPStatus.NOT_MODIFIED:
        return None
    return Response(status=HTTPStatus.NOT_MODIFIED, headers={"ETag": response["ETag"]})


def check_unchanged(request: Request, data: Any) -> None:
    """Raise ChangedMeanwhile where If-Match names another representation than this one."""
    checked = get_conditional_response(_django(request), etag=etag_of(data))
    if checked is not None and checked.status_code == HTTPStatus.PRECONDITION_FAILED:
        raise ChangedMeanwhile


def _django(request: Request) -> HttpRequest:
    return request._request
