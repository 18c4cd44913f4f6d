"""Files come in: announced, checked by hash, sent one by one, archives in parts.

The script that sends them gets items as `{"id", "state", "problem", "url", "archive", "parts"}`,
and refusals as `{"sentence"}`, with `{"wait"}` (seconds) where the same may be sent later.
"""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Annotated, Any, TypeVar
from uuid import UUID, uuid4

import msgspec
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_POST

from wildlife.identifications import unpacking
from wildlife.identifications.services import dispatch
from wildlife.photos import arrivals
from wildlife.photos.arrivals import PART_BYTES, Announced, UploadFull
from wildlife.photos.limits import count_upload
from wildlife.photos.models import Upload, UploadItem
from wildlife.photos.refusals import PhotoRefused
from wildlife.photos.selectors import keeper_for, upload_or_404
from wildlife.projects.models import Deployment, Project
from wildlife.projects.rights import Right, project_or_404
from wildlife.told import told as retold

AT_ONCE = 500
"""Files that one request may announce or ask about."""

State = UploadItem.State
Sent = TypeVar("Sent", bound=msgspec.Struct)


class File(msgspec.Struct):
    """A file that the script is going to send."""

    key: Annotated[str, msgspec.Meta(min_length=1, max_length=1500)]
    path: Annotated[str, msgspec.Meta(max_length=1200)]
    size: Annotated[int, msgspec.Meta(ge=0, le=2**50)]


class Files(msgspec.Struct):
    files: Annotated[list[File], msgspec.Meta(min_length=1, max_length=AT_ONCE)]


class Hashes(msgspec.Struct):
    """From ids of items to the SHA-256 of their files."""

    hashes: Annotated[
        dict[int, Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]],
        msgspec.Meta(max_length=AT_ONCE),
    ]


@require_POST
def begin_upload(request: HttpRequest) -> HttpResponse:
    """Begin an upload with its first files, or go on with the unfinished one that has them."""
    project = _project(request)
    deployment = _deployment(request, project)
    files = _announced(_read(request, Files))
    upload = arrivals.begin(files, keeper_for(request, project), deployment)
    names = ("page", "announce", "check", "file", "part")
    urls = {name: reverse(f"web:uploads:{name}", args=[upload.pk]) for name in names}
    return _announce(upload, files, urls=urls, part_bytes=PART_BYTES)


