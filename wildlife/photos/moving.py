"""Giving photos of one's own to a project."""

from django.db import transaction
from django.db.models import QuerySet, Sum

from wildlife.photos.keeper import Keeper
from wildlife.photos.limits import check_room
from wildlife.photos.models import Photo
from wildlife.photos.refusals import PhotoRefused
from wildlife.projects.models import Project


@transaction.atomic
def move(photos: QuerySet[Photo], project: Project) -> int:
    """Give photos of users to a project, which keeps each file once; return how many it took.

    What it has already stays with its owner, and so do all where the project has no room or has
    ended. Who may give and take is the caller's question.
    """
    if Project.objects.select_for_update().get(pk=project.pk).erasing_at is not None:
        return 0
    given = photos.filter(owner__isnull=False)
    there = Photo.objects.filter(project=project, sha256__in=given.values("sha256"))
    new = list(given.exclude(sha256__in=there.values("sha256")).values_list("pk", flat=True))
    taken = Photo.objects.filter(pk__in=new)
    size = taken.aggregate(total=Sum("size"))["total"] or 0
    try:
        check_room(Keeper(project=project), size)
    except PhotoRefused:
        return 0
    # Their upload stays the uploader's own: who shifts its clock must not shift the project's.
    return taken.update(owner=None, project=project, upload=None, deployment=None, event=None)
