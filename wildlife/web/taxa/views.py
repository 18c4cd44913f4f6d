"""The public pages on what is known of animals: a catalogue, and one page per taxon."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import get_language
from django.views.decorators.http import require_safe
from django_htmx.http import replace_url

from wildlife.photos.selectors import photos_of
from wildlife.species.models import Taxon
from wildlife.web.taxa.catalogue import Wish, shelf_of
from wildlife.web.taxa.outlines import outlines, outlines_of
from wildlife.web.taxa.page import page_of

OUTLINES_MAX_AGE = 365 * 24 * 3600
"""Seconds. Their address changes whenever they do."""


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """Search and filter all taxa. What is wished for stands in the address."""
    wish = Wish.from_query(request.GET)
    shelf = shelf_of(wish, get_language() or "en")
    whole = not request.headers.get("HX-Request")
    template = "web/species/catalogue.html" if whole else "web/species/_found.html"
    response = render(request, template, {"here": "species", "shelf": shelf, "wish": wish})
    patch_vary_headers(response, ["HX-Request", "Accept-Language"])
    if not whole and not wish.after:
        return replace_url(response, reverse("web:taxa:catalogue") + wish.query)
    return response


@require_safe
def taxon(request: HttpRequest, slug: str) -> HttpResponse:
    """What is known of one taxon. A synonym leads to the accepted one."""
    shown = get_object_or_404(
        Taxon.objects.select_related("accepted", "description_source"), slug=slug
    )
    if shown.accepted is not None:
        return redirect("web:taxa:taxon", shown.accepted.slug)
    page = page_of(shown, photos_of(request), get_language() or "en")
    response = render(request, "web/species/taxon.html", {"here": "species", "page": page})
    patch_vary_headers(response, ["Accept-Language"])
    patch_cache_control(response, private=True)
    return response


@require_safe
def country_outlines(request: HttpRequest, version: str) -> HttpResponse:
    """The outlines of all countries as GeoJSON, to be kept: an old address leads to the new one."""
    found = outlines_of(version)
    if found is None:
        return redirect("web:taxa:outlines", outlines().version)
    response = HttpResponse(found.body, content_type="application/geo+json")
    response["Content-Encoding"] = "gzip"
    patch_cache_control(response, public=True, max_age=OUTLINES_MAX_AGE, immutable=True)
    return response
