"""What is on a photo, once people and models have spoken: a verdict goes before the models."""

from django.db.models import Prefetch

from wildlife.exchange.records import Box, Person, TaxonRecord, ThingRecord
from wildlife.exchange.taxa import TaxonBook
from wildlife.identifications.answers import WHOLE, Settled, settle
from wildlife.identifications.models import Detection, Identification, Verdict, Vote
from wildlife.photos.models import Photo

_VOTES = Vote.objects.only("detection_id", "expert", "release", "weight", "abstention")
PREFETCH = (
    Prefetch("detections", Detection.objects.select_related("identification__taxon", "run")),
    Prefetch("detections__votes", _VOTES),
    Prefetch("verdicts", Verdict.objects.select_related("taxon", "given_by")),
)
"""What photos must be fetched with."""


def things_of(photo: Photo, book: TaxonBook) -> tuple[ThingRecord, ...]:
    """Return what is on a photo: every detection, then what people marked beside them."""
    things = settle(list(photo.detections.all()), list(photo.verdicts.all()), photo.project)
    return tuple(_thing(index, one, book) for index, one in enumerate(things))


def _thing(index: int, thing: Settled, book: TaxonBook) -> ThingRecord:
    row, verdict = thing.detection, thing.verdict
    answer = getattr(row, "identification", None) if verdict is None else None
    whole = row.whole_image if row is not None else thing.box == WHOLE
    return ThingRecord(
        index=index,
        kind="blank" if thing.kind == Verdict.Kind.NO_ANIMAL else thing.kind,
        box=None if whole else Box(*thing.box),
        confidence=row.confidence if row is not None else None,
        sureness=answer.confidence if answer is not None else None,
        taxon=book[thing.taxon.slug] if thing.taxon is not None else None,
        person=_person(verdict) if verdict is not None else None,
        scores=_scores(answer, book) if answer is not None else (),
        crop=row.crop if row is not None else "",
        models=_models(row) if row is not None else "",
        agreement=answer.agreement if answer is not None else None,
        reason=answer.reason if answer is not None else "",
        count=verdict.count if verdict is not None else None,
        sex=verdict.sex if verdict is not None else "",
        life_stage=verdict.life_stage if verdict is not None else "",
        behaviour=verdict.behaviour if verdict is not None else "",
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
    name = verdict.given_by.get_username() if verdict.given_by else verdict.source or "unknown"
    return Person(name, verdict.given_at)
