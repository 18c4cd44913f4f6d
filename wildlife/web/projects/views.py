"""The list of projects, a new one, its overview, and the log of what was done in it."""

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from wildlife.projects.models import Activity, Membership, Project
from wildlife.projects.rights import Right, project_or_404, projects_with, rights_in
from wildlife.projects.services import create, may_create
from wildlife.web import pages
from wildlife.web.projects.access import for_users, user_of
from wildlife.web.projects.forms import NewProjectForm
from wildlife.web.projects.numbers import last_uploads_of, numbers_of, with_counts
from wildlife.web.projects.sentences import KINDS, lines_of
from wildlife.web.projects.tabs import library_of

PROJECTS_PER_PAGE = 50
LINES_PER_PAGE = 50
LAST_LINES = 8


@require_safe
@never_cache
def all_projects(request: HttpRequest) -> HttpResponse:
    """The projects that a reader is in, to staff all; guests read what projects are."""
    context: dict[str, object] = {"here": "projects", "may_create": may_create(request.user)}
    if request.user.is_authenticated:
        mine = Membership.objects.filter(project=OuterRef("pk"), user=request.user.pk)
        projects = with_counts(projects_with(request.user))
        rows = projects.annotate(role=Subquery(mine.values("role")))
        context["page"] = Paginator(rows, PROJECTS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "web/projects/all.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_users
def new(request: HttpRequest) -> HttpResponse:
    """Make a project."""
    user = user_of(request)
    allowed = may_create(user)
    form = NewProjectForm(request.POST or None)
    if request.method == "POST" and allowed and form.is_valid():
        told = form.cleaned_data
        return redirect(create(user, told["name"], description=told["description"]))
    context = {"here": "projects", "form": form, "allowed": allowed}
    return render(request, "web/projects/new.html", context, status=200 if allowed else 403)


@require_safe
@for_users
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """How a project stands."""
    project = project_or_404(request, slug)
    rights = rights_in(request.user, project)
    activities = project.activities.select_related("by")[:LAST_LINES]
    context = {
        "here": "projects",
        "tab": "page",
        "project": project,
        "numbers": numbers_of(project),
        "uploads": last_uploads_of(project),
        "lines": list(lines_of(activities)),
        "library": library_of(project),
        "may_upload": Right.UPLOAD in rights,
        "may_manage": Right.MANAGE in rights,
        "may_review": Right.REVIEW in rights,
    }
    return render(request, "web/projects/page.html", context)


@require_safe
@for_users
def upload(request: HttpRequest, slug: str) -> HttpResponse:
    """Drop photos for a project."""
    project = project_or_404(request, slug, Right.UPLOAD)
    context = {
        "here": "projects",
        "tab": "photos",
        "project": project,
        "upload_for": project,
        "upload_deployments": project.deployments.only("pk", "name", "project"),
        "obstacle": pages.obstacle(),
    }
    return render(request, "web/projects/upload.html", context)


@require_safe
@for_users
def activity(request: HttpRequest, slug: str) -> HttpResponse:
    """Who did what in a project, the newest first; narrowed to a kind, or to a person."""
    project = project_or_404(request, slug)
    rows = Activity.objects.filter(project=project).select_related("by")
    kind, by = request.GET.get("kind", ""), request.GET.get("by", "")[:150]
    if kind in KINDS:
        rows = rows.filter(verb__in=KINDS[kind][1])
    if by:
        rows = rows.filter(by__username=by)
    shown = Paginator(rows, LINES_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "here": "projects",
        "tab": "page",
        "project": project,
        "page": shown,
        "lines": list(lines_of(shown.object_list)),
        "kinds": [(key, words) for key, (words, _verbs) in KINDS.items()],
        "kind": kind if kind in KINDS else "",
        "people": _people(project),
        "by": by,
        "query": f"{urlencode({'kind': kind, 'by': by})}&",
    }
    return render(request, "web/projects/activity.html", context)


def _people(project: Project) -> list[str]:
    """Return the names of all who did something in a project."""
    named = Activity.objects.filter(project=project, by__isnull=False).order_by()
    return sorted(named.values_list("by__username", flat=True).distinct())