@require_POST
def announce_files(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """Note more files of an upload."""
    return _announce(upload_or_404(request, upload_id), _announced(_read(request, Files)))


@require_POST
def check_hashes(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """Tell which of these files the owner has here already; they need not be sent."""
    upload = upload_or_404(request, upload_id)
    settled = arrivals.skip_known(upload, _read(request, Hashes).hashes)
    return JsonResponse({"items": [_told(item) for item in settled]})


@require_POST
def receive_file(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """Take the file of an item."""
    item = _item(request, upload_id, is_archive=False)
    file = _file(request)
    if item.photo_id is None:
        try:
            count_upload(request)
            arrivals.take(item, file, arrivals.priority_of(item.upload))
        except PhotoRefused as error:
            return _not_now(error)
        if item.state == State.TAKEN:
            dispatch()
    return JsonResponse(_told(item))


@require_POST
def receive_part(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """Keep the next part of an archive; after the last one it is unpacked."""
    item = _item(request, upload_id, is_archive=True)
    file, number = _file(request), _number(request, "number")
    try:
        if number == 0:
            count_upload(request)
        complete = arrivals.keep_part(item, number, file)
    except PhotoRefused as error:
        return _not_now(error)
    except ValueError as error:
        raise BadRequest(str(error)) from error
    if complete:
        unpacking.send(item.pk)
    return JsonResponse(_told(item))


@require_POST
def receive_form(request: HttpRequest) -> HttpResponse:
    """Take what a plain form sends, without a script: one photo, or many, or archives.

    One photo leads to its page, several to the page of their upload.
    """
    project = _project(request)
    deployment = _deployment(request, project)
    sent = [file for file in request.FILES.getlist("photos") if isinstance(file, UploadedFile)]
    if not sent:
        messages.error(request, _("No photo was chosen."))
        return redirect("web:projects:upload", project.slug) if project else redirect("web:home")
    files = [
        Announced(str(uuid4()), file.name or "", file.size or 0)
        for file in sent[: arrivals.MOST_ITEMS]
    ]
    upload = arrivals.begin(files, keeper_for(request, project), deployment)
    items = arrivals.announce(upload, files)
    for item, file in zip(items, sent, strict=True):
        item.upload = upload
        with override(None):  # what is stored of a refusal is in English
            _take_from_form(request, item, file)
    dispatch()
    if len(items) == 1 and items[0].photo_id is not None:
        return redirect("web:photo", items[0].photo_id)
    return redirect("web:uploads:page", upload.pk)


def _project(request: HttpRequest) -> Project | None:
    """Return the project of the address (`?project=mara`) or of a plain form; None without one.

    Raises Http404 where the reader may not know of it, PermissionDenied where they may not upload.
    """
    slug = request.GET.get("project", "") or request.POST.get("project", "")
    return project_or_404(request, slug, Right.UPLOAD) if slug else None


def _deployment(request: HttpRequest, project: Project | None) -> Deployment | None:
    """Return the deployment of the project that the photos come to; None where none is chosen.

    Raises Http404 for one that the project does not have.
    """
    chosen = request.GET.get("deployment", "") or request.POST.get("deployment", "")
    if project is None or not chosen:
        return None
    try:
        return project.deployments.get(pk=UUID(chosen))
    except (ValueError, Deployment.DoesNotExist) as error:
        raise Http404 from error


def _take_from_form(request: HttpRequest, item: UploadItem, file: UploadedFile) -> None:
    """Take one file; here nobody sends it again, so whatever keeps it out settles it."""
    try:
        count_upload(request)
        if not item.is_archive:
            arrivals.take(item, file, arrivals.priority_of(item.upload))
            return
        for number, part in enumerate(_parts(file)):
            if arrivals.keep_part(item, number, part):
                unpacking.send(item.pk)
    except PhotoRefused as error:
        arrivals.refuse(item, error.code, str(error))


def _parts(file: UploadedFile) -> Iterator[UploadedFile]:
    file.seek(0)
    while chunk := file.read(PART_BYTES):
        yield UploadedFile(ContentFile(chunk), "part", "", len(chunk))


def _read(request: HttpRequest, kind: type[Sent]) -> Sent:
    try:
        return msgspec.json.decode(request.body, type=kind)
    except msgspec.MsgspecError as error:
        raise BadRequest(str(error)) from error


def _announced(sent: Files) -> list[Announced]:
    return [Announced(file.key, file.path, file.size) for file in sent.files]


def _announce(upload: Upload, files: list[Announced], **told: object) -> JsonResponse:
    try:
        items = arrivals.announce(upload, files)
    except UploadFull as error:
        return JsonResponse({"sentence": str(error)}, status=HTTPStatus.CONFLICT)
    return JsonResponse({**told, "items": [_told(item) for item in items]})


def _told(item: UploadItem) -> dict[str, Any]:
    return {
        "id": item.pk,
        "state": item.state,
        "problem": retold(item.problem),
        "url": reverse("web:photo", args=[item.photo_id]) if item.photo_id else "",
        "archive": item.is_archive,
        "parts": item.parts,
    }


def _item(request: HttpRequest, upload_id: UUID, *, is_archive: bool) -> UploadItem:
    upload = upload_or_404(request, upload_id)
    item = get_object_or_404(
        upload.items, pk=_number(request, "item"), is_archive=is_archive, archive=None
    )
    item.upload = upload
    return item


def _file(request: HttpRequest) -> UploadedFile:
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        raise BadRequest("there is no file in this request")
    return file


def _number(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "")
    if not text.isascii() or not text.isdecimal() or len(text) > 18:
        raise BadRequest(f"{name} is no number")
    return int(text)


def _not_now(error: PhotoRefused) -> JsonResponse:
    """Answer that a file is not taken now, but may be later."""
    sentence = retold(str(error))
    if error.wait:
        told = {"sentence": sentence, "wait": error.wait}
        headers = {"Retry-After": str(error.wait)}
        return JsonResponse(told, status=HTTPStatus.TOO_MANY_REQUESTS, headers=headers)
    return JsonResponse({"sentence": sentence}, status=HTTPStatus.CONFLICT)
