"""What people said of a project's photos beside what the machine had said: `quality.Case`s.

J1  What people say is what settled it (`answers`): where two have to agree, one is not enough.
J2  Answers that were accepted together, unseen, say nothing of how good the answers are.
J3  An answer that was made after people spoke is left out where an expert took part that learns
    from what people say: it may have seen the solution.
J4  What people say of a photo as a whole is about its surest animal that nobody spoke of.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, F, Max, Q, QuerySet
from django.db.models.fields.json import KT

from models_registry.models import ModelRelease
from wildlife.identifications.answers import WHOLE, Settled, machine_says, settle
from wildlife.identifications.models import Detection, Verdict, Vote
from wildlife.photos.models import Photo
from wildlife.projects.models import Project
from wildlife.review.models import Acceptance
from wildlife.review.quality import Above, Case, Label
from wildlife.species.models import Taxon
from wildlife.species.paths import lineages

PORTION = 2_000
"""Photos that are held in memory at once."""


class _Taxon(NamedTuple):
    pk: int


class _Answer(NamedTuple):
    taxon: _Taxon | None
    reason: str
    confidence: float


class _Box(NamedTuple):
    """A detection with its answer, without the weight of a model: there are thousands."""

    pk: int
    photo_id: UUID
    category: str
    confidence: float
    x: float
    y: float
    width: float
    height: float
    made_at: datetime
    taxon_id: int | None
    reason: str | None
    sure: float | None

    @property
    def identification(self) -> _Answer | None:
        if self.reason is None or self.sure is None:
            return None
        return _Answer(_Taxon(self.taxon_id) if self.taxon_id else None, self.reason, self.sure)


class _Word(NamedTuple):
    """A verdict, in the same way."""

    pk: int
    photo_id: UUID
    x: float
    y: float
    width: float
    height: float
    kind: str
    taxon_id: int | None
    given_by_id: int | None
    source: str
    second_look: str
    given_at: datetime

    @property
    def taxon(self) -> _Taxon | None:
        return _Taxon(self.taxon_id) if self.taxon_id else None


_BOX = (*_Box._fields[:8], "run__created_at", "identification__taxon_id")
_ANSWER = ("identification__reason", "identification__confidence")


def judged(project: Project) -> Iterator[Case]:
    """Yield what is known of all answers of a project, those that people spoke of last first.

    Two queries, and three for every PORTION of photos.
    """
    together = Acceptance.objects.filter(project=project).values("pk")
    # A batch is null for what was not given together with others.
    seen = Verdict.objects.exclude(batch__isnull=False, batch__in=together)
    given = seen.filter(photo__project=project, photo__state=Photo.State.DONE)
    newest = given.order_by().values("photo").annotate(at=Max("given_at"), last=Max("pk"))
    photos = list(newest.order_by("-at", "-last").values_list("photo", flat=True))
    learning = _learning()
    for start in range(0, len(photos), PORTION):
        yield from _of_portion(project, seen, photos[start : start + PORTION], learning)


def _of_portion(
    project: Project,
    seen: QuerySet[Verdict],
    photos: Sequence[UUID],
    learning: Collection[str],
) -> Iterator[Case]:
    words: dict[UUID, list[_Word]] = {pk: [] for pk in photos}
    rows = seen.filter(photo__in=photos).order_by("-given_at", "-pk")
    for word in map(_Word._make, rows.values_list(*_Word._fields)):
        words[word.photo_id].append(word)
    boxes: dict[UUID, list[_Box]] = defaultdict(list)
    found = Detection.objects.filter(photo__in=photos).order_by("index")
    for box in map(_Box._make, found.values_list(*_BOX, *_ANSWER)):
        boxes[box.photo_id].append(box)
    votes = _votes(photos)
    for photo, said in words.items():
        here: Any = boxes[photo]
        things: Any = said  # `settle` reads nothing of them that these rows have not
        for case, is_late in _cases(photo, here, settle(here, things, project), votes):
            is_late = is_late and any(name in learning for name in case.votes)
            yield replace(case, late=True) if is_late else case


def _cases(
    photo: UUID,
    rows: Sequence[_Box],
    things: Iterable[Settled],
    votes: Mapping[int, Mapping[str, Label | None]],
) -> Iterable[tuple[Case, bool]]:
    """Yield the cases of a photo, and whether the machine answered after people spoke."""
    settled = [one for one in things if one.verdict is not None]
    spoken_of = {one.detection.pk for one in settled if one.detection is not None}
    by_pk = {row.pk: row for row in rows}
    for one in settled:
        verdict = one.verdict
        assert verdict is not None
        truth: Label = verdict.taxon_id or str(verdict.kind)
        row = by_pk[one.detection.pk] if one.detection is not None else None
        if row is None and one.box == WHOLE:  # J4
            row = _surest(row for row in rows if row.pk not in spoken_of)
        if row is None:
            yield Case(photo, truth, str(Verdict.Kind.NO_ANIMAL), None), False
            continue
        said, sure = _said(row)
        case = Case(photo, truth, said, sure, votes.get(row.pk, {}))
        yield case, row.made_at > verdict.given_at


def _said(row: Any) -> tuple[Label, float | None]:
    kind, taxon, sure = machine_says(row)
    return (taxon.pk if taxon else str(kind)), sure


def _surest(rows: Iterable[_Box]) -> _Box | None:
    animals = [row for row in rows if row.category == Detection.Category.ANIMAL]
    return max(animals, key=lambda row: (row.sure or 0.0, row.confidence), default=None)


def _votes(photos: Sequence[UUID]) -> dict[int, dict[str, Label | None]]:
    """Return what each expert says of each detection first, None where it names nothing."""
    rows = Vote.objects.filter(detection__photo__in=photos, abstention="").order_by()
    told = list(
        rows.annotate(best=KT("scores__0__0"), sure=KT("scores__0__1")).values_list(
            "detection_id", "expert", "best", "sure", F("none")
        )
    )
    slugs = {best for _, _, best, _, _ in told if best}
    ids: dict[str, int] = dict(Taxon.objects.filter(slug__in=slugs).values_list("slug", "pk"))
    found: dict[int, dict[str, Label | None]] = defaultdict(dict)
    for detection, expert, best, sure, none in told:
        named = best is not None and float(sure) > none
        found[detection][expert] = ids.get(best) if named else None
    return found


def _learning() -> set[str]:
    """Return the names of the experts that compare with what people said."""
    embedders = ModelRelease.objects.filter(kind=ModelRelease.Kind.EMBEDDER)
    return set(embedders.values_list("name", flat=True))


def above_of(ids: Collection[int]) -> Above:
    """Return the taxa above each of some; two queries where paths are up to date."""
    taxa = Taxon.objects.filter(pk__in=ids).only("pk", "path")
    return {pk: frozenset(place.pk for place in line[:-1]) for pk, line in lineages(taxa).items()}


def waiting(project: Project, above: float) -> tuple[int, int]:
    """Return how many photos wait for people's word, and how many of them are sure enough.

    A project's own limit is not asked: this is about what another one would do. As in the queue,
    several kinds of animal on a photo, or experts against its answer, are looked at all the same.
    """
    photos = Photo.objects.filter(project=project, state=Photo.State.DONE, settled=False)
    sure = Q(confidence__gte=above, several_taxa=False, disputed=False)
    told = photos.order_by().aggregate(all=Count("pk"), sure=Count("pk", filter=sure))
    return told["all"], told["sure"]
