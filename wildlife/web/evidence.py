"""One thing on a photo with all that was said of it: from the database, or from a run going on."""

from collections.abc import Iterable
from dataclasses import dataclass

from wildlife.identifications.models import Detection, Identification, Vote
from wildlife.identifications.partial import Partial
from wildlife.photos.models import Photo
from wildlife.web.votes import TOP_SCORES


@dataclass(frozen=True, slots=True)
class Evidence:
    """A detection, the votes on it, and the names of experts whose votes are still to come."""

    detection: Detection
    votes: tuple[Vote, ...]
    awaited: tuple[str, ...] = ()

    @property
    def answer(self) -> Identification | None:
        """The answer, if there is one yet; people and vehicles get none."""
        return identification_of(self.detection)

    def slugs(self) -> Iterable[str]:
        """Return the slugs of the taxa that a page names for it."""
        for vote in self.votes:
            yield from (slug for slug, _share in vote.scores[:TOP_SCORES])
        if (answer := self.answer) is not None:
            yield from (slug for slug, _share in answer.runners_up)
            yield from (step[0] for step in answer.walk)
            yield from answer.elsewhere
            if answer.taxon:
                yield answer.taxon.slug


def identification_of(row: Detection) -> Identification | None:
    """Return the answer for a detection; people and vehicles have none."""
    return getattr(row, "identification", None)


def stored_evidence(photo: Photo) -> list[Evidence]:
    """Return what the database holds of a photo, in two queries."""
    rows = photo.detections.select_related("identification__taxon").prefetch_related("votes")
    return [Evidence(row, tuple(row.votes.all())) for row in rows]


def early_evidence(partial: Partial) -> list[Evidence]:
    """Return what a run has said so far; votes in the order that the database would give."""
    votes: dict[int, list[Vote]] = {}
    for vote in sorted(partial.votes, key=lambda vote: (-vote.weight, vote.expert)):
        votes.setdefault(vote.detection.index, []).append(vote)
    return [
        Evidence(row, tuple(votes.get(row.index, ())), partial.awaited.get(row.index, ()))
        for row in partial.detections
    ]
