"""How long cameras were out, and how often each animal came by: as a table, a chart and a CSV."""

import csv
import io
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from wildlife.exchange.formats.base import cell
from wildlife.projects.effort import Effort, Rate, effort_of
from wildlife.projects.rights import project_or_404
from wildlife.species.models import Taxon
from wildlife.web.names import Name, names_of
from wildlife.web.projects.access import for_users

COLUMNS = ("deploymentID", "scientificName", "events", "trapNights", "eventsPer100TrapNights")


@dataclass(frozen=True, slots=True)
class Line:
    """A taxon with its rate. `per_100` is "" where no effort is known; `width` is its bar's."""

    name: Name
    events: int
    per_100: str
    width: str


@require_safe
@for_users
def effort(request: HttpRequest, slug: str) -> HttpResponse:
    """Trap-nights and rates of a project, or of one of its deployments."""
    project = project_or_404(request, slug)
    made = effort_of(project)
    rows = [(one, made[one.pk]) for one in project.deployments.only("pk", "name", "project")]
    chosen = _chosen(request, made)
    context = {
        "here": "projects",
        "tab": "deployments",
        "project": project,
        "rows": rows,
        "chosen": chosen,
        "effort": made[chosen],
        "lines": _lines(made[chosen].rates),
    }
    return render(request, "web/deployments/effort.html", context)


@require_safe
@for_users
def effort_table(request: HttpRequest, slug: str) -> HttpResponse:
    """The same as a table: a line per deployment and taxon, then the project's without a name."""
    project = project_or_404(request, slug)
    made = effort_of(project)
    names = {one.pk: one.name for one in project.deployments.only("pk", "name", "project")}
    taxa = _scientific(rate.taxon_id for rate in made[None].rates)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for key, one in made.items():
        for rate in one.rates:
            told = (
                names.get(key, "") if key else "",
                taxa[rate.taxon_id],
                rate.events,
                one.nights,
                rate.per_100_nights,
            )
            writer.writerow([cell(value) for value in told])
        if not one.rates:  # a camera that saw nothing was out all the same
            writer.writerow([names.get(key, "") if key else "", "", 0, cell(one.nights), ""])
    response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{project.slug}-effort.csv"'
    return response


def _chosen(request: HttpRequest, made: Mapping[UUID | None, Effort]) -> UUID | None:
    """Return the deployment that is asked for, None for the project. Raises Http404."""
    text = request.GET.get("deployment", "")
    if not text:
        return None
    with suppress(ValueError):
        if (pk := UUID(text)) in made:
            return pk
    raise Http404


def _scientific(ids: Iterable[int]) -> dict[int, str]:
    return dict(Taxon.objects.filter(pk__in=set(ids)).values_list("pk", "scientific_name"))


def _lines(rates: tuple[Rate, ...]) -> list[Line]:
    """Return the rates with names and bars, the largest first."""
    ids = [one.taxon_id for one in rates]
    slugs = dict(Taxon.objects.filter(pk__in=ids).values_list("pk", "slug"))
    names = names_of(slugs.values())
    most = max((one.per_100_nights or 0.0 for one in rates), default=0.0)
    return [
        Line(
            name=names[slugs[one.taxon_id]],
            events=one.events,
            per_100="" if one.per_100_nights is None else f"{one.per_100_nights:.2f}",
            width=f"{100 * (one.per_100_nights or 0.0) / most if most else 0.0:.1f}%",
        )
        for one in sorted(rates, key=lambda rate: -(rate.per_100_nights or 0.0))
    ]
