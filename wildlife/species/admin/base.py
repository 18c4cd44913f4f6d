"""What all curated tables share: a reason for each change, and choosing a taxon by any name."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextInputWidget

from wildlife.species import index, tracked
from wildlife.species.admin.paging import QuickPaginator
from wildlife.species.models import CommonName, Taxon
from wildlife.species.search import search

REASON_ROOM = 100
"""Characters that the history has for a reason."""


class ReasonField(forms.CharField):
    """Why something is changed, for the history."""

    def __init__(self, **kwargs: Any) -> None:
        hint = _("New assessment of 2025, typing mistake, as in the checklist of …")
        defaults: dict[str, Any] = {
            "label": _("Why"),
            "max_length": REASON_ROOM,
            "help_text": _("The history shows it to everybody who curates."),
            "widget": UnfoldAdminTextInputWidget(attrs={"placeholder": hint}),
        }
        super().__init__(**defaults | kwargs)


class ReasonForm(forms.ModelForm):
    """Asks why, wherever a row is changed; that one is added explains itself."""

    reason = ReasonField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = self.instance.pk is not None


class TaxonSelect(AutocompleteSelect):
    """Finds accepted taxa by any of their names, the best match first."""

    def __init__(
        self, field: Any = None, admin_site: Any = admin.site, *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(field or CommonName._meta.get_field("taxon"), admin_site, *args, **kwargs)

    def get_url(self) -> str:
        return reverse(f"{self.admin_site.name}:species_taxon_find")


class TaxonField(forms.ModelChoiceField):
    """A taxon, chosen by any of its names."""

    def __init__(self, **kwargs: Any) -> None:
        defaults: dict[str, Any] = {"queryset": Taxon.objects.all(), "widget": TaxonSelect()}
        super().__init__(**defaults | kwargs)


class ChoosesTaxa:
    """For admin pages and inlines: each foreign key to a taxon becomes a TaxonSelect."""

    def formfield_for_foreignkey(
        self, db_field: "models.ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> "forms.ModelChoiceField[Any] | None":
        if db_field.related_model is Taxon and "widget" not in kwargs:
            kwargs["widget"] = TaxonSelect(db_field, self.admin_site)  # type: ignore[attr-defined]
        found: forms.ModelChoiceField[Any] | None = super().formfield_for_foreignkey(  # type: ignore[misc]
            db_field, request, **kwargs
        )
        return found


class CuratedAdmin(ChoosesTaxa, SimpleHistoryAdmin, ModelAdmin):
    """A table whose every change is signed with a person and a reason."""

    form = ReasonForm
    paginator = QuickPaginator
    show_full_result_count = False
    list_per_page = 50
    warn_unsaved_form = True
    change_form_after_template = "admin/species/reason.html"
    delete_confirmation_template = "admin/species/delete_confirmation.html"

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        tracked.sign(obj, by=person(request), reason=form.cleaned_data.get("reason", ""))
        before = self.names_of(obj)
        super().save_model(request, obj, form, change)
        index.refresh({*before, *self.names_of(obj)})

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        before = self.names_of(obj)
        reason = request.POST.get("reason", "")[:REASON_ROOM]
        tracked.delete(obj, by=person(request), reason=reason)
        index.refresh(before)

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        for row in queryset:
            self.delete_model(request, row)

    def names_of(self, row: Any) -> Iterable[int]:
        """Return the ids of the taxa that are found by what a row says, as it is stored."""
        return ()


def find_taxa(request: HttpRequest, model_admin: Any) -> JsonResponse:
    """Answer a TaxonSelect: {"results": [{"id", "text"}], "pagination": {"more": false}}."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    results = [
        {
            "id": str(found.taxon_id),
            "text": " · ".join(
                filter(
                    None,
                    [
                        found.scientific_name,
                        found.common_name,
                        rank_word(found.rank),
                        _("found as %(name)s") % {"name": found.matched} if _is_news(found) else "",
                    ],
                )
            ),
        }
        for found in search(request.GET.get("term", ""), language=get_language() or "en", limit=20)
    ]
    return JsonResponse({"results": results, "pagination": {"more": False}})


def rank_word(rank: str) -> str:
    return str(Taxon.Rank(rank).label).lower()


def _is_news(found: Any) -> bool:
    return found.matched not in (found.scientific_name, found.common_name)


def person(request: HttpRequest) -> Any:
    """Return who is signed in: the admin lets nobody else come as far as this."""
    return request.user
