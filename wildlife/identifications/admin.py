"""Runs in the admin: what ran, with which releases, how long each step took, what failed."""

import json

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin, TabularInline

from wildlife.identifications.models import Identification, Run, StepResult


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
    verbose_name_plural = "steps"

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

    @admin.display(description="photos", ordering="photo_count")
    def photo_count(self, run: Run) -> int:
        count: int = run.photo_count  # type: ignore[attr-defined]
        return count

    @admin.display(description="seconds")
    def seconds(self, run: Run) -> str:
        if run.finished_at is None:
            return "–"
        return f"{(run.finished_at - run.created_at).total_seconds():.2f}"

    @admin.display(description="line-up")
    def line_up(self, run: Run) -> SafeString:
        return format_html("<pre>{}</pre>", json.dumps(run.lineup, indent=2))


@admin.register(Identification)
class IdentificationAdmin(ReadOnly, ModelAdmin):
    list_display = ("detection", "taxon", "reason", "confidence", "agreement")
    list_filter = ("reason",)
    list_select_related = ("detection", "taxon")
    search_fields = ("taxon__scientific_name", "detection__photo__filename")
