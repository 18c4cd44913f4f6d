"""The last step in a worker: the answers become rows, all or none of them."""

from django.db import transaction
from django.utils import timezone

from pipelines.types import Ballot, Crop, Identification, Scene
from wildlife.identifications import models
from wildlife.identifications.models import Run
from wildlife.photos.models import Photo
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
            state=Run.State.DONE, finished_at=timezone.now()
        )
        if not ended:
            return 0
        photos = {
            str(photo.id): photo
            for photo in run.photos.select_for_update().filter(state=Photo.State.RUNNING)
        }
        scenes = [scene for scene in scenes if scene.photo_id in photos]
        for scene in scenes:
            _finish(photos[scene.photo_id], scene)
        Photo.objects.bulk_update(
            photos.values(), ["state", "failure", "preview", "width", "height", "finished_at"]
        )
        _write(run, scenes, crops, ballots, answers)
        # The rows say all of it now; the raw values would only double the database.
        run.results.exclude(step="describe").update(value=None)
    return len(scenes)


def _finish(photo: Photo, scene: Scene) -> None:
    photo.state = Photo.State.FAILED if scene.failure else Photo.State.DONE
    photo.failure = scene.failure[:300]
    photo.preview = scene.preview
    photo.width = scene.width or None
    photo.height = scene.height or None
    photo.finished_at = timezone.now()


def _write(
    run: Run,
    scenes: list[Scene],
    crops: list[Crop],
    ballots: list[Ballot],
    answers: list[Identification],
) -> None:
    groups = {(crop.photo_id, crop.index): crop for crop in crops}
    models.Detection.objects.filter(photo__in=[scene.photo_id for scene in scenes]).delete()
    rows = models.Detection.objects.bulk_create(
        models.Detection(
            photo_id=one.photo_id,
            run=run,
            index=one.index,
            category=one.category,
            confidence=one.confidence,
            x=one.box[0],
            y=one.box[1],
            width=one.box[2],
            height=one.box[3],
            crop=one.crop,
            whole_image=one.whole_image,
            groups=[] if crop is None else [list(pair) for pair in crop.groups],
        )
        for scene in scenes
        for one in scene.detections
        for crop in [groups.get((one.photo_id, one.index))]
    )
    detections = {(str(row.photo_id), row.index): row for row in rows}
    models.Vote.objects.bulk_create(_votes(detections, crops, ballots))
    # A taxon may have become a synonym while the run was on its way.
    taxa = accepted(answer.taxon for answer in answers)
    models.Identification.objects.bulk_create(
        models.Identification(
            detection=detections[answer.photo_id, answer.index],
            taxon=taxa.get(answer.taxon),
            confidence=answer.confidence,
            agreement=answer.agreement,
            reason=answer.reason,
            walk=[[step.taxon, step.rank, step.mass, step.taken] for step in answer.walk],
            runners_up=[list(pair) for pair in answer.runners_up],
        )
        for answer in answers
        if (answer.photo_id, answer.index) in detections
    )


def _votes(
    detections: dict[tuple[str, int], models.Detection], crops: list[Crop], ballots: list[Ballot]
) -> list[models.Vote]:
    """One row per crop and expert that was asked, with its scores or its reason to abstain."""
    rows = []
    for ballot in ballots:
        votes = {(vote.photo_id, vote.index): vote for vote in ballot.votes}
        for crop in crops:
            place = (crop.photo_id, crop.index)
            if place not in detections or ballot.expert not in crop.experts:
                continue
            vote = votes.get(place)
            rows.append(
                models.Vote(
                    detection=detections[place],
                    expert=ballot.expert,
                    release=ballot.release,
                    weight=ballot.weight,
                    scores=[list(pair) for pair in vote.scores] if vote else [],
                    none=vote.none if vote else 0.0,
                    abstention="" if vote else ballot.abstention,
                )
            )
    return rows
