"""Teams, where their cameras stood, and what passed them."""

from wildlife.projects.models.deployment import Deployment
from wildlife.projects.models.event import Event, EventsDue
from wildlife.projects.models.outbox import Happening
from wildlife.projects.models.project import Activity, Invitation, Membership, Project, Role

__all__ = [
    "Activity",
    "Deployment",
    "Event",
    "EventsDue",
    "Happening",
    "Invitation",
    "Membership",
    "Project",
    "Role",
]
