"""The last step in a worker: the answers become rows, all or none of them."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from pipelines.types import Ballot, Crop, Identification, Scene
from wildlife.identifications import blurring, models
from wildlife.identifications.digests import write_digests
from wildlife.identifications.events import ask_for_events_of
from wildlife.identifications.models import Run
from wildlife.identifications.rows import (
    detection_rows,
    embedding_rows,
    identification_rows,
    vote_rows,
)
from wildlife.identifications.telling import tell_of
from wildlife.photos import origins
from wildlife.photos.models import Photo
from wildlife.projects.models import Happening
from wildlife.species.synonyms import accepted


def describe(
    run: Run,
    scenes: list[Scene],
    crops: list[Crop],
    ballots: list[Ballot],
    answers: list[Identification],
) -> int:
    """Write detections, votes and identifications of a run's photos, and end the run.

    Returns how many photos were finished: none where the run has ended already, so that a message
    delivered twice changes nothing. Photos deleted meanwhile are passed over.
    """
    with transaction.atomic():
        ended = Run.objects.filter(id=run.id, state=Run.State.RUNNING).update(
            state=Run.State.DONE,
            finished_at=timezone.now(),
            breadths={one.expert: [list(pair) for pair in one.breadth] for one in ballots},
        )
        if not ended:
            return 0
        shifts = origins.shifts_of(run.photos.all())
        photos = {
            str(photo.id): photo
            for photo in run.photos.select_for_update().filter(state=Photo.State.RUNNING)
        }
        scenes = [scene for scene in scenes if scene.photo_id in photos]
        for scene in scenes:
            _finish(photos[scene.photo_id], scene, shifts)
        Photo.objects.bulk_update(
            photos.values(),
            ["state", "failure", "preview", "width", "height", "finished_at", *origins.FILLED],
        )
        # Guests have no teams, and nothing to label at once.
        kept = {pk for pk, photo in photos.items() if photo.project_id or photo.owner_id}
        _write(run, scenes, crops, ballots, answers, kept)
        write_digests(scene.photo_id for scene in scenes)
        blurring.ask_for(scene.photo_id for scene in scenes)
        ask_for_events_of(scene.photo_id for scene in scenes)
        tell_of(Happening.Kind.IDENTIFIED, [scene.photo_id for scene in scenes])
        # The rows say all of it now; the raw values would only double the database.
        run.results.exclude(step="describe").update(value=None)
    return len(scenes)


def _finish(photo: Photo, scene: Scene, shifts: Mapping[UUID | None, timedelta]) -> None:
    photo.state = Photo.State.FAILED if scene.failure else Photo.State.DONE
    photo.failure = scene.failure[:300]
    photo.preview = scene.preview
    photo.width = scene.width or None
    photo.height = scene.height or None
    photo.finished_at = timezone.now()
    if not scene.failure:
        origins.fill(photo, scene.origin, origins.shift_of(photo, shifts))


def _write(
    run: Run,
    scenes: list[Scene],
    crops: list[Crop],
    ballots: list[Ballot],
    answers: list[Identification],
    vectors_of: set[str],
) -> None:
    models.Detection.objects.filter(photo__in=[scene.photo_id for scene in scenes]).delete()
    detections = detection_rows(run, scenes, crops)
    models.Detection.objects.bulk_create(detections.values())
    models.Vote.objects.bulk_create(vote_rows(detections, crops, ballots))
    models.Embedding.objects.bulk_create(embedding_rows(detections, ballots, vectors_of))
    # A taxon may have become a synonym while the run was on its way.
    taxa = accepted(answer.taxon for answer in answers)
    models.Identification.objects.bulk_create(identification_rows(detections, answers, taxa))
