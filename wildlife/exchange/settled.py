"""What is on a photo, once people and models have spoken: a verdict goes before the models."""

from django.db.models import Prefetch

from wildlife.exchange.records import Box, Person, TaxonRecord, ThingRecord
from wildlife.exchange.taxa import TaxonBook
from wildlife.identifications.models import Detection, Identification, Verdict
from wildlife.photos.models import Photo

WHOLE = Box(0.0, 0.0, 1.0, 1.0)
PREFETCH = (
    Prefetch("detections", Detection.objects.select_related("identification__taxon", "run")),
    Prefetch("verdicts", Verdict.objects.select_related("taxon", "given_by")),
)
"""What photos must be fetched with."""


def things_of(photo: Photo, book: TaxonBook) -> tuple[ThingRecord, ...]:
    """Return what is on a photo: every detection, then what people marked beside them."""
    verdicts: dict[Box, Verdict] = {}
    for verdict in photo.verdicts.all():  # the newest first
        verdicts.setdefault(_box(verdict), verdict)
    things: list[ThingRecord] = []
    for detection in photo.detections.all():
        said = verdicts.pop(_box(detection), None)
        things.append(_thing(len(things), detection, said, book))
    for box, verdict in sorted(verdicts.items()):
        things.append(_marked(len(things), box, verdict, book))
    return tuple(things)


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
    """Return which release found it, as the run's line-up says."""
    detector = row.run.lineup.get("detector") or {}
    return str(detector.get("release", ""))


def _person(verdict: Verdict) -> Person:
    name = verdict.given_by.get_username() if verdict.given_by else "unknown"
    return Person(name, verdict.given_at)


def _box(row: Detection | Verdict) -> Box:
    return Box(row.x, row.y, row.width, row.height)
