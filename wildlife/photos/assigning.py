"""Which deployment photos belong to: by the folder they lay in, by time and place, or by hand.

A photo only ever comes to a deployment of its own project. Who may is the caller's question.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from pathlib import PurePosixPath
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from wildlife.photos import origins
from wildlife.photos.models import Photo, UploadItem
from wildlife.projects.deployments import ask_for_events
from wildlife.projects.models import Deployment, Project

NEAR = 1000.0
"""Metres, beside what a deployment's place is uncertain by, that a photo may be away from it."""
_EARTH = 6_371_000.0
_PORTION = 500


@dataclass(frozen=True, slots=True)
class Plan:
    """What would become of the photos of a project that have no deployment yet.

    `unclear` fit several deployments, `unmatched` none: both would stay as they are.
    """

    by: Photo.AssignedBy
    photos: dict[UUID, list[UUID]]
    unclear: int
    unmatched: int

    @property
    def total(self) -> int:
        return sum(map(len, self.photos.values()))


@transaction.atomic
def assign(photos: QuerySet[Photo], to: Deployment | None, by: Photo.AssignedBy) -> int:
    """Let photos belong to a deployment of their project, or to none; return how many changed.

    Their times move by its clock shift instead of that of the deployment that they leave.
    """
    ours = photos.filter(project__isnull=False) if to is None else photos.filter(project=to.project)
    other = ours.exclude(deployment=to) if to else ours.filter(deployment__isnull=False)
    origins.shifts_of(other)
    if to is not None:  # it may be new to all of them
        Deployment.objects.select_for_update(no_key=True).get(pk=to.pk)
    ids = list(other.order_by().values_list("pk", flat=True))
    left: set[UUID] = set()
    changed = 0
    for start in range(0, len(ids), _PORTION):
        rows = Photo.objects.filter(pk__in=ids[start : start + _PORTION])
        left.update(filter(None, rows.order_by().values_list("deployment_id", flat=True)))
        changed += rows.update(
            deployment=to, event=None, assigned_by=by if to else "", answer_due=True
        )
        origins.retime(rows)
    # One that lost photos shows other answers for the rest of an event.
    ask_for_events(left | ({to.pk} if to and ids else set()))
    return changed


@transaction.atomic
def carry_out(plan: Plan) -> int:
    """Assign what a plan found, as far as it has no deployment still; return how many."""
    homes = Deployment.objects.in_bulk(plan.photos)
    done = 0
    for pk, ids in plan.photos.items():
        for start in range(0, len(ids), _PORTION):
            free = Photo.objects.filter(pk__in=ids[start : start + _PORTION], deployment=None)
            done += assign(free, homes[pk], plan.by) if pk in homes else 0
    return done


def plan_by_folder(project: Project) -> Plan:
    """Find the deployments whose name or location_id is that of a folder on the photo's path.

    Case plays no part, and the first such folder counts. Where several deployments stood at one
    location, the time of the photo has to fit just one of them.
    """
    called: dict[str, list[Deployment]] = {}
    for deployment in project.deployments.all():
        for name in {deployment.name.casefold(), deployment.location_id.casefold()} - {""}:
            called.setdefault(name, []).append(deployment)
    paths: dict[UUID, str] = {}
    free = Photo.objects.filter(project=project, deployment=None)
    items = UploadItem.objects.filter(photo__in=free).order_by("pk")
    for photo_id, path in items.values_list("photo_id", "path"):
        paths.setdefault(photo_id, path)

    def fitting(photo: Photo) -> Sequence[Deployment]:
        folders = PurePosixPath(paths.get(photo.pk, "")).parts[:-1]
        named = (called[one.casefold()] for one in folders if one.casefold() in called)
        found = next(named, [])
        return found if len(found) < 2 else [one for one in found if _stood(one, photo)] or found

    return _plan(free, Photo.AssignedBy.FOLDER, fitting)


def plan_by_time(project: Project) -> Plan:
    """Find the deployments that stood while a photo was taken, and not far from where it was."""
    dated = list(project.deployments.filter(start__isnull=False))
    free = Photo.objects.filter(project=project, deployment=None)

    def fitting(photo: Photo) -> Sequence[Deployment]:
        return [one for one in dated if _stood(one, photo) and _near(one, photo)]

    return _plan(free, Photo.AssignedBy.TIME, fitting)


def _plan(
    photos: QuerySet[Photo], by: Photo.AssignedBy, fitting: Callable[[Photo], Sequence[Deployment]]
) -> Plan:
    found: dict[UUID, list[UUID]] = {}
    unclear = unmatched = 0
    columns = ("pk", "taken_at", "time_corrected", "latitude", "longitude")
    for photo in photos.only(*columns).order_by("pk").iterator():
        fit = fitting(photo)
        if len(fit) == 1:
            found.setdefault(fit[0].pk, []).append(photo.pk)
        elif fit:
            unclear += 1
        else:
            unmatched += 1
    return Plan(by, found, unclear, unmatched)


def _stood(deployment: Deployment, photo: Photo) -> bool:
    """Whether a photo was taken while a camera was out, by the clock that it would have there."""
    if photo.taken_at is None or deployment.start is None:
        return False
    at = photo.taken_at if photo.time_corrected else photo.taken_at + deployment.clock_shift
    return deployment.start <= at and (deployment.end is None or at <= deployment.end)


def _near(deployment: Deployment, photo: Photo) -> bool:
    """Whether a photo may have been taken there, as far as both places are known."""
    if photo.latitude is None or photo.longitude is None:
        return True
    if deployment.latitude is None or deployment.longitude is None:
        return True
    a, b = radians(photo.latitude), radians(deployment.latitude)
    across = radians(deployment.longitude - photo.longitude)
    half = sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(across / 2) ** 2
    apart = 2 * _EARTH * asin(min(1.0, sqrt(half)))
    return apart <= NEAR + (deployment.coordinate_uncertainty or 0)
