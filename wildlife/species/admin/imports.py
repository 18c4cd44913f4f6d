"""Imports: upload or ask, look at what would change, then let it happen in the background."""

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError
from unfold.admin import ModelAdmin

from wildlife.species.admin.base import person
from wildlife.species.imports import jobs
from wildlife.species.imports.summary import CHANGES, WORDS
from wildlife.species.models import SpeciesImport, Taxon
from wildlife.species.tasks import go_on_with_import, look_at_import

State = SpeciesImport.State

NO_WORKER = gettext_noop("No worker can be told at the moment. Try again when the queue is back.")
_FILES = ("dwca", "mdd", "csv", "xlsx", "iucn-csv")
_STILL = timedelta(seconds=90)
"""After so long without a sign of life an import may be started again."""


class ImportForm(forms.ModelForm):
    """A file, or for servers what to ask."""

    class Meta:
        model = SpeciesImport
        fields = ["kind", "file", "name", "within", "credit"]
        labels = {"name": gettext_lazy("Question")}
        help_texts = {
            "name": gettext_lazy(
                "Only where a server is asked instead of a file: what it is asked for."
            ),
            "file": gettext_lazy("UTF-8; CSV, XLSX or the zip of an archive."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "name" in self.fields:
            self.fields["name"].required = False

    def clean(self) -> dict[str, Any]:
        """Refuse a name that could be read as a path of this machine: only uploads are read."""
        said: dict[str, Any] = super().clean() or {}
        file, name = said.get("file"), said.get("name", "")
        if file:
            said["name"] = Path(file.name).name[:255]
        elif said.get("kind") in _FILES or not name:
            self.add_error("file", _("Choose a file."))
        elif "/" in name or "\\" in name or Path(name).exists():
            self.add_error("name", _("This is no question to a server."))
        within = said.get("within")
        if within and not Taxon.objects.filter(slug=within, accepted=None).exists():
            self.add_error("within", _("There is no accepted taxon with this slug."))
        return said


@admin.register(SpeciesImport)
class SpeciesImportAdmin(ModelAdmin):
    form = ImportForm
    list_display = ["name", "kind", "state", "read", "problem_count", "by", "created_at"]
    list_filter = ["kind", "state"]
    list_select_related = ["by"]
    search_fields = ["name"]
    add_fields = ["kind", "file", "name", "within", "credit"]
    fields = ["kind", "name", "within", "credit", "by", "created_at", "finished_at"]
    autocomplete_fields = ["credit"]
    change_form_outer_before_template = "admin/species/imports/report.html"

    @admin.display(description=gettext_lazy("left out"))
    def problem_count(self, job: SpeciesImport) -> int:
        return int(job.counts.get("problems", 0))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return list(self.add_fields if obj is None else self.fields)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        running = obj is not None and _is_alive(obj)
        return not running and super().has_delete_permission(request, obj)

    def get_urls(self) -> list[Any]:
        urls: list[Any] = super().get_urls()
        for action in ("apply", "look"):
            view = self.admin_site.admin_view(getattr(self, action))
            urls.insert(0, path(f"<int:pk>/{action}/", view, name=f"species_import_{action}"))
        return urls

    def save_model(self, request: HttpRequest, obj: SpeciesImport, form: Any, change: bool) -> None:
        obj.by = person(request)
        if obj.file:
            digest = hashlib.sha256()
            for chunk in obj.file.chunks():
                digest.update(chunk)
            obj.sha256 = digest.hexdigest()
            # Two uploads of one name must not lie in one place.
            obj.file.name = uuid4().hex + Path(obj.name).suffix.lower()
        super().save_model(request, obj, form, change)
        transaction.on_commit(lambda: _send(request, look_at_import, obj))

    def response_add(
        self, request: HttpRequest, obj: SpeciesImport, post_url_continue: Any = None
    ) -> HttpResponse:
        return _page(obj)

    def apply(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let an import happen, or go on where it stopped."""
        job = self._asked(request, pk)
        if job.state == State.RUNNING and not _is_alive(job):
            SpeciesImport.objects.filter(pk=pk, alive_at=job.alive_at).update(state=State.FAILED)
        if jobs.begin(job):
            _send(request, go_on_with_import, job)
        return _page(job)

    def look(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Look again at what an import would change; one that has begun is past that."""
        job = self._asked(request, pk)
        if job.state in (State.NEW, State.PREVIEWED) or (
            job.state in (State.FAILED, State.LOOKING) and not job.position
        ):
            _send(request, look_at_import, job)
        return _page(job)

    def _asked(self, request: HttpRequest, pk: int) -> SpeciesImport:
        if request.method != "POST" or not self.has_add_permission(request):
            raise PermissionDenied
        return get_object_or_404(SpeciesImport, pk=pk)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        job = SpeciesImport.objects.filter(pk=object_id).first() if object_id.isdigit() else None
        context = (extra_context or {}) | (_report(job) if job else {})
        context["may_apply"] = self.has_add_permission(request)
        answer: HttpResponse = super().change_view(request, object_id, form_url, context)
        if job is not None and _is_alive(job):
            answer["Refresh"] = "3"
        return answer


def _is_alive(job: SpeciesImport) -> bool:
    """Whether somebody works at it, as far as can be told."""
    busy = job.state in (State.NEW, State.LOOKING, State.RUNNING)
    return busy and job.alive_at > timezone.now() - _STILL


def _report(job: SpeciesImport) -> dict[str, Any]:
    """Return what the page says of an import."""
    counts = [
        {
            "words": _(words),
            "count": job.counts[what],
            "examples": job.examples.get(what, [])
            if what in (*CHANGES, "kept", "followed")
            else [],
        }
        for what, words in WORDS.items()
        if job.counts.get(what)
    ]
    return {
        "job": job,
        "tally": counts,
        "alive": _is_alive(job),
        "percent": min(100, 100 * job.read // job.total) if job.total else None,
        "nothing": not any(job.counts.get(what) for what in CHANGES),
        "may_begin": job.state in (State.PREVIEWED, State.FAILED)
        or (job.state == State.RUNNING and not _is_alive(job)),
        "may_look": job.state in (State.PREVIEWED, State.FAILED, State.NEW, State.LOOKING)
        and not job.position,
    }


def _send(request: HttpRequest, task: Any, job: SpeciesImport) -> None:
    """Tell a worker; where none can be told, the job says so and can be started again."""
    try:
        task.delay(job.pk)
    except (OperationalError, RedisError, OSError):
        SpeciesImport.objects.filter(pk=job.pk).update(state=State.FAILED, error=NO_WORKER)
        messages.error(request, _(NO_WORKER))


def _page(job: SpeciesImport) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:species_speciesimport_change", args=[job.pk]))
