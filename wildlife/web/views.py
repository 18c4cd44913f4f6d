"""The pages. They validate, call and answer; the presenters say what is shown."""

import hashlib
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from pipelines.fusion import Rules
from wildlife.identifications.services import dispatch
from wildlife.photos.limits import count_upload
from wildlife.photos.models import Photo
from wildlife.photos.selectors import guest_of, photo_or_404, photos_of
from wildlife.photos.services import PhotoBusy, PhotoRefused, Received, delete, receive, try_again
from wildlife.web import pages, wording
from wildlife.web.tiles import PENDING, tiles_of, with_answers

PHOTOS_PER_PAGE = 24
MANY = 6
"""From so many photos at once they are bulk: another visitor's single photo goes before them."""
GRID_EVERY = 1000
"""Milliseconds between two looks at the grid while something in it is not finished."""


@require_safe
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """Drop photos; below, those that this visitor has.

    The guest's secret is made here, before the first of several parallel uploads needs it.
    """
    guest_of(request, create=not request.user.is_authenticated)
    return render(
        request, "web/home.html", {"here": "photos", "obstacle": pages.obstacle(), **_grid(request)}
    )


@require_safe
@never_cache
def grid(request: HttpRequest) -> HttpResponse:
    """The photos of the home page, for its polling: 204 where nothing has changed."""
    shown = _grid(request)
    if request.GET.get("seen") == shown["version"]:
        return HttpResponse(status=204)
    return render(request, "web/_grid.html", shown)


def _grid(request: HttpRequest) -> dict[str, object]:
    photos = photos_of(request)
    page = Paginator(with_answers(photos), PHOTOS_PER_PAGE).get_page(request.GET.get("page"))
    tiles = tiles_of(page.object_list)
    pending = photos.filter(state__in=PENDING).count()
    seen = repr([(tile.photo.id, tile.photo.state) for tile in tiles] + [pending])
    return {
        "page": page,
        "tiles": tiles,
        "pending": pending,
        "finished": page.paginator.count - pending,
        "pending_words": wording.waiting(pending),
        "every": GRID_EVERY,
        "version": hashlib.sha256(seen.encode()).hexdigest()[:12],
    }


@require_POST
def receive_photos(request: HttpRequest) -> HttpResponse:
    """Take one photo or many. One that is refused does not keep the others from being taken.

    A script sends one photo at a time, and in `of` of how many it is one. It accepts JSON, and
    gets `{"url"}` or `{"sentence"}`. A plain form is led to the photo's page, or back home where
    it sent several.
    """
    taken: list[Received] = []
    refused: list[tuple[str, str]] = []
    files = request.FILES.getlist("photos")
    priority = _priority(request, len(files))
    for file in files:
        try:
            taken.append(_receive(request, file, priority))
        except PhotoRefused as error:
            refused.append((file.name or "", str(error)))
    if taken:
        dispatch()
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        return _as_json(taken, refused)
    for name, sentence in refused:
        messages.error(request, f"{name}: {sentence}")
    if len(taken) == 1 and not refused:
        return redirect("web:photo", taken[0].photo.id)
    if not taken and not refused:
        messages.error(request, _("No photo was chosen."))
    return redirect("web:home")


def _priority(request: HttpRequest, files: int) -> Photo.Priority:
    of = request.POST.get("of", "")
    count = max(files, int(of) if of.isdecimal() and len(of) < 10 else 0)
    return Photo.Priority.BULK if count >= MANY else Photo.Priority.INTERACTIVE


def _receive(request: HttpRequest, file: UploadedFile, priority: Photo.Priority) -> Received:
    count_upload(request)
    if isinstance(request.user, User):
        return receive(file, owner=request.user, priority=priority)
    return receive(file, guest=guest_of(request, create=True), priority=priority)


def _as_json(taken: list[Received], refused: list[tuple[str, str]]) -> JsonResponse:
    if refused:
        return JsonResponse({"sentence": refused[0][1]}, status=422)
    if not taken:
        return JsonResponse({"sentence": _("No photo was chosen.")}, status=422)
    status = 201 if taken[0].created else 200
    return JsonResponse({"url": reverse("web:photo", args=[taken[0].photo.id])}, status=status)


@require_safe
@never_cache
def photo(request: HttpRequest, photo_id: UUID) -> HttpResponse:
    """The result page, from the moment the photo is received."""
    return render(request, "web/photo.html", _shown(photo_or_404(request, photo_id)))


@require_safe
@never_cache
def live(request: HttpRequest, photo_id: UUID) -> HttpResponse:
    """The moving part of the result page: 204 where nothing has changed."""
    photo = photo_or_404(request, photo_id)
    shown = _shown(photo, request.GET.get("seen", ""))
    if photo.state in PENDING and shown["live"] is None:
        return HttpResponse(status=204)
    return render(request, "web/_live.html", shown)


def _shown(photo: Photo, seen: str = "") -> dict[str, object]:
    return {
        "photo": photo,
        "full": photo.media_type in pages.SHOWN_BY_BROWSERS,
        "live": pages.live_of(photo, seen) if photo.state in PENDING else None,
        "result": pages.result_of(photo) if photo.state == Photo.State.DONE else None,
        "again": photo.state == Photo.State.FAILED and pages.may_be_tried_again(photo),
    }


@require_POST
def delete_photo(request: HttpRequest, photo_id: UUID) -> HttpResponse:
    """Delete a photo for good."""
    photo = photo_or_404(request, photo_id)
    try:
        delete(photo)
    except PhotoBusy:
        messages.error(
            request,
            _("This photo is being looked at just now. You can delete it in a few seconds."),
        )
        return redirect("web:photo", photo_id)
    messages.success(request, _("%(name)s is deleted.") % {"name": photo.filename})
    return redirect("web:home")


@require_POST
def again(request: HttpRequest, photo_id: UUID) -> HttpResponse:
    """Let a photo that failed be looked at once more."""
    try_again(photo_or_404(request, photo_id))
    dispatch()
    return redirect("web:photo", photo_id)


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Lead those who ask for the icon by its customary name to the one there is."""
    return redirect(static("img/favicon.svg"))


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """How an answer comes about, how to read it, and what happens to an uploaded photo."""
    facts = {"most": settings.MAX_UPLOAD_BYTES, "walk": wording.percent(Rules().walk)}
    return render(request, "web/help.html", {"here": "help", **facts})
