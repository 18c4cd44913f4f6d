"""Webhooks of a project: for its owners alone."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from wildlife.notify import collecting, sending
from wildlife.notify.models import Delivery, Webhook, new_secret
from wildlife.projects.models import Project
from wildlife.projects.rights import Right, project_or_404
from wildlife.web.notify.forms import WebhookForm
from wildlife.web.projects.access import for_users

MOST_SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
@for_users
def webhooks(request: HttpRequest, slug: str) -> HttpResponse:
    """Who is told, and the form of a new one."""
    project = project_or_404(request, slug, Right.MANAGE)
    hook = Webhook(project=project, site=request.build_absolute_uri("/"))
    form = WebhookForm(request.POST or None, instance=hook)
    if request.method == "POST" and form.is_valid():
        return _page(request, form.save(), show_secret=True)
    context = {
        "here": "projects",
        "tab": "alerts",
        "project": project,
        "form": form,
        "webhooks": project.webhooks.all(),
    }
    return render(request, "web/notify/webhooks.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_users
def webhook(request: HttpRequest, slug: str, webhook_id: UUID) -> HttpResponse:
    """One webhook: what it is told, and what became of each message."""
    hook = _hook(request, slug, webhook_id)
    form = WebhookForm(request.POST or None, instance=hook)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("The webhook is kept."))
        return redirect("web:projects:webhook", slug, webhook_id)
    return _page(request, hook, form)


@require_POST
@for_users
def act(request: HttpRequest, slug: str, webhook_id: UUID, action: str) -> HttpResponse:
    """Switch a webhook on or off, try it, give it a new secret, or delete it."""
    hook = _hook(request, slug, webhook_id)
    if action == "renew":
        hook.secret = new_secret()
        hook.save(update_fields=["secret"])
        return _page(request, hook, show_secret=True)
    if action == "delete":
        hook.delete()
        messages.success(request, _("The webhook is deleted."))
        return redirect("web:projects:webhooks", slug)
    if action == "test":
        collecting.test(hook)
        messages.success(request, _("A test is on its way: see below in some seconds."))
    else:
        sending.switch(hook, on=action == "on")
    return redirect("web:projects:webhook", slug, webhook_id)


@require_POST
@for_users
def again(request: HttpRequest, slug: str, webhook_id: UUID, delivery_id: UUID) -> HttpResponse:
    """Send a message once more."""
    hook = _hook(request, slug, webhook_id)
    sending.send_again(get_object_or_404(Delivery, pk=delivery_id, webhook=hook))
    messages.success(request, _("It is sent again: see below in some seconds."))
    return redirect("web:projects:webhook", slug, webhook_id)


def _hook(request: HttpRequest, slug: str, webhook_id: UUID) -> Webhook:
    project: Project = project_or_404(request, slug, Right.MANAGE)
    return get_object_or_404(Webhook, pk=webhook_id, project=project)


def _page(
    request: HttpRequest,
    hook: Webhook,
    form: WebhookForm | None = None,
    *,
    show_secret: bool = False,
) -> HttpResponse:
    context = {
        "here": "projects",
        "tab": "alerts",
        "project": hook.project,
        "webhook": hook,
        "form": form or WebhookForm(instance=hook),
        "secret": hook.secret if show_secret else "",
        "deliveries": hook.deliveries.all()[:MOST_SHOWN],
    }
    return render(request, "web/notify/webhook.html", context)
