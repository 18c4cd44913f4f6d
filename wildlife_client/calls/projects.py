"""Projects, who is in them, and where and when their cameras stood."""

from collections.abc import Mapping
from typing import Any

from wildlife_client.asking import Call, Id, Page, Visits, quoted
from wildlife_client.types import projects


def list_projects() -> Call[Page[projects.Project]]:
    return Call("projects_list", "GET", "/projects")


def project(slug: str) -> Call[projects.Project]:
    return Call("projects_read", "GET", f"/projects/{quoted(slug)}")


def make_project(new: projects.NewProject) -> Call[projects.Project]:
    return Call("projects_create", "POST", "/projects", json=new)


def change_project(slug: str, changes: Mapping[str, Any]) -> Call[projects.Project]:
    return Call("projects_change", "PATCH", f"/projects/{quoted(slug)}", json=dict(changes))


def delete_project(slug: str, name: str) -> Call[None]:
    return Call("projects_delete", "DELETE", f"/projects/{quoted(slug)}", params={"name": name})


def hand_over(slug: str, user_id: int) -> Call[projects.Project]:
    path = f"/projects/{quoted(slug)}/hand-over"
    return Call("projects_hand_over", "POST", path, json={"to": user_id})


# --- Members ----------------------------------------------------------------------------------


def members(slug: str) -> Call[Page[projects.Member]]:
    return Call("members_list", "GET", f"/projects/{quoted(slug)}/members")


def member(slug: str, user_id: int) -> Call[projects.Member]:
    return Call("members_read", "GET", f"/projects/{quoted(slug)}/members/{user_id}")


def change_member(slug: str, user_id: int, role: projects.Role) -> Call[projects.Member]:
    path = f"/projects/{quoted(slug)}/members/{user_id}"
    return Call("members_change", "PATCH", path, json={"role": role})


def remove_member(slug: str, user_id: int) -> Call[None]:
    return Call("members_remove", "DELETE", f"/projects/{quoted(slug)}/members/{user_id}")


def invitations(slug: str) -> Call[Page[projects.Invitation]]:
    return Call("invitations_list", "GET", f"/projects/{quoted(slug)}/invitations")


def invite(slug: str, new: projects.NewInvitation) -> Call[projects.MadeInvitation]:
    return Call("invitations_create", "POST", f"/projects/{quoted(slug)}/invitations", json=new)


def revoke_invitation(slug: str, pk: int) -> Call[None]:
    return Call("invitations_revoke", "DELETE", f"/projects/{quoted(slug)}/invitations/{pk}")


# --- Deployments and events -------------------------------------------------------------------


def deployments(slug: str) -> Call[Page[projects.Deployment]]:
    return Call("deployments_list", "GET", f"/projects/{quoted(slug)}/deployments")


def deployment(pk: Id) -> Call[projects.Deployment]:
    return Call("deployments_read", "GET", f"/deployments/{quoted(pk)}")


def make_deployment(slug: str, new: projects.NewDeployment) -> Call[projects.Deployment]:
    return Call("deployments_create", "POST", f"/projects/{quoted(slug)}/deployments", json=new)


def change_deployment(pk: Id, changes: Mapping[str, Any]) -> Call[projects.Deployment]:
    return Call("deployments_change", "PATCH", f"/deployments/{quoted(pk)}", json=dict(changes))


def delete_deployment(pk: Id) -> Call[None]:
    return Call("deployments_delete", "DELETE", f"/deployments/{quoted(pk)}")


def events(slug: str, filters: Visits) -> Call[Page[projects.Event]]:
    return Call("events_list", "GET", f"/projects/{quoted(slug)}/events", params=filters)


def event(pk: Id) -> Call[projects.Event]:
    return Call("events_read", "GET", f"/events/{quoted(pk)}")
