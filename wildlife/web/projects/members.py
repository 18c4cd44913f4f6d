"""Members and invitations: who is in a project, and how others get in."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from wildlife.projects import invitations
from wildlife.projects import members as services
from wildlife.projects.models import Membership, Project, Role
from wildlife.projects.rights import Right, may, project_or_404
from wildlife.web.projects.access import for_users, user_of
from wildlife.web.projects.forms import InviteForm, RoleForm


@require_http_methods(["GET", "HEAD", "POST"])
@for_users
@sensitive_variables("secret")
def members(request: HttpRequest, slug: str) -> HttpResponse:
    """List the members, and make an invitation: its link is in the answer to that alone."""
    right = Right.MANAGE if request.method == "POST" else Right.SEE
    project = project_or_404(request, slug, right)
    form, link = InviteForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        _made, secret = invitations.invite(
            project,
            user_of(request),
            Role(told["role"]),
            days=told["days"],
            uses=told["uses"],
            meant_for=told["meant_for"],
        )
        link = request.build_absolute_uri(reverse("web:projects:join", args=[secret]))
        form = InviteForm()
    manages = may(request.user, Right.MANAGE, project)
    context = {
        "here": "projects",
        "tab": "members",
        "project": project,
        "members": project.memberships.select_related("user"),
        "roles": Role.choices,
        "manages": manages,
        "mine": Membership.objects.filter(project=project, user=user_of(request)).first(),
        "invitations": invitations.open_ones(project) if manages else [],
        "form": form,
        "link": link,
    }
    return render(request, "web/projects/members.html", context)


@require_POST
@for_users
def change_role(request: HttpRequest, slug: str, user_id: int) -> HttpResponse:
    """Make a member something else."""
    project = project_or_404(request, slug, Right.MANAGE)
    member = _member(project, user_id)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose one of the roles."))
        return redirect("web:projects:members", slug)
    try:
        services.change_role(member, Role(form.cleaned_data["role"]), request.user)
    except services.LastOwner:
        messages.error(request, _needs_an_owner())
    else:
        told = {"name": member.user.get_username(), "role": member.get_role_display()}
        messages.success(request, _("%(name)s has the role %(role)s now.") % told)
    if may(request.user, Right.SEE, project):
        return redirect("web:projects:members", slug)
    return redirect("web:projects:all")


@require_POST
@for_users
def remove(request: HttpRequest, slug: str, user_id: int) -> HttpResponse:
    """Take a member out of a project."""
    project = project_or_404(request, slug, Right.MANAGE)
    member = _member(project, user_id)
    try:
        services.remove(member, request.user)
    except services.LastOwner:
        messages.error(request, _needs_an_owner())
    else:
        told = {"name": member.user.get_username()}
        messages.success(request, _("%(name)s is no longer in the project.") % told)
    if may(request.user, Right.SEE, project):
        return redirect("web:projects:members", slug)
    return redirect("web:projects:all")


@require_POST
@for_users
def leave(request: HttpRequest, slug: str) -> HttpResponse:
    """Leave a project; its photos stay."""
    project = project_or_404(request, slug)
    member = _member(project, user_of(request).pk)
    try:
        services.remove(member, request.user)
    except services.LastOwner:
        messages.error(request, _needs_an_owner())
        return redirect("web:projects:members", slug)
    messages.success(request, _("You left %(project)s.") % {"project": project.name})
    return redirect("web:projects:all")


@require_POST
@for_users
def revoke(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Let an invitation open nothing any more."""
    project = project_or_404(request, slug, Right.MANAGE)
    invitations.revoke(get_object_or_404(project.invitations, pk=pk), request.user)
    messages.success(request, _("This invitation opens nothing any more."))
    return redirect("web:projects:members", slug)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_variables("secret")
def join(request: HttpRequest, secret: str) -> HttpResponse:
    """Say where an invitation leads, and go in: previews of links use nothing up."""
    invitation = invitations.find(secret)
    if invitation is None:
        return render(request, "web/projects/over.html", status=HTTPStatus.GONE)
    if request.method == "POST" and request.user.is_authenticated:
        try:
            project = invitations.accept(secret, user_of(request))
        except invitations.InvitationOver:
            return render(request, "web/projects/over.html", status=HTTPStatus.GONE)
        messages.success(request, _("You are in %(project)s now.") % {"project": project.name})
        return redirect(project)
    if request.user.is_authenticated and not invitations.gains(invitation, user_of(request)):
        messages.info(request, _("You are a member already."))
        return redirect(invitation.project)
    context = {"here": "projects", "invitation": invitation, "project": invitation.project}
    # The address is the secret; by Django's own Referrer-Policy no other site learns it.
    return render(request, "web/projects/join.html", context)


def _member(project: Project, user_id: int) -> Membership:
    rows = project.memberships.select_related("user", "project")
    # Of users, because a number that no column holds is nobody there, and an error in a relation.
    return get_object_or_404(rows, user__in=User.objects.filter(pk=user_id))


def _needs_an_owner() -> str:
    return _("A project needs an owner. Make somebody else the owner first, or delete the project.")
