"""What is on a photo, once people and models have spoken: a verdict goes before the models."""

from django.db.models import Prefetch

from wildlife.exchange.records import Box, Person, TaxonRecord, ThingRecord
from wildlife.exchange.taxa import TaxonBook
from wildlife.identifications.evaluation.judging import overlap
from wildlife.identifications.models import Detection, Identification, Verdict, Vote
from wildlife.photos.models import Photo

WHOLE = Box(0.0, 0.0, 1.0, 1.0)
SAME = 0.5
"""The least intersection over union of two boxes that are around the same thing."""
_VOTES = Vote.objects.only("detection_id", "expert", "release", "weight", "abstention")
PREFETCH = (
    Prefetch("detections", Detection.objects.select_related("identification__taxon", "run")),
    Prefetch("detections__votes", _VOTES),
    Prefetch("verdicts", Verdict.objects.select_related("taxon", "given_by")),
)
"""What photos must be fetched with."""


def things_of(photo: Photo, book: TaxonBook) -> tuple[ThingRecord, ...]:
    """Return what is on a photo: every detection, then what people marked beside them."""
    detections, verdicts = list(photo.detections.all()), list(photo.verdicts.all())
    said = _said_of(detections, verdicts)
    things = [_thing(index, row, said.get(row.pk), book) for index, row in enumerate(detections)]
    beside = [one for one in verdicts if not _is_told(one, detections, said)]
    for index, verdict in enumerate(sorted(beside, key=_box), len(things)):
        things.append(_marked(index, _box(verdict), verdict, book))
    return tuple(things)


def _said_of(detections: list[Detection], verdicts: list[Verdict]) -> dict[int, Verdict]:
    """Return the verdicts on detections, by the detection's row.

    A later run may draw a box anew: the boxes that are most alike find each other first.
    """
    pairs = [
        (share, row.pk, verdict)
        for row in detections
        for verdict in verdicts
        if (share := _alike(row, verdict)) >= SAME
    ]
    said: dict[int, Verdict] = {}
    taken: set[int] = set()
    for _, key, verdict in sorted(pairs, key=lambda pair: -pair[0]):
        if key not in said and verdict.pk not in taken:
            said[key] = verdict
            taken.add(verdict.pk)
    return said


def _is_told(verdict: Verdict, detections: list[Detection], said: dict[int, Verdict]) -> bool:
    """Return whether a detection has a verdict, or a newer one that took its place."""
    return verdict in said.values() or any(
        _alike(row, verdict) >= SAME and said[row.pk].given_at > verdict.given_at
        for row in detections
        if row.pk in said
    )


def _alike(row: Detection, verdict: Verdict) -> float:
    one, other = _box(row), _box(verdict)
    return 1.0 if one == other else overlap(one, other)


def _thing(index: int, row: Detection, verdict: Verdict | None, book: TaxonBook) -> ThingRecord:
    box = None if row.whole_image else _box(row)
    if verdict is not None:
        return ThingRecord(
            index=index,
            kind="animal" if verdict.taxon else "blank",
            box=box,
            confidence=row.confidence,
            sureness=None,
            taxon=book[verdict.taxon.slug] if verdict.taxon else None,
            person=_person(verdict),
            crop=row.crop,
            models=_models(row),
        )
    answer = getattr(row, "identification", None)
    empty = answer is not None and answer.reason == Identification.Reason.NO_ANIMAL
    return ThingRecord(
        index=index,
        kind="blank" if empty else row.category,
        box=box,
        confidence=row.confidence,
        sureness=answer.confidence if answer else None,
        taxon=book[answer.taxon.slug] if answer and answer.taxon else None,
        scores=_scores(answer, book) if answer else (),
        crop=row.crop,
        models=_models(row),
        agreement=answer.agreement if answer else None,
        reason=answer.reason if answer else "",
    )


def _marked(index: int, box: Box, verdict: Verdict, book: TaxonBook) -> ThingRecord:
    return ThingRecord(
        index=index,
        kind="animal" if verdict.taxon else "blank",
        box=None if box == WHOLE else box,
        confidence=None,
        sureness=None,
        taxon=book[verdict.taxon.slug] if verdict.taxon else None,
        person=_person(verdict),
    )


def _scores(answer: Identification, book: TaxonBook) -> tuple[tuple[TaxonRecord, float], ...]:
    own = [(answer.taxon.slug, answer.confidence)] if answer.taxon else []
    others = [(slug, share) for slug, share in answer.runners_up if (slug, share) not in own]
    found = [(book.get(slug), float(share)) for slug, share in (*own, *others)]
    return tuple((taxon, share) for taxon, share in found if taxon is not None)


def _models(row: Detection) -> str:
    """Return which releases named it; where nothing is named, which one found it."""
    if hasattr(row, "identification"):
        voters = dict.fromkeys(vote.release for vote in row.votes.all() if not vote.abstention)
        if voters:
            return " | ".join(voters)
    detector = row.run.lineup.get("detector") or {}
    return str(detector.get("release", ""))


def _person(verdict: Verdict) -> Person:
    name = verdict.given_by.get_username() if verdict.given_by else "unknown"
    return Person(name, verdict.given_at)


def _box(row: Detection | Verdict) -> Box:
    return Box(row.x, row.y, row.width, row.height)
