"""Writing down what happened in a project, so that it can be told to who asked for it."""

from collections.abc import Iterable
from uuid import UUID

from wildlife.projects.models import Happening


def tell(kind: Happening.Kind, subjects: Iterable[tuple[UUID, UUID]]) -> None:
    """Keep what happened until it is passed on: pairs of a project's id and what it happened to.

    To be called in the transaction of what is told: then neither is ever without the other.
    """
    Happening.objects.bulk_create(
        Happening(project_id=project, kind=kind, subject=subject) for project, subject in subjects
    )
