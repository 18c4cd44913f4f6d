"""The pages. They validate, call and answer; the presenters say what is shown."""

import hashlib
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from pipelines.rules import Rules
from wildlife.identifications.privacy import sight_of
from wildlife.identifications.services import dispatch
from wildlife.photos.models import Photo
from wildlife.photos.selectors import guest_of, may_with, own_photos, own_uploads, photo_or_404
from wildlife.photos.services import PhotoBusy, delete, try_again
from wildlife.projects.rights import Right, projects_with
from wildlife.web import pages, wording
from wildlife.web.origins import origin_of
from wildlife.web.tiles import PENDING, tiles_of, with_answers
from wildlife.web.uploads.standing import last_uploads
from wildlife.web.words import words_of

PHOTOS_PER_PAGE = 24
OFFERED_PROJECTS = 200
GRID_EVERY = 1000
"""Milliseconds between two looks at the grid while something in it is not finished."""


@require_safe
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """Drop photos; below, those that this visitor has.

    The guest's secret is made here, before the first of several parallel uploads needs it.
    """
    guest_of(request, create=not request.user.is_authenticated)
    context = {
        "here": "photos",
        "obstacle": pages.obstacle(),
        "uploads": last_uploads(own_uploads(request).filter(project=None)),
        "upload_projects": projects_with(request.user, Right.UPLOAD)[:OFFERED_PROJECTS],
        "guest_days": 0 if request.user.is_authenticated else settings.GUEST_DAYS,
        **_grid(request),
    }
    return render(request, "web/home.html", context)


@require_safe
@never_cache
def grid(request: HttpRequest) -> HttpResponse:
    """The photos of the home page, for its polling: 204 where nothing has changed."""
    shown = _grid(request)
    if request.GET.get("seen") == shown["version"]:
        return HttpResponse(status=204)
    return render(request, "web/_grid.html", shown)


def _grid(request: HttpRequest) -> dict[str, object]:
    photos = own_photos(request)
    page = Paginator(with_answers(photos), PHOTOS_PER_PAGE).get_page(request.GET.get("page"))
    tiles = tiles_of(page.object_list)
    # Photos finish between the two questions: while a tile shown is pending, the polling goes on.
    shown_pending = sum(tile.photo.state in PENDING for tile in tiles)
    pending = max(photos.filter(state__in=PENDING).count(), shown_pending)
    seen = repr([(tile.photo.id, tile.photo.state) for tile in tiles] + [pending])
    return {
        "page": page,
        "tiles": tiles,
        "pending": pending,
        # Counted one after the other: photos may have arrived in between.
        "finished": max(0, page.paginator.count - pending),
        "pending_words": wording.waiting(pending),
        "every": GRID_EVERY,
        "version": hashlib.sha256(seen.encode()).hexdigest()[:12],
    }


@require_safe
@never_cache
def photo(request: HttpRequest, photo_id: UUID) -> HttpResponse:
    """The result page, from the moment the photo is received."""
    return render(request, "web/photo.html", _shown(request, photo_or_404(request, photo_id)))


@require_safe
@never_cache
def live(request: HttpRequest, photo_id: UUID) -> HttpResponse:
    """The moving part of the result page: 204 where nothing has changed."""
    photo = photo_or_404(request, photo_id)
    shown = _shown(request, photo, request.GET.get("seen", ""))
    if photo.state in PENDING and shown["live"] is None:
        return HttpResponse(status=204)
    return render(request, "web/_live.html", shown)


def _shown(request: HttpRequest, photo: Photo, seen: str = "") -> dict[str, object]:
    done = photo.state == Photo.State.DONE
    changeable = may_with(request.user, Right.CURATE, photo)
    original = may_with(request.user, Right.SEE_PEOPLE, photo)
    return {
        "photo": photo,
        "full": original and photo.media_type in pages.SHOWN_BY_BROWSERS,
        "original": original,
        "changeable": changeable,
        "sight": sight_of(request.user, photo).value,
        "live": pages.live_of(photo, seen) if photo.state in PENDING else None,
        "result": pages.result_of(photo) if done else None,
        "origin": origin_of(photo, request.user) if done else None,
        "words": words_of(photo, request.user) if done else None,
        "speaks": done and may_with(request.user, Right.REVIEW, photo),
        "again": changeable
        and photo.state == Photo.State.FAILED
        and pages.may_be_tried_again(photo),
    }


@require_POST
def delete_photo(request: HttpRequest, photo_id: UUID) -> HttpResponse:
    """Delete a photo for good."""
    photo = photo_or_404(request, photo_id, Right.CURATE)
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
    try_again(photo_or_404(request, photo_id, Right.CURATE))
    dispatch()
    return redirect("web:photo", photo_id)


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Lead those who ask for the icon by its customary name to the one there is."""
    return redirect(static("img/favicon.svg"))


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """How an answer comes about, how to read it, and what happens to an uploaded photo."""
    facts = {
        "most": settings.MAX_UPLOAD_BYTES,
        "walk": wording.percent(Rules().walk),
        "guest_days": settings.GUEST_DAYS,
    }
    return render(request, "web/help.html", {"here": "help", **facts})
