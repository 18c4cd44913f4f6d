"""Turning what happened into messages for those who listen, each thing once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from wildlife.notify import alerts
from wildlife.notify.models import Delivery, EndedUpload, Sighting, Webhook
from wildlife.photos.models import Photo, Upload
from wildlife.photos.progress import Counts, counts_of
from wildlife.projects.models import Happening, Project

PORTION = 500
TOGETHER = 100
"""Photos of one message: a hundred thousand photos do not make as many calls."""

Kind = Webhook.Kind


def collect() -> int:
    """Pass on what happened since the last time; return how many things that were."""
    passed = 0
    while done := _portion():
        passed += done
    return passed


@transaction.atomic
def _portion() -> int:
    """Pass on the oldest happenings; who else is at it takes others, or waits (SQLite)."""
    rows = list(Happening.objects.select_for_update(skip_locked=True).order_by("pk")[:PORTION])
    by_project: dict[UUID, list[Happening]] = defaultdict(list)
    for row in rows:
        by_project[row.project_id].append(row)
    projects = Project.objects.filter(erasing_at=None).in_bulk(list(by_project))
    for pk, project in projects.items():
        _pass_on(project, by_project[pk])
    Happening.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)


def _pass_on(project: Project, rows: Sequence[Happening]) -> None:
    webhooks = list(project.webhooks.filter(active=True))
    if not webhooks and not project.alerts.filter(active=True).exists():
        return
    photos = _photos(row.subject for row in rows if row.kind != Happening.Kind.UPLOADED)
    sighted = alerts.look_for(project, photos)
    told = [one for one in sighted if one.told]
    finished = _finished(rows, photos) if webhooks else []
    for webhook in webhooks:
        for kind in (Kind.IDENTIFIED, Kind.VERDICT):
            ids = {row.subject for row in rows if row.kind == kind}
            some = [photo for photo in photos if photo.pk in ids]
            _tell_of_photos(webhook, kind, project, some)
        for upload, counts in finished:
            _tell_of_upload(webhook, project, upload, counts)
        for sighting in told:
            _tell(webhook, Kind.ALERT, project, alert_data(sighting, webhook.site))


def _photos(ids: Iterable[UUID]) -> list[Photo]:
    """Return the photos that are still there, as they are now, in the order of their arrival."""
    rows = Photo.objects.filter(pk__in=set(ids)).select_related("taxon")
    return list(rows.order_by("received_at", "pk"))


def _finished(rows: Sequence[Happening], photos: Sequence[Photo]) -> list[tuple[Upload, Counts]]:
    """Return the uploads that have just ended, of those that may have, with their counts.

    Each is returned once for ever: its photos may be looked at again, and messages are forgotten.
    """
    ids = {row.subject for row in rows if row.kind == Happening.Kind.UPLOADED}
    ids |= {photo.upload_id for photo in photos if photo.upload_id is not None}
    told = EndedUpload.objects.filter(pk__in=ids)
    closed = Upload.objects.filter(pk__in=ids).exclude(closed_at=None).exclude(pk__in=told)
    counted = ((upload, counts_of(upload)) for upload in closed)
    ended = [(upload, counts) for upload, counts in counted if counts.finished]
    return [pair for pair in ended if EndedUpload.objects.get_or_create(upload=pair[0])[1]]


def _tell_of_photos(
    webhook: Webhook, kind: Kind, project: Project, photos: Sequence[Photo]
) -> None:
    for start in range(0, len(photos), TOGETHER):
        some = photos[start : start + TOGETHER]
        _tell(webhook, kind, project, {"photos": [photo_data(one, webhook.site) for one in some]})


def _tell_of_upload(webhook: Webhook, project: Project, upload: Upload, counts: Counts) -> None:
    found = {"done": counts.done, "failed": counts.failed, "refused": counts.refused}
    _tell(webhook, Kind.UPLOADED, project, {"upload": str(upload.pk), **found})


def _tell(webhook: Webhook, kind: Kind, project: Project, data: Mapping[str, Any]) -> None:
    if kind in webhook.kinds:
        Delivery.objects.create(webhook=webhook, kind=kind, payload=message(kind, project, data))


def test(webhook: Webhook) -> Delivery:
    """Let a webhook be told that somebody wants to see that it works, whatever else it is told.

    One that is switched off is told when it is on again.
    """
    payload = message(Kind.TEST, webhook.project, {"message": "It works."})
    return Delivery.objects.create(webhook=webhook, kind=Kind.TEST, payload=payload)


def message(kind: Kind, project: Project, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a message as Standard Webhooks forms it. No place is in it, however coarse."""
    return {
        "type": str(kind),
        "timestamp": timezone.now().isoformat(),
        "data": {"project": project.slug, **data},
    }


def photo_data(photo: Photo, site: str) -> dict[str, Any]:
    """Return what is told of a photo: its answer as it stands, verdicts included."""
    return {
        "id": str(photo.pk),
        "url": site.rstrip("/") + reverse("api:photo", args=[photo.pk]),
        "filename": photo.filename,
        "state": photo.state,
        "taxon": photo.taxon
        and {
            "slug": photo.taxon.slug,
            "scientific_name": photo.taxon.scientific_name,
            "rank": photo.taxon.rank,
        },
        "confidence": photo.confidence,
        "blank": photo.blank,
        "people": photo.people,
        "disputed": photo.disputed,
        "deployment": photo.deployment_id and str(photo.deployment_id),
        "taken_at": photo.taken_at and photo.taken_at.replace(tzinfo=None).isoformat(),
    }


def alert_data(sighting: Sighting, site: str) -> dict[str, Any]:
    """Return what is told of a photo that an alert found."""
    return {
        "alert": {"id": str(sighting.alert_id), "name": sighting.alert.name},
        "taxon": {
            "slug": sighting.taxon.slug,
            "scientific_name": sighting.taxon.scientific_name,
            "rank": sighting.taxon.rank,
        },
        "confidence": sighting.confidence,
        "photo": photo_data(sighting.photo, site),
    }
