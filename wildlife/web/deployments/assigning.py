"""Photos that have no deployment yet come to one: by folder, or by when and where."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from wildlife.photos.assigning import Plan, carry_out, plan_by_folder, plan_by_time
from wildlife.photos.models import Photo
from wildlife.projects.activities import note
from wildlife.projects.models import Project
from wildlife.projects.rights import Right, project_or_404
from wildlife.web.projects.access import for_users
from wildlife.web.projects.tabs import library_of

_WAYS: Mapping[str, tuple[Callable[[Project], Plan], object]] = {
    "folder": (plan_by_folder, gettext_lazy("By the folder they lay in")),
    "time": (plan_by_time, gettext_lazy("By when and where they were taken")),
}


@dataclass(frozen=True, slots=True)
class Planned:
    """What one way would do: how many photos come to which deployment, the most first."""

    title: object
    plan: Plan
    homes: list[tuple[str, int]]


@require_http_methods(["GET", "HEAD", "POST"])
@for_users
def assign_photos(request: HttpRequest, slug: str) -> HttpResponse:
    """Choose a way, see what it would do, and let it be done."""
    project = project_or_404(request, slug, Right.CURATE)
    told = request.POST if request.method == "POST" else request.GET
    way = told.get("by", "")
    planned = _planned(project, way) if way in _WAYS else None
    if request.method == "POST" and planned is not None:
        count = carry_out(planned.plan)
        if count:
            note(project, "photos_assigned", request.user, count=count)
        messages.success(
            request,
            ngettext("%(count)s photo is assigned.", "%(count)s photos are assigned.", count)
            % {"count": f"{count:,}"},
        )
        return redirect("web:projects:deployments", slug)
    if request.method == "POST":
        messages.error(request, _("Choose how the photos are to be assigned."))
    context = {
        "here": "projects",
        "tab": "deployments",
        "project": project,
        "ways": [(key, title) for key, (_plan, title) in _WAYS.items()],
        "way": way if planned else "",
        "planned": planned,
        "homeless": Photo.objects.filter(project=project, deployment=None).count(),
        "deployments": project.deployments.exists(),
        "library": library_of(project),
    }
    return render(request, "web/deployments/assign.html", context)


def _planned(project: Project, way: str) -> Planned:
    make, title = _WAYS[way]
    plan = make(project)
    names = dict(project.deployments.values_list("pk", "name"))
    homes = [(names.get(pk, ""), len(ids)) for pk, ids in plan.photos.items()]
    return Planned(title, plan, sorted(homes, key=lambda home: (-home[1], home[0])))
