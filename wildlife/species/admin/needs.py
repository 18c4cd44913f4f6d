"""The page of what needs a curator's attention."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wildlife.species import labels, paths
from wildlife.species.admin.pages import may_see, page
from wildlife.species.admin.paging import MOST_MATCHES
from wildlife.species.attention import CHECKS, COUNTED, Check, accepted, count
from wildlife.species.models import CommonName, ConservationAssessment, Taxon

PER_PAGE = 50
BRANCHES = {
    "mammalia": gettext_lazy("Mammals"),
    "aves": gettext_lazy("Birds"),
    "reptilia": gettext_lazy("Reptiles"),
    "amphibia": gettext_lazy("Amphibians"),
    "actinopterygii": gettext_lazy("Fish"),
    "insecta": gettext_lazy("Insects"),
    "arachnida": gettext_lazy("Arachnids"),
}
SCOPES = {"named": gettext_lazy("Taxa that models can name"), "all": gettext_lazy("All taxa")}


@dataclass(frozen=True, slots=True)
class Tally:
    check: Check
    said: str
    here: bool
    address: str


@dataclass(frozen=True, slots=True)
class Row:
    taxon: Taxon
    name: str
    category: str


def needs(request: HttpRequest, model_admin: Any) -> HttpResponse:
    """Show how many taxa each check finds, and those of the chosen one, page by page."""
    may_see(request, model_admin)
    scope = _one_of(request.GET.get("scope"), SCOPES, "named")
    branch = _one_of(request.GET.get("branch"), BRANCHES, "")
    taxa = _taxa(scope, branch)
    # Of all taxa, which may be half a million, only the chosen check is counted.
    numbers = {key: count(check, taxa) for key, check in CHECKS.items() if scope == "named"}
    first = next((key for key, number in numbers.items() if number), "no-category")
    chosen = CHECKS[_one_of(request.GET.get("check"), CHECKS, first)]
    found = chosen.find(taxa).order_by("scientific_name", "pk").values_list("pk", flat=True)
    ids = list(found[: MOST_MATCHES + 1])
    shown = Paginator(ids[:MOST_MATCHES], PER_PAGE).get_page(request.GET.get("p"))
    numbers.setdefault(chosen.key, len(ids))
    kept = {"scope": scope, "branch": branch}
    return page(
        request,
        model_admin,
        "needs.html",
        _("Needs attention"),
        tallies=[_tally(check, numbers.get(check.key), chosen, kept) for check in CHECKS.values()],
        unknown_labels=len(labels.unknown()),
        chosen=chosen,
        shown=shown,
        said=f"{len(ids):,}"
        if len(ids) <= MOST_MATCHES
        else _("more than %(count)s") % {"count": f"{MOST_MATCHES:,}"},
        rows=_rows(list(shown)),
        scope=scope,
        scopes=SCOPES,
        branch=branch,
        branches=BRANCHES,
        address=urlencode(kept | {"check": chosen.key}),
    )


def _taxa(scope: str, branch: str) -> Any:
    taxa = accepted()
    if scope == "named":
        taxa = taxa.filter(pk__in=labels.nameable())
    if branch:
        top = Taxon.objects.filter(slug=branch).first()
        if top is None or not top.path:
            return taxa.none()
        taxa = taxa.filter(paths.starting_with("path", top.path))
    return taxa


def _tally(check: Check, number: int | None, chosen: Check, kept: dict[str, str]) -> Tally:
    said = f"{number:,}" if number is not None and number <= COUNTED else f"{COUNTED:,}+"
    if number is None:
        said = ""
    return Tally(check, said, check is chosen, urlencode(kept | {"check": check.key}))


def _rows(ids: list[int]) -> list[Row]:
    taxa = Taxon.objects.select_related("parent").in_bulk(ids)
    spoken = CommonName.objects.filter(taxon_id__in=ids, language="en", preferred=True)
    names = dict(spoken.values_list("taxon_id", "name"))
    worldwide = ConservationAssessment.objects.filter(taxon_id__in=ids, country="")
    status = dict(worldwide.order_by("year", "pk").values_list("taxon_id", "category"))
    return [
        Row(one, names.get(one.pk, ""), status.get(one.pk, "")) for one in map(taxa.get, ids) if one
    ]


def _one_of(asked: str | None, known: Any, otherwise: str) -> str:
    return asked if asked in known else otherwise  # type: ignore[return-value]
