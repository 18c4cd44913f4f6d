"""The settings of a project, handing it over, and its end."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from wildlife.library import erasing
from wildlife.photos.models import Photo
from wildlife.projects import members, services
from wildlife.projects.models import Project
from wildlife.projects.rights import Right, may, project_or_404
from wildlife.review import rules
from wildlife.web.projects.access import for_users
from wildlife.web.projects.forms import DeleteProjectForm, SettingsForm


@require_http_methods(["GET", "HEAD", "POST"])
@for_users
def settings(request: HttpRequest, slug: str) -> HttpResponse:
    """What is set for a project."""
    project = project_or_404(request, slug, Right.MANAGE)
    form = SettingsForm(request.POST or None, instance=Project.objects.get(pk=project.pk))
    if request.method == "POST" and form.is_valid():
        changed = services.change(project, request.user, form.values)
        if "reviewers_needed" in changed:
            rules.changed(project)
        messages.success(request, _("The settings are kept."))
        return redirect("web:projects:settings", slug)
    others = project.memberships.select_related("user").exclude(user=request.user.pk)
    context: dict[str, Any] = {
        "here": "projects",
        "tab": "settings",
        "project": project,
        "form": form,
        "others": others.filter(user__is_active=True),
    }
    return render(request, "web/projects/settings.html", context)


@require_POST
@for_users
def hand_over(request: HttpRequest, slug: str) -> HttpResponse:
    """Make another member the owner; who did it becomes a curator."""
    project = project_or_404(request, slug, Right.MANAGE)
    rows = project.memberships.select_related("user", "project").filter(user__is_active=True)
    name = request.POST.get("to", "")[:150]
    member = get_object_or_404(rows, user__username=name)
    try:
        members.hand_over(member, request.user)
    except members.LastOwner as error:
        raise Http404 from error
    told = {"name": member.user.get_username(), "project": project.name}
    messages.success(request, _("%(name)s owns %(project)s now.") % told)
    if may(request.user, Right.MANAGE, project):
        return redirect("web:projects:settings", slug)
    return redirect(project)


@require_http_methods(["GET", "HEAD", "POST"])
@for_users
def delete(request: HttpRequest, slug: str) -> HttpResponse:
    """Say what goes with a project, and delete it where its name is typed."""
    project = project_or_404(request, slug, Right.MANAGE)
    form = DeleteProjectForm(request.POST or None, project=project)
    if request.method == "POST" and form.is_valid():
        erasing.end(project, request.user)
        told = {"project": project.name}
        messages.success(request, _("%(project)s is deleted, with its photos.") % told)
        return redirect("web:projects:all")
    context = {
        "here": "projects",
        "tab": "settings",
        "project": project,
        "form": form,
        "photos": Photo.objects.filter(project=project).count(),
        "members": project.memberships.count(),
        "deployments": project.deployments.count(),
    }
    return render(request, "web/projects/delete.html", context)
