"""Alerts of a project: each member's own."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from wildlife.notify import mailing
from wildlife.notify.models import Alert, Sighting
from wildlife.projects.rights import Right, may, project_or_404
from wildlife.web.notify.forms import AlertForm
from wildlife.web.projects.access import for_users, user_of

MOST_SHOWN = 12


@require_http_methods(["GET", "HEAD", "POST"])
@for_users
def alerts(request: HttpRequest, slug: str) -> HttpResponse:
    """A member's alerts, what they found, and the form of a new one."""
    project = project_or_404(request, slug)
    user = user_of(request)
    rule = Alert(project=project, user=user, language=get_language() or "en")
    rule.site = request.build_absolute_uri("/")
    form = AlertForm(request.POST or None, instance=rule)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("You will be told."))
        return redirect("web:projects:alerts", slug)
    mine = Alert.objects.filter(project=project, user=user)
    found = Sighting.objects.filter(alert__in=mine, photo__project=project)
    context = {
        "here": "projects",
        "tab": "alerts",
        "project": project,
        "form": form,
        "alerts": mine.select_related("taxon"),
        "sightings": found.select_related("photo", "taxon", "alert")[:MOST_SHOWN],
        "manages": may(user, Right.MANAGE, project),
        "address": user.email,
    }
    return render(request, "web/notify/alerts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_users
def alert(request: HttpRequest, slug: str, alert_id: UUID) -> HttpResponse:
    """Change an alert."""
    rule = _mine(request, slug, alert_id)
    form = AlertForm(request.POST or None, instance=rule)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("The alert is kept."))
        return redirect("web:projects:alerts", slug)
    context = {
        "here": "projects",
        "tab": "alerts",
        "project": rule.project,
        "form": form,
        "alert": rule,
    }
    return render(request, "web/notify/alert.html", context)


@require_POST
@for_users
def delete_alert(request: HttpRequest, slug: str, alert_id: UUID) -> HttpResponse:
    _mine(request, slug, alert_id).delete()
    messages.success(request, _("The alert is deleted."))
    return redirect("web:projects:alerts", slug)


@csrf_exempt  # mail programs end mails by themselves: the signed link says enough
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """End the mails of an alert, for whoever has the link from one of them."""
    rule = mailing.alert_of(token)
    if rule is None:
        raise Http404
    if request.method == "POST":
        Alert.objects.filter(pk=rule.pk).update(by_mail=False)
        rule.by_mail = False
    return render(request, "web/notify/stop.html", {"alert": rule})


def _mine(request: HttpRequest, slug: str, alert_id: UUID) -> Alert:
    project = project_or_404(request, slug)
    rows = Alert.objects.select_related("taxon", "project")
    return get_object_or_404(rows, pk=alert_id, project=project, user=user_of(request))
