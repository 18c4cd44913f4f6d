"""Projects, with asyncio: who is in them, and where and when their cameras stood."""

from collections.abc import AsyncIterator
from typing import Any, Unpack

from wildlife_client.aio.sending import Sending
from wildlife_client.asking import Id, Visits
from wildlife_client.calls import projects as calls
from wildlife_client.types import projects as types


class Projects(Sending):
    """The operations on projects, members, deployments and events."""

    # --- Projects -----------------------------------------------------------------------------

    def projects(self) -> AsyncIterator[types.Project]:
        """List the projects that you are a member of."""
        return self.pages(calls.list_projects())

    async def project(self, slug: str) -> types.Project:
        """Read one project."""
        return await self.send(calls.project(slug))

    async def make_project(self, **new: Unpack[types.NewProject]) -> types.Project:
        """Make a project, of which you are the owner."""
        return await self.send(calls.make_project(new))

    async def change_project(self, slug: str, **changes: Any) -> types.Project:
        """Change some values of a project, named as in `NewProject`."""
        return await self.send(calls.change_project(slug, changes))

    async def delete_project(self, slug: str, *, name: str) -> None:
        """Delete a project with its photos for good; `name` is its name, to be sure."""
        await self.send(calls.delete_project(slug, name))

    async def hand_over(self, slug: str, user_id: int) -> types.Project:
        """Make another member the owner; you become a curator."""
        return await self.send(calls.hand_over(slug, user_id))

    # --- Members ------------------------------------------------------------------------------

    def members(self, project: str) -> AsyncIterator[types.Member]:
        """List who is in a project."""
        return self.pages(calls.members(project))

    async def member(self, project: str, user_id: int) -> types.Member:
        """Read what somebody is in a project."""
        return await self.send(calls.member(project, user_id))

    async def change_member(self, project: str, user_id: int, role: types.Role) -> types.Member:
        """Give a member another role."""
        return await self.send(calls.change_member(project, user_id, role))

    async def remove_member(self, project: str, user_id: int) -> None:
        """Take a member out of a project, or leave it yourself."""
        await self.send(calls.remove_member(project, user_id))

    def invitations(self, project: str) -> AsyncIterator[types.Invitation]:
        """List the invitations that still let somebody in."""
        return self.pages(calls.invitations(project))

    async def invite(
        self, project: str, **new: Unpack[types.NewInvitation]
    ) -> types.MadeInvitation:
        """Make a link that lets people into a project. The answer has it, this one time."""
        return await self.send(calls.invite(project, new))

    async def revoke_invitation(self, project: str, pk: int) -> None:
        """Let an invitation open nothing any more."""
        await self.send(calls.revoke_invitation(project, pk))

    # --- Deployments and events ---------------------------------------------------------------

    def deployments(self, project: str) -> AsyncIterator[types.Deployment]:
        """List the deployments of a project."""
        return self.pages(calls.deployments(project))

    async def deployment(self, pk: Id) -> types.Deployment:
        """Read one deployment."""
        return await self.send(calls.deployment(pk))

    async def make_deployment(
        self, project: str, **new: Unpack[types.NewDeployment]
    ) -> types.Deployment:
        """Add a deployment to a project."""
        return await self.send(calls.make_deployment(project, new))

    async def change_deployment(self, pk: Id, **changes: Any) -> types.Deployment:
        """Change some values of a deployment, named as in `NewDeployment`."""
        return await self.send(calls.change_deployment(pk, changes))

    async def delete_deployment(self, pk: Id) -> None:
        """Delete a deployment and its events; its photos stay."""
        await self.send(calls.delete_deployment(pk))

    def events(self, project: str, **filters: Unpack[Visits]) -> AsyncIterator[types.Event]:
        """List the visits at the cameras of a project."""
        return self.pages(calls.events(project, filters))

    async def event(self, pk: Id) -> types.Event:
        """Read one visit."""
        return await self.send(calls.event(pk))
