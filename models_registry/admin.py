"""Releases in the admin: how each is used may be changed, what it is may be read."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from models_registry import services
from models_registry.card import ModelCard
from models_registry.errors import ReleaseUnknown
from models_registry.interfaces import GROUPS
from models_registry.models import ModelRelease


class ReleaseForm(forms.ModelForm):
    groups = forms.MultipleChoiceField(
        choices=[(group, group.capitalize()) for group in GROUPS],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        required=False,
        help_text=_("An expert is asked about animals of these groups; none chosen: about all."),
    )
    queue = forms.RegexField(
        r"^[A-Za-z0-9._-]*$",
        max_length=60,
        required=False,
        help_text=_("The Celery queue of its step; empty: named after it."),
        error_messages={"invalid": _("A queue's name has letters, digits, dots and dashes only.")},
    )

    class Meta:
        model = ModelRelease
        fields = ("stage", "weight", "threshold", "groups", "queue")

    def clean_stage(self) -> str:
        """Say what the constraint would, which is not asked as the form lacks the name."""
        stage: str = self.cleaned_data["stage"]
        others = ModelRelease.objects.filter(name=self.instance.name, stage=stage)
        if stage == ModelRelease.Stage.ACTIVE and others.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(
                _("Another version of this model is active: retire it first.")
            )
        return stage


@admin.register(ModelRelease)
class ModelReleaseAdmin(SimpleHistoryAdmin, ModelAdmin):
    form = ReleaseForm
    list_display = ("title", "key", "kind", "stage", "weight", "threshold", "available")
    list_filter = ("kind", "stage", "available")
    search_fields = ("name", "title")
    actions = ("make_active", "retire")
    facts = (
        "title", "name", "version", "kind", "available", "sha256", "precision", "architecture",
        "labels", "licence", "source", "parent", "created_at",
    )  # fmt: skip
    readonly_fields = facts
    fieldsets = (
        (_("How it is used"), {"fields": ReleaseForm.Meta.fields}),
        (_("What it is"), {"fields": facts}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Releases come from cards."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Old answers name their releases: one that is not wanted any more is retired."""
        return False

    @admin.action(
        description=_("Make active, in the place of other versions"), permissions=["change"]
    )
    def make_active(self, request: HttpRequest, releases: QuerySet[ModelRelease]) -> None:
        for release in releases:
            services.activate(release)

    @admin.action(description=_("Retire"), permissions=["change"])
    def retire(self, request: HttpRequest, releases: QuerySet[ModelRelease]) -> None:
        for release in releases:
            services.retire(release)

    @admin.display
    def precision(self, release: ModelRelease) -> str:
        card = _card(release)
        return card.precision if card else "–"

    @admin.display
    def architecture(self, release: ModelRelease) -> str:
        card = _card(release)
        return f"{card.architecture} through {card.adapter}" if card else "–"

    @admin.display
    def labels(self, release: ModelRelease) -> str:
        card = _card(release)
        return f"{len(card.labels)}" if card else "–"

    @admin.display
    def licence(self, release: ModelRelease) -> str:
        card = _card(release)
        return card.licence if card else "–"

    @admin.display
    def source(self, release: ModelRelease) -> str:
        card = _card(release)
        return card.source if card else "–"

    @admin.display
    def parent(self, release: ModelRelease) -> str:
        card = _card(release)
        return (card.parent if card else "") or "–"


def _card(release: ModelRelease) -> ModelCard | None:
    try:
        return services.registry().card(release.key)
    except ReleaseUnknown:
        return None
