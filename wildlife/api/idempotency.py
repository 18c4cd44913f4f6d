"""`Idempotency-Key`: a write that is sent again is answered again, and not done again.

Only what was done is remembered, for a day: a request that was refused did nothing, one of which
some files were put off did not do all, and the same key may be used to try it once more.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request

from wildlife.api.models import StoredAnswer
from wildlife.photos.selectors import guest_of

HEADER = "Idempotency-Key"
KEPT = timedelta(hours=24)
GIVEN_UP = timedelta(minutes=10)
"""A request that is answered for so long died with its process."""
_KEY = re.compile(r"[!-~]{1,255}")
REMEMBERED = ("Content-Type", "Location", "ETag")


class KeyUsedOtherwise(APIException):
    status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    default_code = "idempotency_key_reused"
    default_detail = gettext_lazy("This Idempotency-Key was sent before with another request.")


class BeingAnswered(APIException):
    status_code = HTTPStatus.CONFLICT
    default_code = "being_answered"
    default_detail = gettext_lazy("The same request is being answered just now.")
    wait = 1


class Replayed(Exception):
    """The request was answered before; `response` is that answer."""

    def __init__(self, response: HttpResponse) -> None:
        self.response = response
        super().__init__()


def begin(request: Request) -> StoredAnswer | None:
    """Note that a request is being answered; None where it brings no key.

    Raises Replayed, KeyUsedOtherwise, BeingAnswered, and ValidationError for a key that is none.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not _KEY.fullmatch(key):
        raise ValidationError({HEADER: [_("It is up to 255 visible ASCII characters.")]})
    mine = {"caller": _caller(request), "key": key}
    fingerprint = _fingerprint(request)
    now = timezone.now()
    kept = StoredAnswer.objects.filter(**mine)
    kept.filter(made_at__lt=now - KEPT).delete()
    kept.filter(status=None, made_at__lt=now - GIVEN_UP).delete()
    try:
        with transaction.atomic():
            return StoredAnswer.objects.create(**mine, fingerprint=fingerprint)
    except IntegrityError:
        answer = kept.first()
    if answer is None:  # it was refused in this moment; the client may try again
        raise BeingAnswered
    if answer.fingerprint != fingerprint:
        raise KeyUsedOtherwise
    if answer.status is None:
        raise BeingAnswered
    raise Replayed(_again(answer))


def end(answer: StoredAnswer, response: HttpResponseBase) -> None:
    """Remember what a request was answered, or forget it where nothing was done."""
    if response.status_code >= HTTPStatus.BAD_REQUEST or not isinstance(response, HttpResponse):
        forget(answer)
        return
    headers = {name: response[name] for name in REMEMBERED if name in response}
    StoredAnswer.objects.filter(pk=answer.pk).update(
        status=response.status_code, headers=headers, body=response.content
    )


def forget(answer: StoredAnswer) -> None:
    """Let the key of a request that did nothing, or not yet all, be used again."""
    StoredAnswer.objects.filter(pk=answer.pk).delete()


def tidy() -> None:
    """Forget what nobody may ask for any more."""
    StoredAnswer.objects.filter(made_at__lt=timezone.now() - KEPT).delete()


def _again(answer: StoredAnswer) -> HttpResponse:
    response = HttpResponse(bytes(answer.body), status=answer.status)
    for name, value in answer.headers.items():
        response[name] = value
    response["Idempotency-Replayed"] = "true"
    return response


def _caller(request: Request) -> str:
    if request.user.is_authenticated:
        return f"user:{request.user.pk}"
    guest = guest_of(request, create=True)
    return f"guest:{hashlib.sha256(guest.encode()).hexdigest()}"


def _fingerprint(request: Request) -> str:
    """Return a hash of what is asked for. Of a form it is that of its parts: each time that a
    client sends one, other boundaries are between them."""
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    for part in _parts(request):
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()


def _parts(request: Request) -> Iterator[bytes]:
    files = {id(file) for _name, some in request.FILES.lists() for file in some}
    if hasattr(request.data, "lists"):
        for name, values in sorted(request.data.lists()):
            for value in values:
                if id(value) not in files:
                    yield _written([name, value])
    else:
        yield _written(request.data)
    for name, some in sorted(request.FILES.lists()):
        for file in some:
            yield _written([name, file.name])
            yield _hashed(file)


def _written(data: Any) -> bytes:
    return json.dumps(data, sort_keys=True, default=str).encode("utf-8", "surrogatepass")


def _hashed(file: UploadedFile) -> bytes:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.digest()
