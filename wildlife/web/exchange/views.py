"""Exports: asked for, watched, downloaded, deleted; each by the one who asked."""

from http import HTTPStatus
from urllib.parse import parse_qsl
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wildlife.exchange import jobs
from wildlife.exchange.formats import FORMATS
from wildlife.exchange.models import ExportJob
from wildlife.library.wish import Wish
from wildlife.projects.models import Project
from wildlife.projects.rights import project_or_404
from wildlife.web.exchange.forms import ExportForm
from wildlife.web.projects.access import for_users, user_of

PER_PAGE = 25
EVERY = 1500
"""Milliseconds after which a list with an export at work asks again."""


@require_http_methods(["GET", "HEAD", "POST"])
@for_users
def exports(request: HttpRequest, slug: str = "") -> HttpResponse:
    """Somebody's exports of a project's photos or of their own, and the form of a new one."""
    project = project_or_404(request, slug) if slug else None
    wish = Wish.from_query(dict(request.GET.items()))
    form = ExportForm(request.POST or None, initial={"query": wish.query})
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        wish = Wish.from_query(dict(parse_qsl(told["query"].removeprefix("?"))))
        site = request.build_absolute_uri("/").rstrip("/")
        try:
            jobs.ask(user_of(request), project, told["format"], wish, site)
        except jobs.WrongExport as reason:
            form.add_error(None, str(reason))
        else:
            return redirect(_address(project))
    return _shown(request, project, form, chosen=bool(wish.without("project").chosen))


def _shown(
    request: HttpRequest,
    project: Project | None,
    form: ExportForm,
    *,
    chosen: bool = False,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    rows = jobs.exports_for(request.user).filter(project=project)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        **_context(project),
        "form": form,
        "chosen": chosen,
        "page": page,
        "rows": [(one, FORMATS[one.format].title) for one in page],
        "every": EVERY if any(one.is_at_work for one in page) else 0,
    }
    template = "_list.html" if request.htmx else "all.html"  # type: ignore[attr-defined]
    return render(request, f"web/exchange/{template}", context, status=status)


@require_safe
@login_required
@never_cache
def download(request: HttpRequest, exported: UUID) -> HttpResponseBase:
    """The file of an export, streamed to who asked for it and to nobody else.

    409 with the list, where it tells more than they may see now and is being made again.
    """
    job = _export(request, exported)
    if jobs.refresh(job):
        messages.warning(request, str(jobs.MADE_AGAIN))
        return _shown(request, job.project, ExportForm(), status=HTTPStatus.CONFLICT)
    try:
        stored = job.file.open("rb")
    except (FileNotFoundError, ValueError) as error:
        raise Http404 from error
    media_type = FORMATS[job.format].media_type
    return FileResponse(
        stored, as_attachment=True, filename=jobs.filename(job), content_type=media_type
    )


@require_POST
@for_users
def delete(request: HttpRequest, exported: UUID) -> HttpResponse:
    """Delete an export, or stop the one that is being made."""
    job = _export(request, exported)
    jobs.delete([job])
    messages.success(request, _("The export is deleted."))
    return redirect(_address(job.project))


def _export(request: HttpRequest, exported: UUID) -> ExportJob:
    return get_object_or_404(jobs.exports_for(request.user), pk=exported)


def _address(project: Project | None) -> str:
    if project is None:
        return reverse("web:exports:all")
    return reverse("web:projects:exports", args=[project.slug])


def _context(project: Project | None) -> dict[str, object]:
    return {
        "here": "library" if project is None else "projects",
        "tab": "exports",
        "project": project,
        "address": _address(project),
        "base": "web/base.html" if project is None else "web/projects/base.html",
    }
