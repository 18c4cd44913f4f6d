"""Every error of the API as an RFC 9457 problem document."""

import logging
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFilesSent,
)
from django.core.signals import got_request_exception
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from wildlife.photos.services import PhotoRefused
from wildlife.told import told

MEDIA_TYPE = "application/problem+json"

_STATUS_OF_REFUSAL = {
    "empty": HTTPStatus.BAD_REQUEST,
    "too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "not_an_image": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "too_many": HTTPStatus.TOO_MANY_REQUESTS,
    "quota": HTTPStatus.FORBIDDEN,
    "busy": HTTPStatus.CONFLICT,
}
"""Other refusals: the file is of a kind that is taken, but this one cannot be (422)."""

log = logging.getLogger("django.request")


class Conflict(exceptions.APIException):
    """The request cannot be done in the state that things are in.

    It may be done `wait` seconds on; 0 where nobody knows when.
    """

    status_code = HTTPStatus.CONFLICT
    default_code = "conflict"

    def __init__(self, detail: str, code: str, wait: int = 0) -> None:
        super().__init__(detail, code)
        self.wait = wait


class UploadRefused(exceptions.APIException):
    """The one file of an upload was refused."""

    def __init__(self, refusal: PhotoRefused) -> None:
        self.status_code = status_of(refusal)
        self.wait = refusal.wait
        super().__init__(told(str(refusal)), refusal.code)


def status_of(refusal: PhotoRefused) -> int:
    """Return the HTTP status that says why a file was refused."""
    return _STATUS_OF_REFUSAL.get(refusal.code, HTTPStatus.UNPROCESSABLE_ENTITY)


def document(status: int, detail: str, code: str, **extensions: Any) -> dict[str, Any]:
    """Return a problem document. `code` is for programs, `detail` a sentence for people."""
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": detail,
        "code": code,
        **extensions,
    }


def problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn what a view raised into a problem document: the exception handler of the API.

    What nobody foresaw becomes a 500 without details, after it was logged with all of them; while
    debugging it goes on to Django's own page.
    """
    known = _as_api_exception(error)
    if known is None:
        if settings.DEBUG:
            return None
        request = context["request"]
        log.error("Internal Server Error: %s", request.path, exc_info=error)
        got_request_exception.send(sender=problem, request=request)
        known = exceptions.APIException(_("Something went wrong on our side. Please try again."))
    set_rollback()
    response = Response(
        _document_of(known, context["request"].path),
        status=known.status_code,
        content_type=MEDIA_TYPE,
    )
    if wait := getattr(known, "wait", None):
        response["Retry-After"] = str(int(wait))
    if challenge := getattr(known, "auth_header", None):
        response["WWW-Authenticate"] = challenge
    return response


def _as_api_exception(error: Exception) -> exceptions.APIException | None:
    match error:
        case exceptions.APIException():
            return error
        case PhotoRefused():
            return UploadRefused(error)
        case Http404():
            return exceptions.NotFound(_("There is nothing here, or nothing that you may see."))
        case PermissionDenied():
            return exceptions.PermissionDenied()
        case TooManyFilesSent():
            most = settings.DATA_UPLOAD_MAX_NUMBER_FILES
            return _too_large(
                _("One request may bring up to %(most)s files. Send several requests.")
                % {"most": f"{most:,}"}
            )
        case RequestDataTooBig():
            return _too_large(_("The fields of this request are too large."))
        case SuspiciousOperation():
            return exceptions.ParseError(_("This request is not well-formed."))
    return None


def _too_large(detail: str) -> exceptions.APIException:
    error = exceptions.APIException(detail, "too_large")
    error.status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    return error


def _document_of(error: exceptions.APIException, path: str) -> dict[str, Any]:
    if isinstance(error, exceptions.ValidationError):
        errors = error.detail if isinstance(error.detail, dict) else {"request": error.detail}
        detail = _("Some values of this request are not valid.")
        return document(error.status_code, detail, "invalid", errors=errors, instance=path)
    code = error.get_codes()
    return document(
        error.status_code,
        str(error.detail),
        code if isinstance(code, str) else "invalid",
        instance=path,
    )
