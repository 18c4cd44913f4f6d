"""When, where and with what a photo was taken: shown beside its answer, and set right."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from wildlife.identifications.privacy import place_for
from wildlife.photos.models import Photo
from wildlife.photos.origins import correct_place, correct_time, forget_corrections
from wildlife.photos.selectors import photo_or_404
from wildlife.projects.rights import Right
from wildlife.web.taxa.outlines import CREDIT, outlines
from wildlife.web.uploads.forms import OriginForm, offset_words


@dataclass(frozen=True, slots=True)
class PointMap:
    """A map with marks on it, as the map component reads it. `data` goes into the page as JSON."""

    key: str
    outlines: str
    credit: str
    data: dict[str, object]

    @property
    def script(self) -> str:
        """The id of the script element that holds the data."""
        return f"map-{self.key}"


@dataclass(frozen=True, slots=True)
class Origin:
    """What is known of when, where and with what a photo was taken, in words. "" is not known.

    `rough` tells that the place is only the square of the grid that it lies in.
    """

    photo: Photo
    zone: str
    camera: str
    place: str
    map: PointMap | None
    rough: bool = False

    @property
    def time_moved(self) -> bool:
        """Whether the time is not what the camera wrote."""
        return self.photo.taken_at != self.photo.recorded_at


def origin_of(photo: Photo, user: AbstractBaseUser | AnonymousUser) -> Origin:
    """Return what the page of a photo says to somebody of where it comes from.

    No query for one's own photos.
    """
    latitude, longitude = place_for(user, photo)
    rough = (latitude, longitude) != (photo.latitude, photo.longitude)
    words = place_words(latitude, longitude, digits=1 if rough else 5)
    points = [(latitude, longitude, words)]
    return Origin(
        photo=photo,
        zone="" if photo.utc_offset is None else offset_words(photo.utc_offset),
        camera=_camera(photo.camera_make, photo.camera_model),
        place=words,
        map=point_map("place", points) if words else None,
        rough=rough,
    )


def point_map(key: str, points: Iterable[tuple[float | None, float | None, str]]) -> PointMap:
    """Return a map of country outlines with a mark at each (latitude, longitude, words)."""
    marks = [
        {"latitude": latitude, "longitude": longitude, "words": words}
        for latitude, longitude, words in points
    ]
    return PointMap(
        key=key,
        outlines=reverse("web:taxa:outlines", args=[outlines().version]),
        credit=CREDIT,
        data={"countries": {}, "points": marks},
    )


def place_words(latitude: float | None, longitude: float | None, *, digits: int = 5) -> str:
    """Return a place as people write it: 33.51000° S, 18.25000° E."""
    if latitude is None or longitude is None:
        return ""
    south_or_north = _("S") if latitude < 0 else _("N")
    west_or_east = _("W") if longitude < 0 else _("E")
    return (
        f"{abs(latitude):.{digits}f}° {south_or_north}, {abs(longitude):.{digits}f}° {west_or_east}"
    )


def _camera(make: str, model: str) -> str:
    """Return what a camera is called; most models repeat their maker."""
    if make and model.lower().startswith(make.lower()):
        return model
    return f"{make} {model}".strip()


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def correct(request: HttpRequest, photo_id: UUID) -> HttpResponse:
    """Set the time and place of a photo right, or let the camera's word hold again."""
    photo = photo_or_404(request, photo_id, Right.CURATE)
    if request.method == "POST" and "forget" in request.POST:
        forget_corrections(photo)
        messages.success(request, _("The camera's own time and place hold again."))
        return redirect(photo)
    held = {name: getattr(photo, name) for name in OriginForm.base_fields}
    form = OriginForm(request.POST or None, initial=held)
    if request.method == "POST" and form.is_valid():
        _correct(photo, form)
        messages.success(request, _("Time and place are kept."))
        return redirect(photo)
    words = place_words(photo.latitude, photo.longitude)
    points = [(photo.latitude, photo.longitude, words)] if words else []
    context = {
        "here": "photos",
        "photo": photo,
        "form": form,
        "origin": origin_of(photo, request.user),
        "map": point_map("pick", points),
    }
    return render(request, "web/upload/origin.html", context)


def _correct(photo: Photo, form: OriginForm) -> None:
    """Keep what was changed: what nobody touched still follows the camera and its upload."""
    told, changed = form.cleaned_data, set(form.changed_data)
    if changed & {"taken_at", "utc_offset"}:
        correct_time(photo, told["taken_at"], told["utc_offset"])
    if changed & {"latitude", "longitude"}:
        correct_place(photo, told["latitude"], told["longitude"])
