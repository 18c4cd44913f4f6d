"""The library: all photos that a reader has, as a gallery, on a map, in time, and as species."""

from collections.abc import Mapping

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_htmx.http import replace_url

from wildlife.library.filters import matching
from wildlife.library.insights import census, clusters, hours, periods, sample
from wildlife.library.reader import Reader, reader_of
from wildlife.library.wish import Box, Wish
from wildlife.projects.models import Project
from wildlife.web.library.changes import scope_of
from wildlife.web.library.charts import accumulation, activity, timeline
from wildlife.web.library.doing import job_in_words
from wildlife.web.library.gallery import gallery_of
from wildlife.web.library.panel import panel_of, suggestions, wish_of
from wildlife.web.library.places import chart_of, listed, step_for
from wildlife.web.library.rows import species_rows
from wildlife.web.review.waiting import waiting_in_words


@require_safe
@never_cache
def gallery(request: HttpRequest) -> HttpResponse:
    """The photos, a page at a time; htmx gets the next page, or the page of another filter."""
    reader, wish, project = _asked(request)
    after = request.GET.get("after", "")[:80]
    shown = gallery_of(reader, wish, after)
    if after and request.headers.get("HX-Request"):
        return render(request, "web/library/_page.html", {"gallery": shown, "wish": wish})
    context = {"gallery": shown, "job": job_in_words(reader, request.GET.get("job", ""))}
    return _shown(request, "gallery", reader, wish, context, project)


@require_safe
@never_cache
def map_page(request: HttpRequest) -> HttpResponse:
    """Where the photos were taken."""
    reader, wish, project = _asked(request)
    exact = reader.knows_places(wish.project)
    step = step_for(Box(-180, -90, 180, 90))
    found = clusters(sample(matching(reader, wish)), step, exact=exact)
    context = {"chart": chart_of(wish), "places": listed(found, wish)}
    return _shown(request, "map", reader, wish, context, project)


@require_safe
@never_cache
def map_clusters(request: HttpRequest) -> HttpResponse:
    """The clusters of a part of the map, as JSON: `view` is "west,south,east,north"."""
    reader, wish, _project = _asked(request)
    exact = reader.knows_places(wish.project)
    view = Box.read(request.GET.get("view", "")) or Box(-180, -90, 180, 90)
    view = view if exact else view.coarse()
    photos = sample(matching(reader, wish)).filter(
        latitude__range=(view.south, view.north), longitude__range=(view.west, view.east)
    )
    found = clusters(photos, step_for(view), exact=exact)
    return JsonResponse({"clusters": listed(found, wish)})


@require_safe
@never_cache
def times(request: HttpRequest) -> HttpResponse:
    """When the photos were taken: over the days or years, and over the hours of the day."""
    reader, wish, project = _asked(request)
    photos = sample(matching(reader, wish))
    context = {"timeline": timeline(*periods(photos)), "activity": activity(hours(photos))}
    return _shown(request, "times", reader, wish, context, project)


@require_safe
@never_cache
def species(request: HttpRequest) -> HttpResponse:
    """Which species the photos show, and whether more of them would show more."""
    reader, wish, project = _asked(request)
    found = census(sample(matching(reader, wish)))
    context = {
        "species": species_rows(found.species, wish),
        "others": species_rows(found.others, wish),
        "curve": accumulation(found.curve),
    }
    return _shown(request, "species", reader, wish, context, project)


@require_safe
@never_cache
def animals(request: HttpRequest) -> HttpResponse:
    """Names that begin with what was typed so far."""
    names = suggestions(request.GET.get("animal", "")[:120])
    return render(request, "web/library/_animals.html", {"names": names})


def _asked(request: HttpRequest) -> tuple[Reader, Wish, Project | None]:
    """Return who asks for what, and the project whose photos they ask for.

    Raises Http404 where they may not know of it.
    """
    wish = wish_of(request.GET)
    return reader_of(request), wish, scope_of(request, wish)


def _shown(
    request: HttpRequest,
    tab: str,
    reader: Reader,
    wish: Wish,
    more: Mapping[str, object],
    project: Project | None,
) -> HttpResponse:
    """Answer with a view of the library; its address is made short and sure for htmx."""
    panel = panel_of(reader, wish, project)
    here = "projects" if project else "library"
    context = {"here": here, "tab": tab, "panel": panel, "wish": wish, **more}
    if project is None and isinstance(request.user, User):
        context["to_review"] = waiting_in_words(None, request.user)
    response = render(request, f"web/library/{tab}.html", context)
    patch_vary_headers(response, ["HX-Request"])
    if request.headers.get("HX-Request"):
        return replace_url(response, reverse(f"web:library:{tab}") + wish.query)
    return response
