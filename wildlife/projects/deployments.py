"""What follows when something before a camera changes: its events are made anew."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from wildlife.projects.models import EventsDue


def ask_for_events(
    deployment_ids: Iterable[UUID], since: datetime | None = None, until: datetime | None = None
) -> None:
    """Let the events of deployments be made anew: their bounds, and answers within these times.

    To be called in the transaction of the change. Times are those of photos; None stands for all.
    `wildlife.identifications.events` does it a few seconds later.
    """
    EventsDue.objects.bulk_create(
        EventsDue(deployment_id=pk, since=since, until=until) for pk in deployment_ids
    )
