"""Runs in the admin: what ran, with which releases, how long each step took, what failed."""

import json
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin, TabularInline

from wildlife.identifications.models import Identification, Run, StepResult, Verdict
from wildlife.identifications.verdicts import Word, changed, give, withdraw


class ReadOnly:
    """Answers are made by runs. Changing them by hand would make the record untrue."""

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class StepResultInline(ReadOnly, TabularInline):
    model = StepResult
    fields = ("step", "precision", "milliseconds", "worker", "error")
    readonly_fields = fields
    ordering = ("started_at", "id")
    extra = 0
    verbose_name_plural = gettext_lazy("steps")

    @admin.display(description="ms")
    def milliseconds(self, result: StepResult) -> str:
        if result.started_at is None or result.finished_at is None:
            return "–"
        return f"{(result.finished_at - result.started_at).total_seconds() * 1000:.0f}"


@admin.register(Run)
class RunAdmin(ReadOnly, ModelAdmin):
    list_display = ("id", "state", "priority", "photo_count", "attempts", "created_at", "seconds")
    list_filter = ("state", "priority")
    date_hierarchy = "created_at"
    search_fields = ("id", "photos__filename")
    inlines = (StepResultInline,)
    fields = ("state", "failure", "attempts", "created_at", "finished_at", "line_up")
    readonly_fields = ("line_up",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Run]:
        return super().get_queryset(request).annotate(photo_count=Count("photos"))

    @admin.display(description=gettext_lazy("Photos"), ordering="photo_count")
    def photo_count(self, run: Run) -> int:
        count: int = run.photo_count  # type: ignore[attr-defined]
        return count

    @admin.display(description=gettext_lazy("seconds"))
    def seconds(self, run: Run) -> str:
        if run.finished_at is None:
            return "–"
        return f"{(run.finished_at - run.created_at).total_seconds():.2f}"

    @admin.display(description=gettext_lazy("line-up"))
    def line_up(self, run: Run) -> SafeString:
        return format_html("<pre>{}</pre>", json.dumps(run.lineup, indent=2))


@admin.register(Identification)
class IdentificationAdmin(ReadOnly, ModelAdmin):
    actions = ("confirm",)
    list_display = ("detection", "taxon", "reason", "confidence", "agreement")
    list_filter = ("reason",)
    list_select_related = ("detection", "taxon")
    search_fields = ("taxon__scientific_name", "detection__photo__filename")

    @admin.action(description=gettext_lazy("Confirm as right"), permissions=["confirm"])
    def confirm(self, request: HttpRequest, queryset: QuerySet[Identification]) -> None:
        """Make verdicts of answers that name a taxon."""
        assert isinstance(request.user, User)
        named = queryset.filter(taxon__isnull=False).select_related("detection", "taxon")
        for answer in named:
            give(answer.detection, Word(taxon=answer.taxon), request.user)
        self.message_user(request, _("Confirmed: %(count)d.") % {"count": len(named)})

    def has_confirm_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("identifications.add_verdict")


@admin.register(Verdict)
class VerdictAdmin(SimpleHistoryAdmin, ModelAdmin):
    """Verdicts on boxes; another taxon may be chosen, and the experts learn that instead."""

    list_display = ("photo", "kind", "taxon", "given_by", "given_at")
    list_select_related = ("photo", "taxon", "given_by")
    list_filter = ("kind",)
    autocomplete_fields = ("taxon",)
    readonly_fields = ("photo", "x", "y", "width", "height", "given_by", "given_at", "source")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Verdict, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        changed([obj.photo_id])

    def delete_model(self, request: HttpRequest, obj: Verdict) -> None:
        withdraw(Verdict.objects.filter(pk=obj.pk))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Verdict]) -> None:
        withdraw(queryset)
