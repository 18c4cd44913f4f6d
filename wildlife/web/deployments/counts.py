"""How many photos and events deployments have, in a fixed number of queries."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Count

from wildlife.photos.models import Photo
from wildlife.projects.models import Deployment, Event


def counts_of(ids: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
    """Return the numbers of photos and of events, by deployment. Two queries."""
    numbers = []
    for rows in (
        Photo.objects.filter(deployment__in=ids),
        Event.objects.filter(deployment__in=ids),
    ):
        counted = rows.order_by().values("deployment").annotate(n=Count("pk"))
        numbers.append({row["deployment"]: row["n"] for row in counted})
    photos, events = numbers
    return {pk: (photos.get(pk, 0), events.get(pk, 0)) for pk in ids}


def ways_of(deployment: Deployment) -> list[tuple[str, int]]:
    """Return how its photos came to a deployment, in words with their number. One query."""
    rows = deployment.photos.order_by().values("assigned_by").annotate(n=Count("pk"))
    words = dict(Photo.AssignedBy.choices)
    found = [(str(words[row["assigned_by"]]), row["n"]) for row in rows if row["assigned_by"]]
    return sorted(found, key=lambda way: -way[1])
