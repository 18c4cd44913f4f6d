"""Deployments: their list with a map, the page of one, and its forms."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from wildlife.photos import deployments as services
from wildlife.photos.models import Photo
from wildlife.photos.origins import ShiftRefused, shiftable
from wildlife.projects.effort import nights_of
from wildlife.projects.models import Deployment, Project
from wildlife.projects.places import shown
from wildlife.projects.rights import Right, project_or_404, rights_in
from wildlife.web.deployments.counts import counts_of, ways_of
from wildlife.web.deployments.forms import CameraClockForm, DeploymentForm
from wildlife.web.origins import PointMap, place_words, point_map
from wildlife.web.projects.access import for_users
from wildlife.web.projects.tabs import library_of
from wildlife.web.uploads.forms import clock_values, shift_words

PER_PAGE = 100
MOST_ON_MAP = 2000


@dataclass(frozen=True, slots=True)
class Row:
    """A deployment as the reader may be told of it. `nights` is None where nobody knows."""

    one: Deployment
    place: str
    photos: int
    events: int
    nights: float | None


@require_safe
@for_users
def deployments(request: HttpRequest, slug: str) -> HttpResponse:
    """All deployments of a project, on a map and in a list."""
    project = project_or_404(request, slug)
    rights = rights_in(request.user, project)
    exact = Right.SEE_PLACES in rights
    placed = project.deployments.filter(latitude__isnull=False)
    page = Paginator(project.deployments.all(), PER_PAGE).get_page(request.GET.get("page"))
    told = [shown(one, exact=exact) for one in page.object_list]
    counts = counts_of([one.pk for one in told])
    context = {
        **_context(project, rights),
        "page": page,
        "query": "",
        "exact": exact,
        "rows": [Row(one, _place(one), *counts[one.pk], nights=nights_of(one)) for one in told],
        "map": _map([shown(one, exact=exact) for one in placed[:MOST_ON_MAP]]),
        "homeless": Photo.objects.filter(project=project, deployment=None).count(),
    }
    return render(request, "web/deployments/all.html", context)


@require_safe
@for_users
def deployment(request: HttpRequest, slug: str, deployment_id: UUID) -> HttpResponse:
    """One deployment: where it stood, and what came of it."""
    project = project_or_404(request, slug)
    held = _held(project, deployment_id)
    rights = rights_in(request.user, project)
    exact = Right.SEE_PLACES in rights
    told = shown(held, exact=exact)
    photos, events = counts_of([held.pk])[held.pk]
    context = {
        **_context(project, rights),
        "one": told,
        "exact": exact,
        "place": _place(told),
        "map": _map([told]),
        "photos": photos,
        "events": events,
        "nights": nights_of(held),
        "ways": ways_of(held),
        "shift": shift_words(held.clock_shift),
        "library": f"{library_of(project)}&deployment={held.pk}",
    }
    return render(request, "web/deployments/page.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_users
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Add a deployment; its time zone is that of the last one."""
    project = project_or_404(request, slug, Right.CURATE)
    last = project.deployments.order_by("-created_at").first()
    row = Deployment(project=project, time_zone=last.time_zone if last else "UTC")
    form = DeploymentForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        services.add(form.instance, request.user)
        messages.success(request, _("%(name)s is added.") % {"name": row.name})
        return redirect("web:projects:deployment", slug, row.pk)
    return _form(request, project, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
@for_users
def change(request: HttpRequest, slug: str, deployment_id: UUID) -> HttpResponse:
    """Change what is known of a deployment."""
    project = project_or_404(request, slug, Right.CURATE)
    held = _held(project, deployment_id)
    form = DeploymentForm(request.POST or None, instance=_held(project, deployment_id))
    if request.method == "POST" and form.is_valid():
        services.change(form.instance, request.user)
        messages.success(request, _("%(name)s is changed.") % {"name": form.instance.name})
        return redirect("web:projects:deployment", slug, held.pk)
    return _form(request, project, form, held)


@require_http_methods(["GET", "HEAD", "POST"])
@for_users
def clock(request: HttpRequest, slug: str, deployment_id: UUID) -> HttpResponse:
    """Say what the camera's clock was wrong by: the times of its photos move."""
    project = project_or_404(request, slug, Right.CURATE)
    held = _held(project, deployment_id)
    form = CameraClockForm(request.POST or None, initial=dict(clock_values(held.clock_shift)))
    if request.method == "POST" and form.is_valid():
        held.clock_shift = form.by
        try:
            moved = services.change(held, request.user)
        except ShiftRefused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _moved(moved))
            return redirect("web:projects:deployment", slug, held.pk)
    context = {
        **_context(project, rights_in(request.user, project)),
        "one": held,
        "form": form,
        "count": shiftable(held).count(),
    }
    return render(request, "web/deployments/clock.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_users
def delete(request: HttpRequest, slug: str, deployment_id: UUID) -> HttpResponse:
    """Say what goes with a deployment, and delete it."""
    project = project_or_404(request, slug, Right.CURATE)
    held = _held(project, deployment_id)
    if request.method == "POST":
        services.remove(held, request.user)
        messages.success(request, _("%(name)s is deleted.") % {"name": held.name})
        return redirect("web:projects:deployments", slug)
    photos, events = counts_of([held.pk])[held.pk]
    context = {
        **_context(project, rights_in(request.user, project)),
        "one": held,
        "photos": photos,
        "events": events,
        "shift": shift_words(held.clock_shift),
    }
    return render(request, "web/deployments/delete.html", context)


def _form(
    request: HttpRequest, project: Project, form: DeploymentForm, held: Deployment | None
) -> HttpResponse:
    others = project.deployments.filter(latitude__isnull=False)
    if held is not None:
        others = others.exclude(pk=held.pk)
    context = {
        **_context(project, rights_in(request.user, project)),
        "form": form,
        "one": held,
        "map": _map(list(others[:MOST_ON_MAP])),
    }
    return render(request, "web/deployments/form.html", context)


def _context(project: Project, rights: frozenset[Right]) -> dict[str, object]:
    return {
        "here": "projects",
        "tab": "deployments",
        "project": project,
        "may_curate": Right.CURATE in rights,
    }


def _held(project: Project, deployment_id: UUID) -> Deployment:
    rows = project.deployments.select_related("project")
    return get_object_or_404(rows, pk=deployment_id)


def _place(told: Deployment) -> str:
    return place_words(told.latitude, told.longitude)


def _map(told: list[Deployment]) -> PointMap:
    points = [(one.latitude, one.longitude, one.name) for one in told if one.latitude is not None]
    return point_map("deployments", points)


def _moved(count: int) -> str:
    if not count:
        return _("The clock is kept. No photo has another time by it.")
    return ngettext(
        "The time of %(count)d photo is moved.", "The times of %(count)d photos are moved.", count
    ) % {"count": count}
