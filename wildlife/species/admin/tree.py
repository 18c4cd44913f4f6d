"""The tree browser: level by level, a branch at a time."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count
from django.db.models.functions import Upper
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from wildlife.species import paths
from wildlife.species.admin.pages import may_see, page, partial
from wildlife.species.models import CommonName, ConservationAssessment, Taxon

LEVEL = 100
"""So many taxa of a level are shown at once; more come on demand."""


@dataclass(slots=True)
class Branch:
    """A taxon in the tree with what is said of it there."""

    taxon: Taxon
    children: int = 0
    name: str = ""
    category: str = ""
    open: "Level | None" = None
    here: bool = False


@dataclass(slots=True)
class Level:
    """Some taxa with the same parent; `next` is where the rest begins, 0 where there is none."""

    parent: Taxon | None
    branches: list[Branch] = field(default_factory=list)
    next: int = 0


def tree(request: HttpRequest, model_admin: Any) -> HttpResponse:
    """Show the roots, and where the address names a taxon, the branch down to it."""
    may_see(request, model_admin)
    at = None
    if wanted := request.GET.get("at", ""):
        at = get_object_or_404(Taxon.objects.select_related("accepted"), pk=_number(wanted))
        at = at.accepted or at
    return page(
        request,
        model_admin,
        "tree.html",
        _("Tree of taxa"),
        level=_opened(at),
        at=at,
        may_change=model_admin.has_change_permission(request),
    )


def branch(request: HttpRequest, model_admin: Any, pk: int) -> HttpResponse:
    """Answer with the taxa right below one, for the page to hang in."""
    may_see(request, model_admin)
    parent = get_object_or_404(Taxon, pk=pk)
    start = _number(request.GET.get("start", ""))
    return partial(
        request,
        "_branches.html" if start else "_level.html",
        level=level(parent, start),
        may_change=model_admin.has_change_permission(request),
    )


def level(parent: Taxon | None, start: int = 0, include: int | None = None) -> Level:
    """Return a part of the taxa right below one, or of the roots; `include` is among them."""
    # Sorted by an expression, so that no database walks through all names to find a few roots.
    rows = Taxon.objects.filter(parent=parent, accepted=None).order_by(
        Upper("scientific_name"), "pk"
    )
    found = list(rows[start : start + LEVEL + 1])
    more = start + LEVEL if len(found) > LEVEL else 0
    found = found[:LEVEL]
    if include is not None and include not in {taxon.pk for taxon in found}:
        found += rows.filter(pk=include)
    return Level(parent, _branches(found), more)


def _branches(taxa: Sequence[Taxon]) -> list[Branch]:
    """Add children's number, English name and category, in a query each."""
    ids = [taxon.pk for taxon in taxa]
    below = Taxon.objects.filter(parent_id__in=ids).order_by().values_list("parent_id")
    children = dict(below.annotate(Count("pk")))
    spoken = CommonName.objects.filter(taxon_id__in=ids, language="en", preferred=True)
    names = dict(spoken.values_list("taxon_id", "name"))
    worldwide = ConservationAssessment.objects.filter(taxon_id__in=ids, country="")
    # The newest comes last and stays.
    status = dict(worldwide.order_by("year", "pk").values_list("taxon_id", "category"))
    return [
        Branch(one, children.get(one.pk, 0), names.get(one.pk, ""), status.get(one.pk, ""))
        for one in taxa
    ]


def _opened(at: Taxon | None) -> Level:
    """Return the roots, with the branch that leads to a taxon opened."""
    line = [*paths.ancestors(at), at.pk] if at else []
    above = Taxon.objects.in_bulk(line)
    top = level(None, include=line[0] if line else None)
    lowest = top
    for place, pk in enumerate(line):
        found = next(one for one in lowest.branches if one.taxon.pk == pk)
        found.here = place == len(line) - 1
        if found.children:
            below = line[place + 1] if not found.here else None
            found.open = lowest = level(above[pk], include=below)
    return top


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 12 else 0
