"""Projects: who is in them, and where and when their cameras stood."""

from collections.abc import Iterator
from typing import Any, Unpack

from wildlife_client.asking import Id, Visits
from wildlife_client.calls import projects as calls
from wildlife_client.sync.sending import Sending
from wildlife_client.types import projects as types


class Projects(Sending):
    """The operations on projects, members, deployments and events."""

    # --- Projects -----------------------------------------------------------------------------

    def projects(self) -> Iterator[types.Project]:
        """List the projects that you are a member of."""
        return self.pages(calls.list_projects())

    def project(self, slug: str) -> types.Project:
        """Read one project."""
        return self.send(calls.project(slug))

    def make_project(self, **new: Unpack[types.NewProject]) -> types.Project:
        """Make a project, of which you are the owner."""
        return self.send(calls.make_project(new))

    def change_project(self, slug: str, **changes: Any) -> types.Project:
        """Change some values of a project, named as in `NewProject`."""
        return self.send(calls.change_project(slug, changes))

    def delete_project(self, slug: str, *, name: str) -> None:
        """Delete a project with its photos for good; `name` is its name, to be sure."""
        self.send(calls.delete_project(slug, name))

    def hand_over(self, slug: str, user_id: int) -> types.Project:
        """Make another member the owner; you become a curator."""
        return self.send(calls.hand_over(slug, user_id))

    # --- Members ------------------------------------------------------------------------------

    def members(self, project: str) -> Iterator[types.Member]:
        """List who is in a project."""
        return self.pages(calls.members(project))

    def member(self, project: str, user_id: int) -> types.Member:
        """Read what somebody is in a project."""
        return self.send(calls.member(project, user_id))

    def change_member(self, project: str, user_id: int, role: types.Role) -> types.Member:
        """Give a member another role."""
        return self.send(calls.change_member(project, user_id, role))

    def remove_member(self, project: str, user_id: int) -> None:
        """Take a member out of a project, or leave it yourself."""
        self.send(calls.remove_member(project, user_id))

    def invitations(self, project: str) -> Iterator[types.Invitation]:
        """List the invitations that still let somebody in."""
        return self.pages(calls.invitations(project))

    def invite(self, project: str, **new: Unpack[types.NewInvitation]) -> types.MadeInvitation:
        """Make a link that lets people into a project. The answer has it, this one time."""
        return self.send(calls.invite(project, new))

    def revoke_invitation(self, project: str, pk: int) -> None:
        """Let an invitation open nothing any more."""
        self.send(calls.revoke_invitation(project, pk))

    # --- Deployments and events ---------------------------------------------------------------

    def deployments(self, project: str) -> Iterator[types.Deployment]:
        """List the deployments of a project."""
        return self.pages(calls.deployments(project))

    def deployment(self, pk: Id) -> types.Deployment:
        """Read one deployment."""
        return self.send(calls.deployment(pk))

    def make_deployment(self, project: str, **new: Unpack[types.NewDeployment]) -> types.Deployment:
        """Add a deployment to a project."""
        return self.send(calls.make_deployment(project, new))

    def change_deployment(self, pk: Id, **changes: Any) -> types.Deployment:
        """Change some values of a deployment, named as in `NewDeployment`."""
        return self.send(calls.change_deployment(pk, changes))

    def delete_deployment(self, pk: Id) -> None:
        """Delete a deployment and its events; its photos stay."""
        self.send(calls.delete_deployment(pk))

    def events(self, project: str, **filters: Unpack[Visits]) -> Iterator[types.Event]:
        """List the visits at the cameras of a project."""
        return self.pages(calls.events(project, filters))

    def event(self, pk: Id) -> types.Event:
        """Read one visit."""
        return self.send(calls.event(pk))
