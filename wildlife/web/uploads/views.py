"""The pages of an upload: how far it is, what went wrong, and what people set right."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from wildlife.identifications.services import dispatch
from wildlife.photos.models import Photo, Upload
from wildlife.photos.origins import ShiftRefused, place_all, placeless, shift_clock, shiftable
from wildlife.photos.selectors import upload_or_404
from wildlife.photos.services import look_again
from wildlife.web import pages
from wildlife.web.origins import point_map
from wildlife.web.uploads.forms import (
    ClockForm,
    PlaceForm,
    TrueTimeForm,
    clock_values,
    shift_words,
)
from wildlife.web.uploads.standing import Standing, missing_of, problems_of, standing_of

EXAMPLES = 4
"""Photos that show before a shift what it would do."""


@require_safe
@never_cache
def page(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """How far an upload is, and all that can be done with it."""
    upload = upload_or_404(request, upload_id)
    shown = standing_of(upload)
    context = {
        **_context(upload, shown),
        "obstacle": pages.obstacle() if shown.pending else "",
        "problems": problems_of(upload, request.GET.get("page")),
        "shift": shift_words(upload.clock_shift),
        "back": clock_values(-upload.clock_shift),
        "placeless": placeless(upload).count(),
    }
    return render(request, "web/upload/page.html", context)


@require_safe
@never_cache
def standing(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """The moving part of the page, for its polling: 204 where nothing has changed."""
    upload = upload_or_404(request, upload_id)
    shown = standing_of(upload, _percent(request.GET.get("reached", "")))
    if request.GET.get("seen") == shown.version:
        return HttpResponse(status=204)
    response = render(request, "web/upload/_standing.html", _context(upload, shown))
    if request.GET.get("problems") != str(shown.problems):
        return trigger_client_event(response, "problems-changed", after="settle")
    return response


def _context(upload: Upload, shown: Standing) -> dict[str, object]:
    missing = missing_of(upload) if shown.missing else []
    return {"here": "photos", "upload": upload, "standing": shown, "missing": missing}


def _percent(text: str) -> float:
    try:
        return min(100.0, max(0.0, float(text)))
    except ValueError:
        return 0.0


@require_safe
@never_cache
def problems(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """The files that were not taken or could not be looked at."""
    upload = upload_or_404(request, upload_id)
    context = {"upload": upload, "problems": problems_of(upload, request.GET.get("page"))}
    return render(request, "web/upload/_problems.html", context)


@require_POST
def again(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """Let the photos of an upload that failed be looked at once more."""
    upload = upload_or_404(request, upload_id)
    failed = Photo.objects.filter(
        pk__in=upload.items.filter(photo__state=Photo.State.FAILED).values("photo")
    )
    count = look_again(failed)
    dispatch()
    messages.success(
        request,
        ngettext(
            "%(count)d photo is looked at again.", "%(count)d photos are looked at again.", count
        )
        % {"count": count},
    )
    return redirect(upload)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def clock(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """Move the times of a whole upload. What it would do is shown before it is done."""
    upload = upload_or_404(request, upload_id)
    if request.method == "POST":
        form = ClockForm(request.POST)
        if form.is_valid():
            return _shifted(request, upload, form.by)
    first = shiftable(upload).order_by("taken_at", "pk").first()
    told = TrueTimeForm(request.GET if "moment" in request.GET else None)
    if request.method != "POST":
        form = ClockForm(_asked(request, told, first))
    ready = form.is_bound and form.is_valid() and bool(form.by)
    context = {
        "here": "photos",
        "upload": upload,
        "first": first,
        "told": told,
        "form": form if form.is_bound else ClockForm(),
        "count": shiftable(upload).count(),
        "examples": _examples(upload, form.by) if ready else [],
        "by": shift_words(form.by) if ready else "",
    }
    return render(request, "web/upload/clock.html", context)


def _asked(
    request: HttpRequest, told: TrueTimeForm, first: Photo | None
) -> Mapping[str, Any] | None:
    """Return what fills the form: the query, or what the true time of the first photo tells."""
    if told.is_bound:
        if not told.is_valid() or first is None or first.taken_at is None:
            return None
        return clock_values(told.cleaned_data["moment"] - first.taken_at)
    return request.GET if "direction" in request.GET else None


def _shifted(request: HttpRequest, upload: Upload, by: timedelta) -> HttpResponse:
    try:
        count = shift_clock(upload, by)
    except ShiftRefused as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request,
            ngettext(
                "The time of %(count)d photo is moved.",
                "The times of %(count)d photos are moved.",
                count,
            )
            % {"count": count},
        )
    return redirect(upload)


def _examples(upload: Upload, by: timedelta) -> list[tuple[Photo, object]]:
    """Return some photos, from the first to the last, each with the time that it would have."""
    photos = shiftable(upload).order_by("taken_at", "pk")
    some = [*photos[: EXAMPLES - 1], *photos.reverse()[:1]]
    shown = {photo.pk: photo for photo in some}.values()
    return [(photo, photo.taken_at + by) for photo in shown if photo.taken_at]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def place(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """Say where the photos of an upload were taken that do not tell it themselves."""
    upload = upload_or_404(request, upload_id)
    form = PlaceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        count = place_all(upload, told["latitude"], told["longitude"])
        messages.success(
            request,
            ngettext(
                "%(count)d photo has this place now.",
                "%(count)d photos have this place now.",
                count,
            )
            % {"count": count},
        )
        return redirect(upload)
    context = {
        "here": "photos",
        "upload": upload,
        "form": form,
        "count": placeless(upload).count(),
        "map": point_map("pick", []),
    }
    return render(request, "web/upload/place.html", context)
