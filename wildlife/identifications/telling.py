"""Letting those who listen to a project know what became of its photos."""

from collections.abc import Iterable
from uuid import UUID

from wildlife.photos.models import Photo
from wildlife.projects.models import Happening
from wildlife.projects.outbox import tell


def tell_of(kind: Happening.Kind, photo_ids: Iterable[UUID | str]) -> None:
    """Write down what happened to photos of projects, in the transaction in which it does."""
    of_projects = Photo.objects.filter(pk__in=list(photo_ids), project__isnull=False)
    pairs = of_projects.order_by().values_list("project_id", "pk")
    tell(kind, [(project, photo) for project, photo in pairs if project is not None])
