"""Pages that rename, move and merge a taxon: what will happen, and why it should."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminTextInputWidget

from wildlife.species import moves, paths
from wildlife.species.admin.base import TaxonField, person
from wildlife.species.admin.pages import Asking, back, may_change, page
from wildlife.species.countries import country_name
from wildlife.species.models import Range, Taxon
from wildlife.species.versions import FACTS

CHANGE = "admin:species_taxon_change"


class RenameForm(Asking):
    name = forms.CharField(
        label=gettext_lazy("New scientific name"),
        max_length=120,
        widget=UnfoldAdminTextInputWidget(),
    )


class MoveForm(Asking):
    parent = TaxonField(
        label=gettext_lazy("New parent"), help_text=gettext_lazy("Any of its names will find it.")
    )


class LeadForm(Asking):
    of = TaxonField(
        label=gettext_lazy("The taxon that it means"),
        help_text=gettext_lazy("Any of its names will find it."),
    )


class MergeWithForm(forms.Form):
    other = TaxonField(
        label=gettext_lazy("The other taxon"),
        help_text=gettext_lazy("Any of its names will find it."),
    )


class MergeForm(Asking):
    keep = forms.TypedChoiceField(
        label=gettext_lazy("Which one stays?"),
        coerce=int,
        widget=UnfoldAdminRadioSelectWidget(),
        help_text=gettext_lazy(
            "The other becomes a synonym; all that is said of it, and all photos identified as it, "
            "go over. Where both say something of the same thing, what stays keeps its word."
        ),
    )

    def __init__(self, pair: list[Taxon], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(one.pk, f"{one} ({one.slug})") for one in pair]
        self.fields["keep"].choices = choices  # type: ignore[attr-defined]


def rename(request: HttpRequest, model_admin: Any, pk: int) -> HttpResponse:
    """Give a taxon another name; the old one becomes its synonym."""
    may_change(request, model_admin)
    taxon = get_object_or_404(Taxon, pk=pk)
    form = RenameForm(request.POST or None, initial={"name": taxon.scientific_name})
    if request.method == "POST" and form.is_valid():
        name, reason = form.cleaned_data["name"], form.cleaned_data["reason"]
        try:
            moves.rename(taxon, name, by=person(request), reason=reason)
        except ValidationError as error:
            form.add_error("name", error.messages)
        else:
            messages.success(request, _("%(taxon)s has its new name.") % {"taxon": taxon})
            return redirect(CHANGE, taxon.pk)
    return page(
        request,
        model_admin,
        "ask.html",
        _("Rename %(taxon)s") % {"taxon": taxon},
        form=form,
        taxon=taxon,
        verb=_("Rename"),
        says=_(
            "The name it has now becomes its synonym, so that whoever looks for it still finds the "
            "taxon. Its address and all answers that name it stay as they are."
        ),
    )


def move(request: HttpRequest, model_admin: Any, pk: int) -> HttpResponse:
    """Hang a taxon, with all below it, under another parent."""
    may_change(request, model_admin)
    taxon = get_object_or_404(Taxon.objects.select_related("parent"), pk=pk)
    form = MoveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        parent, reason = form.cleaned_data["parent"], form.cleaned_data["reason"]
        try:
            moves.move(taxon, parent, by=person(request), reason=reason)
        except ValidationError as error:
            form.add_error("parent", error.messages)
        else:
            messages.success(
                request,
                _("%(taxon)s now belongs to %(parent)s.") % {"taxon": taxon, "parent": parent},
            )
            return redirect(back(request, f"../../tree/?at={taxon.pk}"))
    below = paths.descendants(taxon).count()
    return page(
        request,
        model_admin,
        "ask.html",
        _("Move %(taxon)s") % {"taxon": taxon},
        form=form,
        taxon=taxon,
        verb=_("Move"),
        says=ngettext(
            "It belongs to %(parent)s now. What is below it comes along: %(count)s taxon.",
            "It belongs to %(parent)s now. What is below it comes along: %(count)s taxa.",
            below,
        )
        % {"parent": taxon.parent or _("no other taxon"), "count": f"{below:,}"},
    )


def lead(request: HttpRequest, model_admin: Any, taxon: Taxon) -> HttpResponse:
    """Let a synonym lead to another taxon."""
    form = LeadForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        of, reason = form.cleaned_data["of"], form.cleaned_data["reason"]
        try:
            moves.become_synonym(taxon, of, by=person(request), reason=reason)
        except ValidationError as error:
            form.add_error("of", error.messages)
        else:
            messages.success(
                request, _("%(taxon)s is a synonym of %(of)s now.") % {"taxon": taxon, "of": of}
            )
            return redirect(CHANGE, taxon.pk)
    return page(
        request,
        model_admin,
        "ask.html",
        _("Let %(taxon)s mean another taxon") % {"taxon": taxon},
        form=form,
        taxon=taxon,
        verb=_("Change"),
        says=_("It is a synonym of %(of)s now.") % {"of": taxon.accepted},
    )


def merge_with(request: HttpRequest, model_admin: Any, pk: int) -> HttpResponse:
    """Ask with which other taxon one is to be merged."""
    may_change(request, model_admin)
    taxon = get_object_or_404(Taxon.objects.select_related("accepted"), pk=pk)
    if taxon.accepted is not None:
        return lead(request, model_admin, taxon)
    form = MergeWithForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return redirect("admin:species_taxon_merge", taxon.pk, form.cleaned_data["other"].pk)
    return page(
        request,
        model_admin,
        "ask.html",
        _("Merge %(taxon)s with another taxon") % {"taxon": taxon},
        form=form,
        taxon=taxon,
        verb=_("Compare the two"),
        says=_("The next page shows both side by side and asks which one stays."),
    )


def merge(request: HttpRequest, model_admin: Any, pk: int, other: int) -> HttpResponse:
    """Show two taxa side by side, and make one of them."""
    may_change(request, model_admin)
    taxa = Taxon.objects.select_related("parent", "accepted")
    pair = [get_object_or_404(taxa, pk=one) for one in (pk, other)]
    form = MergeForm(pair, request.POST or None)
    if request.method == "POST" and form.is_valid():
        keep, gone = sorted(pair, key=lambda one: one.pk != form.cleaned_data["keep"])
        try:
            moves.merge(keep, gone, by=person(request), reason=form.cleaned_data["reason"])
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(
                request, _("%(taxon)s is a synonym of %(of)s now.") % {"taxon": gone, "of": keep}
            )
            return redirect(CHANGE, keep.pk)
    return page(
        request,
        model_admin,
        "merge.html",
        _("Merge %(one)s and %(other)s") % {"one": pair[0], "other": pair[1]},
        form=form,
        pair=pair,
        rows=_side_by_side(pair),
    )


def _side_by_side(pair: list[Taxon]) -> list[tuple[str, list[list[str]]]]:
    """Return what there is to compare: a heading, and the lines that each taxon has of it."""
    rows = [
        (_("Rank"), [[one.get_rank_display()] for one in pair]),
        (_("Belongs to"), [[str(one.parent or "–")] for one in pair]),
        (_("Address"), [[one.slug] for one in pair]),
        (_("Directly below"), [[f"{one.children.count():,}"] for one in pair]),
        (_("Synonyms"), [[str(synonym) for synonym in one.synonyms.all()] for one in pair]),
    ]
    for model in FACTS:
        said = [
            [_line(row) for row in model._default_manager.filter(taxon=one)[:200]] for one in pair
        ]
        heading = str(model._meta.verbose_name_plural).removeprefix("taxon ")
        rows.append((heading.capitalize(), said))
    return [row for row in rows if any(row[1])]


def _line(row: Any) -> str:
    """Say what a fact says in one line."""
    if isinstance(row, Range):
        said = [
            country_name(row.country, get_language() or "en"),
            row.region,
            str(row.get_presence_display()).lower(),
        ]
    else:
        extra = (getattr(row, name, "") or "" for name in ("language", "year", "country"))
        said = [str(row), *map(str, extra)]
    return " · ".join(filter(None, said))
