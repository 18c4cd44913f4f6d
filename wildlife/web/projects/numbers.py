"""What the overview of a project counts, in a fixed number of queries."""

from dataclasses import dataclass

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from wildlife.photos.models import Photo, Upload
from wildlife.projects.models import Deployment, Membership, Project
from wildlife.review.queue import unsettled

LAST_UPLOADS = 5
PENDING = (Photo.State.WAITING, Photo.State.RUNNING)


@dataclass(frozen=True, slots=True)
class Numbers:
    photos: int
    pending: int
    failed: int
    to_review: int
    species: int
    deployments: int
    members: int


def numbers_of(project: Project) -> Numbers:
    """Count what a project has. Three queries."""
    photos = Photo.objects.filter(project=project)
    counted = photos.aggregate(
        photos=Count("pk"),
        pending=Count("pk", filter=Q(state__in=PENDING)),
        failed=Count("pk", filter=Q(state=Photo.State.FAILED)),
        to_review=Count("pk", filter=unsettled(project)),
        species=Count("taxon", distinct=True, filter=Q(taxon__rank="species")),
    )
    return Numbers(
        **counted,
        deployments=Deployment.objects.filter(project=project).count(),
        members=Membership.objects.filter(project=project).count(),
    )


def with_counts(projects: QuerySet[Project]) -> QuerySet[Project]:
    """Return projects, each with `photo_count` and `member_count`."""
    photos = Photo.objects.filter(project=OuterRef("pk")).order_by().values("project")
    members = Membership.objects.filter(project=OuterRef("pk")).order_by().values("project")
    return projects.annotate(
        photo_count=Coalesce(Subquery(photos.annotate(n=Count("pk")).values("n")), 0),
        member_count=Coalesce(Subquery(members.annotate(n=Count("pk")).values("n")), 0),
    )


def last_uploads_of(project: Project) -> QuerySet[Upload]:
    """Return the newest uploads for a project, each with `photo_count`."""
    uploads = Upload.objects.filter(project=project).select_related("owner")
    return uploads.annotate(photo_count=Count("photos")).order_by("-started_at")[:LAST_UPLOADS]
