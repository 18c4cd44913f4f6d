"""What models of others say: apart from our own, with their name, and weighing nothing.

E1  Where our models have not looked yet, it stands on the photo, in a run of its own that tells
    its source. Once our models look, their answer takes its place.
E2  Where they have looked, what was said of a box that they see as well stands beside their votes,
    with the weight 0.
E3  Other boxes are not added to theirs: they are listed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_noop as _

from pipelines.identify import Lineup, Member
from wildlife.exchange.imports.entries import WHOLE, Said, WrongValue
from wildlife.exchange.imports.names import Names
from wildlife.identifications.answers import SAME, box_of
from wildlife.identifications.evaluation.judging import overlap
from wildlife.identifications.lineup import to_json
from wildlife.identifications.models import Detection, Identification, Run, Vote
from wildlife.photos.models import Photo
from wildlife.species.models import Taxon

_EXPERT, _RELEASE = 60, 90
Reason = Identification.Reason


@dataclass(frozen=True, slots=True)
class Claim:
    """What a model says of a box, with its taxa looked up; `taxon` is None where none is told."""

    said: Said
    taxon: Taxon | None
    others: tuple[tuple[str, float], ...]

    @property
    def scores(self) -> list[list[object]]:
        own = [[self.taxon.slug, self.said.score]] if self.taxon else []
        return own + [[slug, share] for slug, share in self.others]


@dataclass(slots=True)
class Claims:
    """What is to become of the claims of a portion, by what they change."""

    stand: dict[UUID, list[Claim]] = field(default_factory=dict)
    beside: list[tuple[Detection, Claim]] = field(default_factory=list)
    same: int = 0
    wrong: list[tuple[UUID, WrongValue]] = field(default_factory=list)


def claim_of(said: Said, names: Names) -> Claim:
    """Look up the taxa of what a model says. Raises WrongValue for one that is not known.

    Of its further guesses those that are not known are left out.
    """
    if said.kind != "animal" or not said.names:
        return Claim(said, None, ())
    others: list[tuple[str, float]] = []
    for guess, share in said.scores:
        try:
            others.append((names.taxon(guess).slug, share))
        except WrongValue:
            continue
    return Claim(said, names.taxon(said.names), tuple(others))


def compared(claims: Mapping[UUID, Sequence[Claim]]) -> Claims:
    """Compare claims, by photo, with what is here. Three queries."""
    found = Claims()
    states = dict(Photo.objects.filter(pk__in=claims).order_by().values_list("pk", "state"))
    there: dict[UUID, list[Detection]] = {pk: [] for pk in claims}
    rows = Detection.objects.filter(photo__in=claims).order_by("index")
    for row in rows.select_related("run", "identification").prefetch_related("votes"):
        there[row.photo_id].append(row)
    for pk, said in claims.items():
        free = states.get(pk) != Photo.State.DONE
        models = {one.said.model for one in said}
        if free and all(row.run.lineup.get("source") in models for row in there[pk]):
            now = [_told(row) for row in there[pk]]
            if now == [_meant(one) for one in said]:
                found.same += len(said)
            else:
                found.stand[pk] = list(said)
        else:
            _beside(pk, said, there[pk], found)
    return found


def keep(claims: Claims) -> set[UUID]:
    """Write claims; return the photos whose answers are others now. In a transaction."""
    Detection.objects.filter(photo__in=claims.stand).delete()
    runs: dict[str, Run] = {}
    answers: list[Identification] = []
    votes: list[Vote] = []
    for pk, said in claims.stand.items():
        for index, one in enumerate(said):
            run = runs.setdefault(one.said.model, _run(one.said.model))
            row = _detection(pk, run, index, one)
            row.save(force_insert=True)
            answers += _answer(row, one)
            if one.taxon is not None:
                votes.append(_vote(row, one, weight=1.0))
    Identification.objects.bulk_create(answers)
    Vote.objects.bulk_create(votes)
    together = Run.photos.through
    together.objects.bulk_create(
        {(runs[one.said.model].pk, pk): together(run=runs[one.said.model], photo_id=pk)
         for pk, said in claims.stand.items() for one in said}.values(),
        ignore_conflicts=True,
    )  # fmt: skip
    for detection, one in claims.beside:
        vote = _vote(detection, one, weight=0.0)
        Vote.objects.update_or_create(
            detection=detection,
            expert=vote.expert,
            defaults={"release": vote.release, "weight": 0.0, "scores": vote.scores},
        )
    return set(claims.stand)


def _beside(pk: UUID, said: Iterable[Claim], there: Sequence[Detection], found: Claims) -> None:
    """E2 and E3: find the detection that each animal is about."""
    animals = [row for row in there if row.category == Detection.Category.ANIMAL]
    for one in said:
        if one.said.kind != "animal" or one.taxon is None:
            continue
        row = _fitting(one, animals)
        if row is None:
            reason = _("%(model)s says %(name)s here; our models see no animal at that place.")
            model, name = one.said.model[:60], one.taxon.scientific_name
            wrong = WrongValue("not_seen_here", reason, model=model, name=name)
            found.wrong.append((pk, wrong))
            continue
        vote = _vote(row, one, weight=0.0)
        held = [(v.release, v.scores) for v in row.votes.all() if v.expert == vote.expert]
        if held == [(vote.release, vote.scores)]:
            found.same += 1
        else:
            found.beside.append((row, one))


def _fitting(one: Claim, animals: Sequence[Detection]) -> Detection | None:
    """Return the box of an animal that is most alike; of the whole photo the one there is."""
    if one.said.box == WHOLE and len(animals) == 1:
        return animals[0]
    shares = [(overlap(box_of(row), one.said.box), -row.index, row) for row in animals]
    best = max(shares, key=lambda share: share[:2], default=None)
    return best[2] if best is not None and best[0] >= SAME else None


def _run(model: str) -> Run:
    """Return the run of a model of others: it has no steps, and its line-up tells its source."""
    there = Run.objects.filter(lineup__source=model).order_by("created_at").first()
    if there is not None:
        return there
    one = Member(_expert(model), model[:_RELEASE], title=model[:_RELEASE])
    told = {**to_json(Lineup(detector=one, coarse=one, experts=(one,))), "source": model}
    now = timezone.now()
    return Run.objects.create(state=Run.State.DONE, lineup=told, alive_at=now, finished_at=now)


def _expert(model: str) -> str:
    return f"import: {model}"[:_EXPERT]


def _detection(photo_id: UUID, run: Run, index: int, one: Claim) -> Detection:
    x, y, width, height = one.said.box
    return Detection(
        photo_id=photo_id,
        run=run,
        index=index,
        category=_category(one),
        confidence=one.said.confidence,
        x=x,
        y=y,
        width=width,
        height=height,
        whole_image=one.said.box == WHOLE,
    )


def _category(one: Claim) -> str:
    known: list[str] = Detection.Category.values
    return one.said.kind if one.said.kind in known else Detection.Category.ANIMAL


def _answer(row: Detection, one: Claim) -> list[Identification]:
    reason = _reason(one)
    if reason is None:
        return []
    runners_up = [[slug, share] for slug, share in one.others]
    return [
        Identification(
            detection=row,
            taxon=one.taxon,
            confidence=one.said.score,
            agreement=1.0,
            reason=reason,
            runners_up=runners_up,
        )
    ]


def _reason(one: Claim) -> str | None:
    """Return the reason of an answer, None for a box without one."""
    if one.said.kind in ("no_animal", "unsure"):
        return Reason.NO_ANIMAL if one.said.kind == "no_animal" else Reason.UNKNOWN_ANIMAL
    if one.taxon is None:
        return None
    lowest = one.taxon.rank in (Taxon.Rank.SPECIES, Taxon.Rank.SUBSPECIES)
    return Reason.SPECIES if lowest else Reason.HIGHER_RANK


def _vote(row: Detection, one: Claim, *, weight: float) -> Vote:
    model = one.said.model
    return Vote(
        detection=row,
        expert=_expert(model),
        release=model[:_RELEASE],
        weight=weight,
        scores=one.scores,
    )


def _told(row: Detection) -> tuple[object, ...]:
    answer: Identification | None = getattr(row, "identification", None)
    told = (answer.taxon_id, answer.confidence, answer.reason) if answer else (None, None, None)
    return (row.category, row.confidence, box_of(row), *told, row.run.lineup.get("source"))


def _meant(one: Claim) -> tuple[object, ...]:
    reason = _reason(one)
    told = (one.taxon and one.taxon.pk, one.said.score, reason) if reason else (None, None, None)
    return (_category(one), one.said.confidence, one.said.box, *told, one.said.model)
