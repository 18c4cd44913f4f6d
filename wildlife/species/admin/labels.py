"""The page of what the labels of each release stand for, and the decisions on them."""

from collections import Counter
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminRadioSelectWidget

from wildlife.species import labels as meanings
from wildlife.species.admin.base import CuratedAdmin, TaxonField, person, rank_word
from wildlife.species.admin.pages import Asking, may_see, page, partial
from wildlife.species.labels import State
from wildlife.species.models import LabelDecision
from wildlife.species.names import fold

PER_PAGE = 50
SAID = {
    State.UNKNOWN: gettext_lazy("Unknown"),
    State.DECIDED: gettext_lazy("Decided"),
    State.SYNONYM: gettext_lazy("By a synonym"),
    State.NAMED: gettext_lazy("By its name"),
    State.NOTHING: gettext_lazy("No animal"),
}
OTHER, NOTHING, NAMES = "other", "nothing", "names"


class DecisionForm(Asking):
    """What a label stands for: one of the suggested taxa, another one, none, or as names say."""

    choice = forms.ChoiceField(
        label=gettext_lazy("It stands for"), widget=UnfoldAdminRadioSelectWidget()
    )
    taxon = TaxonField(
        label=gettext_lazy("Another taxon"),
        required=False,
        help_text=gettext_lazy("Any of its names will find it."),
    )

    def __init__(
        self, suggested: list[meanings.Suggestion], decided: bool, *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(one.taxon_id), _worded(one)) for one in suggested]
        choices += [(OTHER, _("Another taxon, chosen below")), (NOTHING, _("No taxon"))]
        if decided:
            choices.append((NAMES, _("What its name says: take the decision back")))
        self.fields["choice"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("choice") == OTHER and not values.get("taxon"):
            self.add_error("taxon", _("Choose the taxon."))
        return values


def labels(request: HttpRequest, model_admin: Any) -> HttpResponse:
    """Show the labels of a release, those that stand for nothing known first."""
    may_see(request, model_admin)
    cards = {card.key: card for card in meanings.naming_cards()}
    card = cards.get(request.GET.get("release", "")) or next(iter(cards.values()), None)
    found = meanings.readings(card) if card else []
    tally = Counter(reading.state for reading in found)
    state = request.GET.get("state", "")
    asked = fold(request.GET.get("q", ""))
    found = [
        one
        for one in found
        if (not state or one.state == state)
        and (not asked or asked in fold(f"{one.label.text} {one.label.taxon}"))
    ]
    order = list(SAID)
    found.sort(key=lambda one: (order.index(one.state), one.label.index))
    kept = {"release": card.key if card else "", "q": request.GET.get("q", "")}
    return page(
        request,
        model_admin,
        "labels.html",
        _("Labels of models"),
        cards=list(cards.values()),
        card=card,
        shown=Paginator(found, PER_PAGE).get_page(request.GET.get("p")),
        states=[(key, said, tally[key]) for key, said in SAID.items()],
        state=state,
        q=request.GET.get("q", ""),
        address=urlencode(kept),
        may_decide=_may_decide(request),
    )


def decide(request: HttpRequest, model_admin: Any) -> HttpResponse:
    """Ask what one label stands for, with suggestions."""
    may_see(request, model_admin)
    if not _may_decide(request):
        raise PermissionDenied
    name, text = request.GET.get("label", ""), request.GET.get("text", "")
    decision = LabelDecision.objects.filter(label=name).select_related("taxon").first()
    suggested = meanings.suggestions([name, text])
    first = str(suggested[0].taxon_id) if suggested else OTHER
    form = DecisionForm(
        suggested, decision is not None, request.POST or None, initial={"choice": first}
    )
    if request.method == "POST" and form.is_valid():
        _write(request, name, form.cleaned_data)
        messages.success(
            request, _("From the next identification on “%(name)s” goes by that.") % {"name": name}
        )
        release = urlencode({"release": request.GET.get("release", "")})
        return redirect(f"{reverse('admin:species_taxon_labels')}?{release}")
    so_far = (
        " " + _("Decided so far: %(taxon)s.") % {"taxon": decision.taxon or _("no taxon")}
        if decision
        else ""
    )
    return page(
        request,
        model_admin,
        "ask.html",
        _("What “%(name)s” stands for") % {"name": name},
        form=form,
        verb=_("Decide"),
        says=_(
            "A model calls it “%(text)s”. The decision holds for this label in every release, "
            "also in those to come."
        )
        % {"text": text}
        + so_far,
    )


def suggest(request: HttpRequest, model_admin: Any) -> HttpResponse:
    """Answer with what a label may stand for, for its row in the list."""
    may_see(request, model_admin)
    name, text = request.GET.get("label", ""), request.GET.get("text", "")
    found = meanings.suggestions([name, text], limit=3)
    return partial(request, "_suggestions.html", suggested=found)


def _write(request: HttpRequest, name: str, said: dict[str, Any]) -> None:
    by, reason, choice = person(request), said["reason"], said["choice"]
    if choice == NAMES:
        meanings.withdraw(name, by=by, reason=reason)
        return
    taxon = said["taxon"] if choice == OTHER else None
    if choice not in (OTHER, NOTHING):
        taxon = TaxonField().clean(choice)
    meanings.decide(name, taxon, by=by, reason=reason)


def _worded(one: meanings.Suggestion) -> str:
    name = f"{one.scientific_name} · {one.common_name}" if one.common_name else one.scientific_name
    return f"{name} ({rank_word(one.rank)}): {one.why}"


def _may_decide(request: HttpRequest) -> bool:
    allowed = ("species.add_labeldecision", "species.change_labeldecision")
    return request.user.has_perms(allowed)


@admin.register(LabelDecision)
class LabelDecisionAdmin(CuratedAdmin):
    """All decisions so far, also on labels of releases that are gone."""

    list_display = ["label", "taxon"]
    list_select_related = ["taxon"]
    search_fields = ["label", "taxon__scientific_name"]
    fields = ["label", "taxon"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["label"] if obj else []
