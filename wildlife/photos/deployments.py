"""Deployments are added, changed and taken away, with what that means for their photos.

Who may is the caller's question.
"""

from collections.abc import Iterable

from django.db import transaction

from wildlife.photos import origins
from wildlife.photos.assigning import assign
from wildlife.photos.models import Photo
from wildlife.projects.activities import note
from wildlife.projects.models import Deployment
from wildlife.projects.rights import Somebody


@transaction.atomic
def add(deployment: Deployment, by: Somebody) -> None:
    """Keep a new deployment."""
    deployment.save(force_insert=True)
    note(deployment.project, "deployment_made", by, name=deployment.name)


def hold(deployment: Deployment) -> Deployment:
    """Return a deployment that nobody else changes until the transaction ends.

    All that moves times locks in this order: uploads, deployments, photos.
    """
    origins.shifts_of(deployment.photos.all())
    return Deployment.objects.select_for_update(no_key=True).get(pk=deployment.pk)


@transaction.atomic
def change(deployment: Deployment, by: Somebody) -> int:
    """Keep what was set on a deployment; return how many photos have another time by it.

    Raises ShiftRefused where its clock cannot have been wrong by as much.
    """
    moved = origins.set_clock(deployment, deployment.clock_shift)
    places_change([deployment])
    deployment.save()
    note(deployment.project, "deployment_changed", by, name=deployment.name)
    return moved


def places_change(deployments: Iterable[Deployment]) -> None:
    """Let the photos be answered anew of deployments whose place will be another once saved."""
    after = {row.pk: (row.latitude, row.longitude) for row in deployments}
    before = Deployment.objects.filter(pk__in=after).values_list("pk", "latitude", "longitude")
    moved = [pk for pk, *place in before if tuple(place) != after[pk]]
    Photo.objects.filter(deployment__in=moved).update(answer_due=True)


@transaction.atomic
def remove(deployment: Deployment, by: Somebody) -> None:
    """Take a deployment and its events away. Its photos stay in the project, without its clock."""
    hold(deployment)
    assign(deployment.photos.all(), None, Photo.AssignedBy.HAND)
    note(deployment.project, "deployment_deleted", by, name=deployment.name)
    deployment.delete()
