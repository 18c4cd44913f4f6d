"""What happened to a taxon and its facts, and going back."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from wildlife.species import versions
from wildlife.species.admin.base import person
from wildlife.species.admin.pages import Asking, may_change, may_see, page
from wildlife.species.models import Taxon

PER_PAGE = 30


def timeline(request: HttpRequest, model_admin: Any, object_id: str) -> HttpResponse:
    """Show who changed what and why, the newest first, also for a taxon that is gone."""
    may_see(request, model_admin)
    taxon = _taxon(unquote(object_id))
    found = versions.timeline(taxon)
    return page(
        request,
        model_admin,
        "history.html",
        _("History of %(taxon)s") % {"taxon": taxon},
        taxon=taxon,
        gone=not Taxon.objects.filter(pk=taxon.pk).exists(),
        shown=Paginator(found, PER_PAGE).get_page(request.GET.get("p")),
        may_change=model_admin.has_change_permission(request),
    )


def restore(request: HttpRequest, model_admin: Any, pk: int) -> HttpResponse:
    """Show how a taxon differs from what it was before a moment, and bring back what is chosen."""
    may_change(request, model_admin)
    taxon = get_object_or_404(Taxon, pk=pk)
    before = _moment(request.GET.get("before", ""))
    form = Asking(request.POST or None)
    if request.method == "POST" and form.is_valid():
        chosen = request.POST.getlist("row")
        reason = form.cleaned_data["reason"]
        try:
            number = versions.restore(taxon, before, chosen, by=person(request), reason=reason)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(
                request,
                _("%(number)d of %(all)d changes were taken back.")
                % {"number": number, "all": len(chosen)},
            )
            return redirect("admin:species_taxon_history", taxon.pk)
    edits = versions.difference(taxon, before)
    return page(
        request,
        model_admin,
        "restore.html",
        _("Back to what %(taxon)s was") % {"taxon": taxon},
        taxon=taxon,
        form=form,
        before=before,
        edits=edits,
        chosen=request.POST.getlist("row") if request.method == "POST" else [e.key for e in edits],
        start=request.path,
    )


def _taxon(object_id: str) -> Taxon:
    """Return a taxon, or what the history has of one that is gone."""
    if not object_id.isdecimal():
        raise Http404
    if taxon := Taxon.objects.filter(pk=object_id).first():
        return taxon
    record = Taxon.history.filter(id=object_id).first()
    if record is None:
        raise Http404
    gone: Taxon = record.instance
    return gone


def _moment(text: str) -> datetime:
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Http404
    return moment
