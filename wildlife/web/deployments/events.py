"""Events: the visits that cameras saw, each with its answer, and the page of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Count, F, QuerySet, Window
from django.db.models.functions import RowNumber
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from wildlife.library.wish import Wish
from wildlife.photos.models import Photo
from wildlife.projects.models import Event, EventsDue, Project
from wildlife.projects.rights import project_or_404
from wildlife.species.filters import below
from wildlife.species.models import Taxon
from wildlife.species.synonyms import accepted
from wildlife.web import wording
from wildlife.web.library.panel import wish_of
from wildlife.web.names import Name, names_of
from wildlife.web.projects.access import for_users
from wildlife.web.tiles import tiles_of, with_answers

PER_PAGE = 30
STRIP = 6
"""Thumbnails of an event in the list."""
MOST_PHOTOS = 500
"""Of one event, on its page."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An event in words. `name` is None where nothing was identified; `photos` are some of them."""

    event: Event
    name: Name | None
    sure: str
    photos: Sequence[Photo]
    number: int

    @property
    def title(self) -> str:
        if self.name:
            return self.name.title
        return _("Not identified") if self.event.count else _("No animal")

    @property
    def more(self) -> int:
        """How many photos are not shown."""
        return self.number - len(self.photos)


@require_safe
@for_users
def events(request: HttpRequest, slug: str) -> HttpResponse:
    """The events of a project, the newest first; of a deployment, or with a taxon."""
    project = project_or_404(request, slug)
    rows = Event.objects.filter(deployment__project=project).select_related("deployment", "taxon")
    wish = wish_of(request.GET)
    if wish.deployment:
        rows = rows.filter(deployment=UUID(wish.deployment))
    name = None
    if wish.taxon:
        taxa = accepted([wish.taxon])
        name = names_of(taxa).get(wish.taxon)
        rows = rows.filter(taxon__in=Taxon.objects.filter(below(taxa.values())).order_by())
    page = Paginator(rows.order_by("-start", "-id"), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        **_context(project),
        "page": page,
        "seen": _seen(list(page.object_list)),
        "deployments": project.deployments.only("pk", "name", "project"),
        "wish": wish,
        "animal": f"{name.title} ({name.scientific})" if name else wish.taxon,
        "unknown": "" if name else wish.taxon,
        "query": _query(wish),
        "due": EventsDue.objects.filter(deployment__project=project).exists(),
    }
    return render(request, "web/deployments/events.html", context)


@require_safe
@for_users
def event(request: HttpRequest, slug: str, event_id: UUID) -> HttpResponse:
    """One event with all its photos, each with its own answer."""
    project = project_or_404(request, slug)
    rows = Event.objects.filter(deployment__project=project)
    held = get_object_or_404(rows.select_related("deployment", "taxon"), pk=event_id)
    beside = rows.filter(deployment=held.deployment)
    photos = with_answers(held.photos.order_by("taken_at", "pk"))
    number = held.photos.count()
    names = names_of([held.taxon.slug] if held.taxon else [])
    context = {
        **_context(project),
        "one": _told(held, names, (), number),
        "tiles": tiles_of(photos[:MOST_PHOTOS]),
        "left_out": max(0, number - MOST_PHOTOS),
        "before": _next(beside.filter(start__lt=held.start), "-start"),
        "after": _next(beside.filter(start__gt=held.start), "start"),
    }
    return render(request, "web/deployments/event.html", context)


def _next(rows: QuerySet[Event], order: str) -> Event | None:
    return rows.order_by(order).only("pk", "start").first()


def _seen(rows: Sequence[Event]) -> list[Seen]:
    """Return events with their names and first photos. Four queries."""
    names = names_of(one.taxon.slug for one in rows if one.taxon)
    photos = Photo.objects.filter(event__in=rows).order_by()
    counts = dict(photos.values_list("event").annotate(n=Count("pk")))
    place = Window(RowNumber(), partition_by=F("event"), order_by=("taken_at", "pk"))
    strips: dict[UUID | None, list[Photo]] = {}
    for photo in photos.annotate(place=place).filter(place__lte=STRIP).order_by("taken_at", "pk"):
        strips.setdefault(photo.event_id, []).append(photo)
    return [_told(one, names, strips.get(one.pk, ()), counts.get(one.pk, 0)) for one in rows]


def _told(event: Event, names: dict[str, Name], photos: Sequence[Photo], number: int) -> Seen:
    return Seen(
        event=event,
        name=names.get(event.taxon.slug) if event.taxon else None,
        sure="" if event.confidence is None else wording.percent(event.confidence),
        photos=photos,
        number=number,
    )


def _context(project: Project) -> dict[str, object]:
    return {"here": "projects", "tab": "events", "project": project}


def _query(wish: Wish) -> str:
    return f"{urlencode({'deployment': wish.deployment, 'taxon': wish.taxon})}&"
