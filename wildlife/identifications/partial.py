"""What a run that is still going on has said of one photo so far."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from pipelines.identify import Lineup, expert_step
from pipelines.types import Ballot, Crop, Identification, Scene
from wildlife.identifications.models import Detection, Run, Vote
from wildlife.identifications.rows import detection_rows, identification_rows, vote_rows
from wildlife.photos.models import Photo
from wildlife.species.synonyms import accepted


@dataclass(frozen=True, slots=True)
class Partial:
    """What is known of a photo before its run ends, as rows that are not saved.

    The answers hang on their detections. `width` and `height` are the upright photo's pixels, 0
    before it was looked at. `awaited` are the experts by index of detection that were asked and
    have not answered.
    """

    width: int
    height: int
    detections: tuple[Detection, ...]
    votes: tuple[Vote, ...]
    awaited: Mapping[int, tuple[str, ...]]


def partial_of(photo: Photo, run: Run, who: Lineup) -> Partial:
    """Return what a run has said of a photo so far: nothing where it has just ended."""
    values = run.results.filter(value__isnull=False).values_list("step", "value")
    stored = {step: bytes(value) for step, value in values if value is not None}
    own = str(photo.id)

    def value(step: str, kind: Any) -> Any:
        return msgspec.json.decode(stored[step], type=kind) if step in stored else []

    scenes = [one for one in value("detect", list[Scene]) if one.photo_id == own]
    crops = [one for one in value("sort", list[Crop]) if one.photo_id == own]
    done = [one for one in who.experts if expert_step(one) in stored]
    ballots = [value(expert_step(one), Ballot) for one in done]
    answers = [one for one in value("fuse", list[Identification]) if one.photo_id == own]

    detections = detection_rows(run, scenes, crops)
    votes = vote_rows(detections, crops, ballots)
    identification_rows(detections, answers, accepted(one.taxon for one in answers))
    said = {one.name for one in done}
    return Partial(
        width=scenes[0].width if scenes else 0,
        height=scenes[0].height if scenes else 0,
        detections=tuple(detections.values()),
        votes=tuple(votes),
        awaited={
            crop.index: tuple(name for name in crop.experts if name not in said) for crop in crops
        },
    )
