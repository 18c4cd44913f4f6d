"""Imports of answers: into a project by who curates it, or into one's own photos."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wildlife.exchange.imports import jobs
from wildlife.exchange.imports.entries import WrongFile
from wildlife.exchange.imports.models import Import
from wildlife.exchange.imports.problems import table
from wildlife.projects.models import Project
from wildlife.projects.rights import Right, project_or_404
from wildlife.web.importing import wording
from wildlife.web.importing.forms import ImportForm, refused
from wildlife.web.projects.access import for_users, user_of

IMPORTS_PER_PAGE = 50
PROBLEMS_SHOWN = 100
EVERY = 1500
"""Milliseconds after which the page of an import at work asks again."""


@require_http_methods(["GET", "HEAD", "POST"])
@for_users
def imports(request: HttpRequest, slug: str = "") -> HttpResponse:
    """What was imported, and the form of a new import."""
    project = _project(request, slug)
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            job = jobs.start(told["file"], user_of(request), project, told["time_zone"])
        except WrongFile as reason:
            refused(form, reason)
        else:
            return redirect(_address(job))
    rows = jobs.imports_for(request.user).filter(project=project)
    page = Paginator(rows, IMPORTS_PER_PAGE).get_page(request.GET.get("page"))
    context = {**_context(project), "form": form, "page": page}
    context["rows"] = [(one, _address(one), wording.format_of(one)) for one in page]
    return render(request, "web/importing/all.html", context)


@require_safe
@for_users
def page(request: HttpRequest, import_id: UUID, slug: str = "") -> HttpResponse:
    """One import: what it would do, how far it is, what it did."""
    job = _import(request, import_id, slug)
    template = "web/importing/_standing.html" if request.htmx else "web/importing/page.html"  # type: ignore[attr-defined]
    context = {
        **_context(job.project),
        "job": job,
        "format": wording.format_of(job),
        "headline": wording.headline(job),
        "sentences": list(wording.sentences(job)) if job.position or job.counts else [],
        "problems": job.problems.all()[:PROBLEMS_SHOWN],
        "changes": wording.changes_something(job),
        "every": EVERY if job.is_at_work else 0,
        "address": _address(job),
    }
    return render(request, template, context)


@require_POST
@for_users
def confirm(request: HttpRequest, import_id: UUID, slug: str = "") -> HttpResponse:
    job = _import(request, import_id, slug)
    if not jobs.confirm(job):
        messages.error(request, _("This import does not wait for a confirmation."))
    return redirect(_address(job))


@require_POST
@for_users
def cancel(request: HttpRequest, import_id: UUID, slug: str = "") -> HttpResponse:
    job = _import(request, import_id, slug)
    if not jobs.cancel(job):
        messages.error(request, _("This import has ended already."))
    return redirect(_address(job))


@require_safe
@for_users
def problems(request: HttpRequest, import_id: UUID, slug: str = "") -> HttpResponse:
    """What could not be taken, as a table: of so many at most that it is no large one."""
    job = _import(request, import_id, slug)
    response = HttpResponse("".join(table(job)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="problems.csv"'
    return response


def _project(request: HttpRequest, slug: str) -> Project | None:
    return project_or_404(request, slug, Right.CURATE) if slug else None


def _import(request: HttpRequest, import_id: UUID, slug: str) -> Import:
    rows = jobs.imports_for(request.user).filter(project=_project(request, slug))
    return get_object_or_404(rows, pk=import_id)


def _address(job: Import) -> str:
    if job.project is None:
        return reverse("web:imports:page", args=[job.pk])
    return reverse("web:projects:import", args=[job.project.slug, job.pk])


def _context(project: Project | None) -> dict[str, object]:
    here = "library" if project is None else "projects"
    all_of = (
        reverse("web:imports:all")
        if project is None
        else reverse("web:projects:imports", args=[project.slug])
    )
    base = "web/base.html" if project is None else "web/projects/base.html"
    return {"here": here, "tab": "imports", "project": project, "all_of": all_of, "base": base}
