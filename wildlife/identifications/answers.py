"""What is settled: what is in each box of a photo, once models and people have spoken.

S1  A verdict is about the box that it was given on, also where a later run draws it a little
    differently: of one person's verdicts and the boxes, those that are most alike find each other
    first, if they share at least half of what they cover together. Verdicts that find no box stand
    beside the boxes, unless a newer one of that person took their place.
S2  "Unsure" settles nothing.
S3  Where one reviewer is enough, the newest verdict settles; but not while it is the first of its
    species in the project and nobody else says the same (`first_records`).
S4  Where a project asks for two, the newest two that say the same settle; until then it is what
    the models say.
S5  Without a verdict that settles, an answer at least as sure as the project's `accept_above`
    counts as accepted.

This is the one place of these rules: pages, digests, events, exports and figures ask here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from uuid import UUID

from wildlife.identifications.evaluation.judging import overlap
from wildlife.identifications.models import Detection, Identification, Verdict
from wildlife.photos.models import Photo
from wildlife.projects.models import Project
from wildlife.species.models import Taxon

Box = tuple[float, float, float, float]
WHOLE: Box = (0.0, 0.0, 1.0, 1.0)
SAME = 0.5
"""S1: the least intersection over union of two boxes that are around the same thing."""
Kind = Verdict.Kind


class Standing(Enum):
    """Who has the last word so far."""

    MODELS = "models"
    ACCEPTED = "accepted"
    """The models, so surely that the project wants no look at it."""
    UNSURE = "unsure"
    """The models: who looked was not sure."""
    HALF = "half"
    """The models: one reviewer spoke, and the project asks for two."""
    NEW = "new"
    """The models: one reviewer named a species that is new to the project."""
    DISPUTED = "disputed"
    """The models: reviewers said different things."""
    CONFIRMED = "confirmed"
    """People, who say what the models say."""
    CORRECTED = "corrected"
    """People, who say something else, or marked what no model saw."""


OPEN = frozenset({Standing.MODELS, Standing.UNSURE, Standing.HALF, Standing.NEW, Standing.DISPUTED})
"""What somebody should look at."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What is in a box. `detection` is None where only people marked it.

    `kind` is animal, no_animal, person or vehicle. `sureness` is the models', None where people
    settled it. `verdict` is the one that settled it, `verdicts` are all on this box, newest first.
    """

    detection: Detection | None
    box: Box
    kind: str
    taxon: Taxon | None
    sureness: float | None
    standing: Standing
    verdict: Verdict | None
    verdicts: tuple[Verdict, ...]

    @property
    def by_people(self) -> bool:
        return self.verdict is not None

    @property
    def claim(self) -> Verdict | None:
        """The word that names a species new to the project, as long as that is waited for."""
        if self.standing is not Standing.NEW:
            return None
        return next(one for one in self.verdicts if one.kind != Kind.UNSURE)

    @property
    def is_animal(self) -> bool:
        return self.kind == Kind.ANIMAL


def settled_of(photo_ids: Iterable[UUID | str]) -> dict[UUID, list[Settled]]:
    """Return what is on each photo that is done, in the order of its detections; four queries."""
    photos = Photo.objects.filter(pk__in=list(photo_ids), state=Photo.State.DONE)
    projects = dict(photos.order_by().values_list("pk", "project"))
    rules = Project.objects.in_bulk([pk for pk in set(projects.values()) if pk is not None])
    found: dict[UUID, list[Detection]] = {pk: [] for pk in projects}
    said: dict[UUID, list[Verdict]] = {pk: [] for pk in projects}
    detections = Detection.objects.filter(photo__in=found).order_by("index")
    for row in detections.select_related("identification__taxon"):
        found[row.photo_id].append(row)
    for verdict in Verdict.objects.filter(photo__in=found).select_related("taxon", "given_by"):
        said[verdict.photo_id].append(verdict)
    return {pk: settle(found[pk], said[pk], rules.get(project)) for pk, project in projects.items()}


def settle(
    detections: Sequence[Detection], verdicts: Sequence[Verdict], project: Project | None
) -> list[Settled]:
    """Return what is in the boxes of one photo: its detections, then what people marked beside.

    Detections come with their identification; `project` says how many reviewers are needed.
    """
    on_boxes, beside = verdicts_on(detections, verdicts)
    settled = [_box_of(row, on_boxes.get(row.pk, ()), project) for row in detections]
    return settled + [_marked(group, project) for group in _groups(beside)]


def verdicts_on(
    detections: Sequence[Detection], verdicts: Iterable[Verdict]
) -> tuple[dict[int, tuple[Verdict, ...]], list[Verdict]]:
    """S1: return the verdicts on each detection, newest first, and those that stand beside them."""
    by_person: dict[object, list[Verdict]] = {}
    for verdict in verdicts:
        by_person.setdefault(_person(verdict), []).append(verdict)
    on_boxes: dict[int, list[Verdict]] = {}
    beside: list[Verdict] = []
    for own in by_person.values():
        said = _paired(detections, own)
        for key, verdict in said.items():
            on_boxes.setdefault(key, []).append(verdict)
        beside += [one for one in own if not _is_told(one, detections, said)]
    newest = {key: tuple(sorted(rows, key=_age)) for key, rows in on_boxes.items()}
    return newest, sorted(beside, key=box_of)


def box_of(row: Detection | Verdict) -> Box:
    """Return x, y, width and height, 0..1 of the upright photo."""
    return row.x, row.y, row.width, row.height


def machine_says(row: Detection) -> tuple[str, Taxon | None, float | None]:
    """Return the kind, taxon and sureness (0..1) of what the models say of a detection."""
    answer: Identification | None = getattr(row, "identification", None)
    if row.category != Detection.Category.ANIMAL:
        return str(row.category), None, row.confidence
    if answer is None:
        return Kind.ANIMAL, None, None
    if answer.reason == Identification.Reason.NO_ANIMAL:
        return Kind.NO_ANIMAL, None, answer.confidence
    return Kind.ANIMAL, answer.taxon, answer.confidence


def _person(verdict: Verdict) -> object:
    return verdict.given_by_id if verdict.given_by_id is not None else (verdict.source, "file")


def _age(verdict: Verdict) -> tuple[float, int]:
    return -verdict.given_at.timestamp(), -verdict.pk


def _paired(detections: Sequence[Detection], own: Sequence[Verdict]) -> dict[int, Verdict]:
    pairs = [
        (-share, _age(verdict), row.pk, verdict)
        for row in detections
        for verdict in own
        if (share := _alike(row, verdict)) >= SAME
    ]
    said: dict[int, Verdict] = {}
    taken: set[int] = set()
    for _, _, key, verdict in sorted(pairs, key=lambda pair: pair[:3]):
        if key not in said and verdict.pk not in taken:
            said[key] = verdict
            taken.add(verdict.pk)
    return said


def _is_told(
    verdict: Verdict, detections: Sequence[Detection], said: Mapping[int, Verdict]
) -> bool:
    return verdict in said.values() or any(
        _alike(row, verdict) >= SAME and said[row.pk].given_at > verdict.given_at
        for row in detections
        if row.pk in said
    )


def _alike(one: Detection | Verdict, other: Verdict) -> float:
    return 1.0 if box_of(one) == box_of(other) else overlap(box_of(one), box_of(other))


def _groups(beside: Iterable[Verdict]) -> list[tuple[Verdict, ...]]:
    """Return the verdicts on what no model saw, each group about one thing, newest first."""
    groups: list[list[Verdict]] = []
    for verdict in beside:
        fitting = (one for one in groups if _alike(one[0], verdict) >= SAME)
        group = next(fitting, None)
        if group is None:
            groups.append([verdict])
        else:
            group.append(verdict)
    return [tuple(sorted(group, key=_age)) for group in groups]


def _settling(
    verdicts: Sequence[Verdict], project: Project | None
) -> tuple[Verdict | None, Standing]:
    """Return the verdict that settles (S2 to S4), else why none does."""
    sure = [one for one in verdicts if one.kind != Kind.UNSURE]
    if not sure:
        return None, Standing.UNSURE if verdicts else Standing.MODELS
    if project is None:
        return sure[0], Standing.CONFIRMED
    if project.reviewers_needed < 2:
        alone = not any(_says(one) == _says(sure[0]) for one in sure[1:])
        waits = alone and sure[0].second_look == Verdict.SecondLook.WANTED
        return (None, Standing.NEW) if waits else (sure[0], Standing.CONFIRMED)
    for index, one in enumerate(sure):
        if any(_says(one) == _says(other) for other in sure[index + 1 :]):
            return one, Standing.CONFIRMED
    return None, Standing.HALF if len(sure) == 1 else Standing.DISPUTED


def _says(verdict: Verdict) -> tuple[str, int | None]:
    return verdict.kind, verdict.taxon_id


def _box_of(row: Detection, verdicts: Sequence[Verdict], project: Project | None) -> Settled:
    kind, taxon, sureness = machine_says(row)
    verdict, standing = _settling(verdicts, project)
    if verdict is not None:
        same = (verdict.kind, verdict.taxon_id) == (kind, taxon and taxon.pk)
        standing = Standing.CONFIRMED if same else Standing.CORRECTED
        kind, taxon, sureness = verdict.kind, verdict.taxon, None
    elif standing is Standing.MODELS and _is_sure_enough(taxon, sureness, project):
        standing = Standing.ACCEPTED
    return Settled(row, box_of(row), str(kind), taxon, sureness, standing, verdict, tuple(verdicts))


def _is_sure_enough(taxon: Taxon | None, sureness: float | None, project: Project | None) -> bool:
    """S5."""
    threshold = project.accept_above if project is not None else None
    return (
        threshold is not None
        and taxon is not None
        and sureness is not None
        and sureness >= threshold
    )


def _marked(verdicts: Sequence[Verdict], project: Project | None) -> Settled:
    """Return what only people marked. Where they do not agree, the newest is told, as open."""
    settling, standing = _settling(verdicts, project)
    told = settling or verdicts[0]
    kind = told.kind if told.kind != Kind.UNSURE else Kind.ANIMAL
    if settling:  # where no model saw anything either, they agree
        standing = Standing.CONFIRMED if kind == Kind.NO_ANIMAL else Standing.CORRECTED
    return Settled(
        None,
        box_of(told),
        str(kind),
        told.taxon,
        None,
        standing,
        settling,
        tuple(verdicts),
    )
