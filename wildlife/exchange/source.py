"""The one place where photos become records: what the asker may see of them, portion by portion.

Every portion costs the same few queries and is forgotten before the next one, so that memory does
not grow with the number of photos.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.db.models import QuerySet
from django.utils import timezone

from wildlife.exchange.deployments import FIELDS
from wildlife.exchange.records import (
    DeploymentRecord,
    EventRecord,
    PhotoRecord,
    PlaceRecord,
    ProjectRecord,
    ThingRecord,
    clock,
)
from wildlife.exchange.settled import PREFETCH, things_of
from wildlife.exchange.taxa import TaxonBook
from wildlife.identifications import blurring
from wildlife.identifications.blurring import regions_of
from wildlife.identifications.privacy import key_in_place_of
from wildlife.library.paging import beyond, mark
from wildlife.photos.models import Photo
from wildlife.projects.models import Deployment, Event, Project
from wildlife.projects.places import COARSE, coarse, shown
from wildlife.projects.rights import Right, rights_in

PORTION = 500
_OWN = frozenset({"deploymentID", "latitude", "longitude", "deploymentStart", "deploymentEnd"})
"""Columns of a deployment that its record tells by itself."""

Somebody = AbstractBaseUser | AnonymousUser


@dataclass(frozen=True, slots=True)
class View:
    """What the asker may know beyond the photos and their answers.

    `pictures` tells that what is written opens them: blurred ones that are missing are made.
    """

    places: bool
    originals: bool
    pictures: bool = False


def view_of(user: Somebody, project: Project | None) -> View:
    """Return what somebody may know of a project; of their own photos everything."""
    if project is None:
        return View(places=True, originals=True)
    rights = rights_in(user, project)
    return View(Right.SEE_PLACES in rights, Right.SEE_PEOPLE in rights)


def records(photos: QuerySet[Photo], view: View, base_url: str = "") -> Iterator[PhotoRecord]:
    """Yield photos, given in the library's order, as what `view` lets be seen of them.

    `base_url` is where this copy is reached ("https://example.org"); files have addresses below it.
    """
    book = TaxonBook()
    rows = photos.select_related("deployment", "event", "project", "taxon").prefetch_related(
        *PREFETCH
    )
    after = ""
    while portion := list(beyond(rows, after)[:PORTION]):
        book.learn(portion)
        for photo in portion:
            if view.pictures and not view.originals and regions_of(photo):
                blurring.make([photo.pk])
            yield _record(photo, view, book, base_url)
        after = mark(portion[-1].moment, portion[-1].pk)


def about(project: Project | None, user: Somebody) -> ProjectRecord:
    """Return whose photos they are; names are those that members see of each other."""
    if project is None:
        name = user.get_username() or "guest"
        return ProjectRecord(
            slug="", title="", description="", sampling_design="opportunistic",
            data_licence="CC-BY-4.0", media_licence="CC-BY-NC-4.0", people=(name,),
            made_at=user.date_joined if isinstance(user, User) else timezone.now(),
        )  # fmt: skip
    members = project.memberships.select_related("user")
    return ProjectRecord(
        slug=project.slug,
        title=project.name,
        description=project.description,
        sampling_design=project.sampling_design,
        data_licence=project.data_licence,
        media_licence=project.media_licence,
        people=tuple(one.user.get_username() for one in members) or (project.name,),
        made_at=project.created_at,
    )


def _record(photo: Photo, view: View, book: TaxonBook, base_url: str) -> PhotoRecord:
    things, hidden = _things(photo, view, book), not view.places
    zone = photo.deployment.time_zone if photo.deployment else "UTC"
    deployment = _deployment(photo.deployment, hidden=hidden) if photo.deployment else None
    return PhotoRecord(
        id=str(photo.pk),
        filename=photo.filename,
        sha256=photo.sha256,
        media_type=photo.media_type,
        width=photo.width,
        height=photo.height,
        moment=clock(photo.taken_at, photo.utc_offset, zone) if photo.taken_at else None,
        received_at=photo.received_at,
        camera=" ".join(filter(None, (photo.camera_make, photo.camera_model))),
        state=photo.state,
        failure=photo.failure,
        place=_place(photo, hidden=hidden) or (deployment.place if deployment else None),
        deployment=deployment,
        event=_event(photo.event, zone) if photo.event else None,
        things=things,
        original=str(photo.original.name) if view.originals else "",
        url=f"{base_url}/api/v1/photos/{photo.pk}/original",
        picture=_picture(photo, view),
    )


def _things(photo: Photo, view: View, book: TaxonBook) -> tuple[ThingRecord, ...]:
    """Return what is on a photo; crops are blurred for who may not see the people on it."""
    things = things_of(photo, book)
    if view.originals:
        return things
    return tuple(replace(one, crop=_key(one.crop, photo)) for one in things)


def _picture(photo: Photo, view: View) -> str:
    """Return the key of what of a photo may be seen; only originals have places in them."""
    if view.originals and view.places:
        return str(photo.original.name)
    return photo.preview if view.originals else _key(photo.preview, photo)


def _key(sharp: str, photo: Photo) -> str:
    """Return the key in place of a picture's; "" where nobody has looked for people yet."""
    return key_in_place_of(sharp, photo) if photo.state == Photo.State.DONE else ""


def _event(row: Event, zone: str) -> EventRecord:
    return EventRecord(str(row.pk), clock(row.start, None, zone), clock(row.end, None, zone))


def _place(row: Photo | Deployment, *, hidden: bool) -> PlaceRecord | None:
    if row.latitude is None or row.longitude is None:
        return None
    if not hidden:
        return PlaceRecord(row.latitude, row.longitude)
    return PlaceRecord(coarse(row.latitude), coarse(row.longitude), COARSE)


def _deployment(row: Deployment, *, hidden: bool) -> DeploymentRecord:
    told = shown(row, exact=not hidden)
    columns = {name: getattr(told, field) for name, field in FIELDS.items() if name not in _OWN}
    return DeploymentRecord(
        name=row.name,
        place=_place(row, hidden=hidden),
        start=row.start,
        end=row.end,
        zone=row.time_zone,
        columns={name: _text(value) for name, value in columns.items()},
    )


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
