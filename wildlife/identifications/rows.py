"""The values that the steps of a run pass on, as rows that are not saved yet."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from pipelines.types import Ballot, Crop, Scene
from pipelines.types import Identification as Answer
from wildlife.identifications.models import Detection, Embedding, Identification, Run, Vote
from wildlife.species.models import Taxon

Place = tuple[str, int]
"""A photo's id and the index of a detection on it."""


def detection_rows(
    run: Run, scenes: Iterable[Scene], crops: Iterable[Crop]
) -> dict[Place, Detection]:
    """Return what was found on each photo, by its place; the crops tell the coarse groups."""
    groups = {(crop.photo_id, crop.index): crop.groups for crop in crops}
    return {
        (one.photo_id, one.index): Detection(
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
            groups=[list(pair) for pair in groups.get((one.photo_id, one.index), ())],
        )
        for scene in scenes
        for one in scene.detections
    }


def vote_rows(
    detections: Mapping[Place, Detection], crops: Sequence[Crop], ballots: Iterable[Ballot]
) -> list[Vote]:
    """Return one row per crop and expert that was asked, with its scores or its abstention."""
    rows = []
    for ballot in ballots:
        votes = {(vote.photo_id, vote.index): vote for vote in ballot.votes}
        for crop in crops:
            place = (crop.photo_id, crop.index)
            if place not in detections or ballot.expert not in crop.experts:
                continue
            vote = votes.get(place)
            rows.append(
                Vote(
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


def embedding_rows(
    detections: Mapping[Place, Detection], ballots: Iterable[Ballot], photos: Collection[str]
) -> list[Embedding]:
    """Return the vectors of the animals on some photos, by their ids.

    Of several experts that compare the first one's are kept: one can only be held against another.
    """
    for ballot in ballots:
        rows = [
            Embedding(detection=detections[place], release=ballot.release, vector=vote.vector)
            for vote in ballot.votes
            if vote.vector
            and vote.photo_id in photos
            and (place := (vote.photo_id, vote.index)) in detections
        ]
        if rows:
            return rows
    return []


def identification_rows(
    detections: Mapping[Place, Detection], answers: Iterable[Answer], taxa: Mapping[str, Taxon]
) -> list[Identification]:
    """Return the answers; `taxa` are the accepted taxa by the keys that the answers claim."""
    return [
        Identification(
            detection=detections[answer.photo_id, answer.index], **answer_columns(answer, taxa)
        )
        for answer in answers
        if (answer.photo_id, answer.index) in detections
    ]


def answer_columns(answer: Answer, taxa: Mapping[str, Taxon]) -> dict[str, Any]:
    """Return an answer as the columns of its row."""
    return {
        "taxon": taxa.get(answer.taxon),
        "confidence": answer.confidence,
        "agreement": answer.agreement,
        "reason": answer.reason,
        "walk": [[step.taxon, step.rank, step.mass, step.taken] for step in answer.walk],
        "runners_up": [list(pair) for pair in answer.runners_up],
        "countries": list(answer.countries),
        "elsewhere": list(answer.elsewhere),
    }
