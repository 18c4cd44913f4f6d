"""How good the answers are, what accepting by itself would do, and setting that."""

import csv
import io
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from wildlife.exchange.formats.base import cell
from wildlife.projects import services
from wildlife.projects.models import Project
from wildlife.projects.rights import Right, may, project_or_404
from wildlife.review.figures import figures_of
from wildlife.review.judged import waiting
from wildlife.review.quality import THRESHOLDS, Quality
from wildlife.web.projects.access import for_users
from wildlife.web.quality.chart import curve_of
from wildlife.web.quality.forms import AcceptAboveForm
from wildlife.web.quality.rows import (
    COLUMNS,
    Labels,
    label_lines,
    line_of,
    pairs_of,
    table_of,
    would,
)

USUAL = 95
"""Percent, where a project has set nothing."""
MOST_LABELS, MOST_PAIRS = 100, 12


@require_safe
@for_users
def quality(request: HttpRequest, slug: str) -> HttpResponse:
    """All figures; only what accepting would do, where the slider asks."""
    project = project_or_404(request, slug)
    figures = figures_of(project)
    context: dict[str, Any] = {
        "here": "projects",
        "tab": "quality",
        "project": project,
        "figures": figures,
        "manages": may(request.user, Right.MANAGE, project),
        "set": _percent(project),
    }
    if figures is None:
        return render(request, "web/quality/page.html", context)
    made = figures.quality
    context["would"] = _would(request, project, made)
    if request.headers.get("HX-Request") and "whole" not in request.GET:
        return render(request, "web/quality/_would.html", context)
    shown, pairs = made.labels[:MOST_LABELS], made.confusions[:MOST_PAIRS]
    named = [one.label for one in shown] + [x for one in pairs for x in (one.said, one.truth)]
    labels = Labels(named)
    context |= {
        "cases": made.cases,
        "left_out": figures.left_out,
        "whole": line_of(_("All together"), made.whole),
        "unknown": made.whole.unknown,
        "experts": [line_of(name, score) for name, score in made.experts.items()],
        "labels": label_lines(shown, labels),
        "more": len(made.labels) - len(shown),
        "pairs": pairs_of(pairs, labels),
        "curve": curve_of(made.curve),
        "percents": (THRESHOLDS[0], THRESHOLDS[-1]),
    }
    return render(request, "web/quality/page.html", context)


@require_safe
@for_users
def table(request: HttpRequest, slug: str) -> HttpResponse:
    """The figures as CSV, shares from 0 to 1 with their intervals and counts."""
    project = project_or_404(request, slug)
    figures = figures_of(project)
    if figures is None:
        messages.info(request, _("The figures are being counted. Try again in a minute."))
        return redirect("web:projects:quality", slug)
    made = figures.quality
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in table_of(made, Labels(one.label for one in made.labels)):
        writer.writerow([cell(value) for value in row])
    response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{project.slug}-quality.csv"'
    return response


@require_POST
@for_users
def accept_above(request: HttpRequest, slug: str) -> HttpResponse:
    """Set from which sureness on answers are accepted by themselves; nothing for none."""
    project = project_or_404(request, slug, Right.MANAGE)
    form = AcceptAboveForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose a number from 50 to 100."))
        return redirect("web:projects:quality", slug)
    percent: int | None = form.cleaned_data["percent"]
    services.change(
        project, request.user, {"accept_above": None if percent is None else percent / 100}
    )
    if percent is None:
        messages.success(request, _("From now on nothing is accepted by itself."))
    else:
        told = {"percent": percent}
        messages.success(
            request, _("Answers that are at least %(percent)d%% sure are accepted.") % told
        )
    return redirect("web:projects:quality", slug)


def _would(request: HttpRequest, project: Project, made: Quality) -> Any:
    text = request.GET.get("above", "")
    percent = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else None
    if percent not in THRESHOLDS:
        percent = _percent(project) or USUAL
    assert percent is not None
    return would(made.acceptances[percent], *waiting(project, percent / 100))


def _percent(project: Project) -> int | None:
    return None if project.accept_above is None else round(project.accept_above * 100)
