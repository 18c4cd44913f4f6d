"""Taxa: the list, and each with its facts on one page."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display

from pipelines.taxonomy import RANKS
from wildlife.species import index, paths, tracked
from wildlife.species.admin import bulk, changing, history, labels, needs, tree
from wildlife.species.admin.base import CuratedAdmin, ReasonForm, find_taxa, person, rank_word
from wildlife.species.admin.exchange import ExchangeAdmin, TaxonResource
from wildlife.species.admin.inlines import INLINES
from wildlife.species.models import CommonName, ConservationAssessment, Taxon
from wildlife.species.search import search
from wildlife.species.templatetags.curation import badge

_LINK = '<a class="curation-link" href="{}">{}</a>'
MOST_FOUND = 200
"""So many taxa that a search finds are listed; who looks for one types more of its name."""


class TaxonForm(ReasonForm):
    def clean_rank(self) -> str:
        """Refuse a rank that does not fit between the parent's and the children's."""
        rank: str = self.cleaned_data["rank"]
        if self.instance.pk is None:
            return rank
        parent = self.instance.parent
        if parent is not None and RANKS.index(rank) <= RANKS.index(parent.rank):
            raise ValidationError(
                _("It belongs to %(parent)s (%(rank)s): choose a rank below.")
                % {"parent": parent, "rank": rank_word(parent.rank)}
            )
        for child in self.instance.children.values_list("rank", flat=True).distinct():
            if RANKS.index(child) <= RANKS.index(rank):
                raise ValidationError(
                    _("A taxon of the rank “%(rank)s” belongs to it: choose a rank above that.")
                    % {"rank": rank_word(child)}
                )
        return rank


class SynonymFilter(admin.SimpleListFilter):
    title = gettext_lazy("name")
    parameter_name = "name"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("accepted", _("Accepted")), ("synonym", _("Synonym"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Taxon]) -> QuerySet[Taxon]:
        if self.value():
            return queryset.filter(accepted__isnull=self.value() == "accepted")
        return queryset


class BranchFilter(admin.SimpleListFilter):
    """Keeps to what is below one taxon, by its slug."""

    title = gettext_lazy("branch")
    parameter_name = "branch"
    GROUPS = ("mammalia", "aves", "reptilia", "amphibia", "actinopterygii", "insecta", "arachnida")

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        asked = request.GET.get(self.parameter_name, "")
        found = dict(
            Taxon.objects.filter(slug__in=[*self.GROUPS, asked]).values_list(
                "slug", "scientific_name"
            )
        )
        order = [slug for slug in (*self.GROUPS, asked) if slug in found]
        return [(slug, found[slug]) for slug in dict.fromkeys(order)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Taxon]) -> QuerySet[Taxon]:
        if not self.value():
            return queryset
        top = Taxon.objects.filter(slug=self.value()).first()
        if top is None or not top.path:
            return queryset.none()
        return queryset.filter(paths.starting_with("path", top.path))


@admin.register(Taxon)
class TaxonAdmin(ExchangeAdmin, CuratedAdmin):
    form = TaxonForm
    resource_classes = [TaxonResource]
    list_display = ["scientific_name", "english", "rank", "status", "belongs_to", "flags"]
    list_filter = [
        ("rank", ChoicesDropdownFilter),
        BranchFilter,
        SynonymFilter,
        "sensitive",
        "domesticated",
    ]
    list_filter_submit = True
    list_select_related = ["parent", "accepted"]
    search_fields = ["scientific_name"]
    search_help_text = gettext_lazy(
        "The beginning of a scientific name, a synonym or a name in any language"
    )
    autocomplete_fields = ["description_source"]
    prepopulated_fields = {"slug": ["scientific_name"]}
    inlines = INLINES
    actions = ["edit_in_bulk", "merge_selected"]
    actions_detail = ["rename", "move", "merge"]

    # --- The list -----------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[Taxon]:
        spoken = CommonName.objects.filter(taxon=OuterRef("pk"), language="en")
        status = ConservationAssessment.objects.filter(taxon=OuterRef("pk"), country="")
        rows: QuerySet[Taxon] = super().get_queryset(request)
        return rows.annotate(
            english_name=Subquery(spoken.order_by("-preferred", "name").values("name")[:1]),
            category=Subquery(status.order_by("-year", "-pk").values("category")[:1]),
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Taxon], search_term: str
    ) -> tuple[QuerySet[Taxon], bool]:
        """Find accepted taxa by any name, and synonyms, which lists show too, by their own."""
        if not search_term.strip():
            return queryset, False
        ids = [found.taxon_id for found in search(search_term, limit=MOST_FOUND)]
        typed = search_term.strip()
        own = paths.starting_with("scientific_name", typed[:1].upper() + typed[1:])
        return queryset.filter(Q(pk__in=ids) | own | Q(slug=typed)), False

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Leave deletion to the page of each taxon: duplicates are merged, which loses nothing."""
        found: dict[str, Any] = super().get_actions(request)
        found.pop("delete_selected", None)
        return found

    @display(description=gettext_lazy("English name"), ordering="english_name")
    def english(self, taxon: Any) -> str:
        return taxon.english_name or ""

    @display(description=gettext_lazy("Status"), ordering="category")
    def status(self, taxon: Any) -> SafeString | str:
        return badge(taxon.category) if taxon.category else ""

    @display(description=gettext_lazy("Belongs to"), ordering="parent__scientific_name")
    def belongs_to(self, taxon: Taxon) -> str:
        return f"= {taxon.accepted}" if taxon.accepted else str(taxon.parent or "")

    @display(description=gettext_lazy("Flags"))
    def flags(self, taxon: Taxon) -> str:
        said = [(_("sensitive"), taxon.sensitive), (_("domesticated"), taxon.domesticated)]
        return ", ".join(word for word, is_so in said if is_so)

    # --- One taxon ----------------------------------------------------------------------------

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Sequence[Any]:
        facts = ["domesticated", "sensitive", "description", "description_source"]
        if obj is None:
            names = ["scientific_name", "slug", "rank", "parent", "accepted"]
            return [(None, {"fields": [*names, *facts]})]
        place = ["lineage", "rank", "slug", *(["accepted"] if obj.accepted_id else ["also_known"])]
        return [(None, {"fields": [*place, *facts, "taken_for_it"]})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        """Names and places are changed by actions of their own, which keep what points there."""
        return ["lineage", "also_known", "taken_for_it", *(["slug", "accepted"] if obj else [])]

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {} if obj else self.prepopulated_fields

    @display(description=gettext_lazy("Place in the tree"))
    def lineage(self, taxon: Taxon) -> SafeString:
        return _shown(taxon, "lineage", lambda: _lineage(taxon))

    @display(description=gettext_lazy("Synonyms"))
    def also_known(self, taxon: Taxon) -> SafeString:
        return _shown(taxon, "synonyms", lambda: _links(taxon.synonyms.all()))

    @display(description=gettext_lazy("Looks like it, said at the other"))
    def taken_for_it(self, taxon: Taxon) -> SafeString:
        rows = taxon.looks_like.select_related("taxon").order_by("pk")
        return _shown(taxon, "looks_like", lambda: _links(row.taxon for row in rows))

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Write facts with person and reason; a preferred name takes the place of the last one."""
        by, reason = person(request), form.cleaned_data.get("reason", "")
        rows = formset.save(commit=False)
        for row in formset.deleted_objects:
            tracked.delete(row, by=by, reason=reason)
        for row in sorted(rows, key=lambda one: getattr(one, "preferred", False)):
            if getattr(row, "preferred", False):
                others = CommonName.objects.filter(
                    taxon=row.taxon_id, language=row.language, preferred=True
                )
                for other in others.exclude(pk=row.pk):
                    other.preferred = False
                    tracked.save(other, by=by, reason=reason)
            tracked.save(row, by=by, reason=reason)
        formset.save_m2m()

    def save_related(
        self, request: HttpRequest, form: forms.ModelForm, formsets: Any, change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        index.refresh([form.instance.pk])

    def names_of(self, row: Taxon) -> Iterable[int]:
        stored = Taxon.objects.filter(pk=row.pk).values_list("pk", "accepted_id")
        return [pk for pair in stored for pk in pair if pk is not None]

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        return history.timeline(request, self, object_id)

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Lead to where going back asks for a reason, and takes the facts along."""
        return redirect("admin:species_taxon_history", object_id)

    # --- Actions and pages --------------------------------------------------------------------

    @action(
        description=gettext_lazy("Rename"), url_path="rename", permissions=["change"], icon="edit"
    )
    def rename(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return changing.rename(request, self, object_id)

    @action(
        description=gettext_lazy("Move"),
        url_path="move",
        permissions=["change"],
        icon="account_tree",
    )
    def move(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return changing.move(request, self, object_id)

    @action(
        description=gettext_lazy("Merge"), url_path="merge", permissions=["change"], icon="merge"
    )
    def merge(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return changing.merge_with(request, self, object_id)

    @admin.action(description=gettext_lazy("Edit in bulk …"), permissions=["change"])
    def edit_in_bulk(self, request: HttpRequest, taxa: QuerySet[Taxon]) -> HttpResponse | None:
        return bulk.edit(request, self, taxa)

    @admin.action(description=gettext_lazy("Merge duplicates …"), permissions=["change"])
    def merge_selected(self, request: HttpRequest, taxa: QuerySet[Taxon]) -> HttpResponse | None:
        ids = list(taxa.values_list("pk", flat=True)[:3])
        if len(ids) != 2:
            messages.warning(request, _("Choose two taxa: they are shown side by side."))
            return None
        return redirect("admin:species_taxon_merge", *ids)

    def get_custom_urls(self) -> tuple[tuple[str, str, Any], ...]:
        return (
            ("find/", "species_taxon_find", find_taxa),
            ("tree/", "species_taxon_tree", tree.tree),
            ("tree/<int:pk>/", "species_taxon_branch", tree.branch),
            ("merge/<int:pk>/<int:other>/", "species_taxon_merge", changing.merge),
            ("<int:pk>/restore/", "species_taxon_restore", history.restore),
            ("needs-attention/", "species_taxon_needs", needs.needs),
            ("labels/", "species_taxon_labels", labels.labels),
            ("labels/suggest/", "species_taxon_suggest", labels.suggest),
            ("labels/decide/", "species_taxon_label", labels.decide),
        )


def _lineage(taxon: Taxon) -> SafeString:
    tree_page = reverse("admin:species_taxon_tree")
    line = paths.lineages([taxon])[taxon.pk]
    links = ((f"{tree_page}?at={one.pk}", one.scientific_name) for one in line)
    return format_html_join(" › ", _LINK, links)


def _links(taxa: Iterable[Taxon]) -> SafeString:
    links = [(reverse("admin:species_taxon_change", args=[one.pk]), one) for one in taxa]
    return format_html_join(", ", _LINK, links) or SafeString("–")


def _shown(taxon: Taxon, what: str, make: Callable[[], SafeString]) -> SafeString:
    """Return what a page says of a taxon; the frame of the admin asks for it many times."""
    made: dict[str, SafeString] = vars(taxon).setdefault("_shown", {})
    if what not in made:
        made[what] = make()
    return made[what]
