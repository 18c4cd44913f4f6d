"""The dashboard, the part of it that is asked for again and again, and trying again."""

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from wildlife.identifications.services import dispatch
from wildlife.ops.dashboard import charts, machines, reading
from wildlife.photos.services import look_again, try_again

NEEDED = "identifications.view_run"

View = Callable[[HttpRequest], HttpResponse]


def for_staff(view: View) -> View:
    """Let staff in who may look at runs; others are led to the admin's sign-in."""

    @wraps(view)
    def inner(request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm(NEEDED):
            raise PermissionDenied
        return view(request)

    guarded: View = admin.site.admin_view(inner)
    return guarded


@for_staff
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The dashboard in the frame of the admin."""
    frame = admin.site.each_context(request) | {"title": _("How it is doing")}
    return TemplateResponse(request, "admin/ops/dashboard.html", frame | _figures())


@for_staff
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """The figures alone, to be put in their place."""
    return TemplateResponse(request, "admin/ops/_figures.html", _figures())


@for_staff
@require_POST
def retry(request: HttpRequest) -> HttpResponse:
    """Let one photo that failed be looked at again, or all of them."""
    found = reading.failed()
    if "all" in request.POST:
        count = look_again(found)
    else:
        count = 0
        with suppress(ValueError):
            for photo in found.filter(pk=UUID(request.POST.get("photo", ""))):
                try_again(photo)
                count += 1
    if count:
        dispatch()
        told = ngettext(
            "%(count)s photo is looked at again.", "%(count)s photos are looked at again.", count
        )
        messages.success(request, told % {"count": f"{count:,}"})
    else:
        messages.info(request, _("Nothing to try again: it has been done meanwhile."))
    return redirect("operations:page")


def _figures() -> dict[str, Any]:
    return {
        "backlog": reading.backlog(),
        "speed": charts.speed(reading.per_minute()),
        "latencies": reading.latencies(),
        "answers": charts.answers(reading.trend()),
        "failures": reading.failures(),
        "crew": machines.crew(),
        "disk": machines.disk(),
    }
