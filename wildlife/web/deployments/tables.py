"""Deployments as a CSV: out, and in with a preview."""

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from wildlife.exchange.deployments import Reading, carry_out, read, write
from wildlife.exchange.formats.camtrap_dp import DEPLOYMENTS
from wildlife.projects.rights import Right, may, project_or_404
from wildlife.web.deployments.forms import TableForm
from wildlife.web.projects.access import for_users

SHOWN = 100
"""Rows, and problems, that a preview lists."""


@require_safe
@for_users
def export_table(request: HttpRequest, slug: str) -> HttpResponse:
    """The deployments with Camtrap DP's columns."""
    project = project_or_404(request, slug)
    exact = may(request.user, Right.SEE_PLACES, project)
    response = HttpResponse(
        write(project.deployments.all(), exact=exact), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{project.slug}-deployments.csv"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@for_users
def import_table(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what a table would do; what is right in it is kept once somebody says so."""
    project = project_or_404(request, slug, Right.CURATE)
    last = project.deployments.order_by("-created_at").first()
    form = TableForm(
        request.POST or None,
        request.FILES or None,
        initial={"zone": last.time_zone if last else "UTC"},
    )
    reading: Reading | None = None
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        reading = read(project, told["table"], told["zone"])
        if "sure" in request.POST:
            try:
                count = carry_out(reading, project, request.user)
            except IntegrityError:
                told_again = _("Somebody else changed the deployments just now. Look once more.")
                messages.error(request, told_again)
                reading = read(project, told["table"], told["zone"])
            else:
                messages.success(request, _kept(count))
                return redirect("web:projects:deployments", slug)
    context = {
        "here": "projects",
        "tab": "deployments",
        "project": project,
        "form": form,
        "reading": reading,
        "new": reading.new[:SHOWN] if reading else (),
        "changed": reading.changed[:SHOWN] if reading else (),
        "problems": reading.problems[:SHOWN] if reading else (),
        "columns": DEPLOYMENTS,
    }
    return render(request, "web/deployments/import.html", context)


def _kept(count: int) -> str:
    return ngettext(
        "%(count)s deployment is imported.", "%(count)s deployments are imported.", count
    ) % {"count": f"{count:,}"}
