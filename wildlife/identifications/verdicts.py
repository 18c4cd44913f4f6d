"""What people say of an answer, and that the next one learns from it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from uuid import UUID

import structlog
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from pipelines.identify import expert_step
from wildlife.celery import app
from wildlife.identifications import blurring, exemplars, first_records, lineup
from wildlife.identifications.answers import Box, box_of
from wildlife.identifications.digests import write_digests
from wildlife.identifications.events import ask_for_events_of
from wildlife.identifications.models import Detection, Verdict
from wildlife.identifications.services import PATIENCE
from wildlife.identifications.telling import tell_of
from wildlife.projects.models import Happening
from wildlife.species.models import Taxon

log = structlog.get_logger(__name__)

LEARN = "wildlife.identifications.tasks.learn"


@dataclass(frozen=True, slots=True)
class Word:
    """What is said of a box. Only an animal has a taxon, a sex, a life stage and a behaviour."""

    kind: str = Verdict.Kind.ANIMAL
    taxon: Taxon | None = None
    count: int | None = None
    sex: str = ""
    life_stage: str = ""
    behaviour: str = ""

    def __post_init__(self) -> None:
        """Raises ValueError where something is said of an animal that is none."""
        about_animals = self.taxon or self.sex or self.life_stage or self.behaviour
        if self.kind != Verdict.Kind.ANIMAL and about_animals:
            raise ValueError(f"{self.kind} with what only animals have")


def give(
    detection: Detection,
    word: Word,
    by: User | None,
    *,
    source: str = "",
    batch: UUID | None = None,
    knowingly: bool = False,
) -> Verdict:
    """Keep what somebody says of a detection; a second word of theirs replaces their first.

    The first of its species in a project waits for a second look, unless it is said `knowingly`,
    by somebody who may (`first_records`).

    The nearest-neighbour experts learn it in their own workers, before the next photo if they can.
    Who may is the caller's question.
    """
    box = box_of(detection)
    return mark(detection.photo_id, box, word, by, source=source, batch=batch, knowingly=knowingly)


@transaction.atomic
def mark(
    photo_id: UUID,
    box: Box,
    word: Word,
    by: User | None,
    *,
    source: str = "",
    batch: UUID | None = None,
    knowingly: bool = False,
) -> Verdict:
    """Keep what somebody says of a part of a photo, or of all of it (`answers.WHOLE`)."""
    lost = _named_by(by, [photo_id])
    verdict = _keep(photo_id, box, word, by, source=source, batch=batch, knowingly=knowingly)
    changed([photo_id], lost)
    return verdict


@transaction.atomic
def give_all(
    detections: Iterable[Detection], word: Word, by: User | None, *, batch: UUID
) -> list[Verdict]:
    """Keep the same word on many detections, as `give` does; what follows is done once for all."""
    rows = list(detections)
    lost = _named_by(by, {row.photo_id for row in rows})
    given = [_keep(row.photo_id, box_of(row), word, by, batch=batch) for row in rows]
    changed({verdict.photo_id for verdict in given}, lost)
    return given


def _keep(
    photo_id: UUID,
    box: Box,
    word: Word,
    by: User | None,
    *,
    source: str = "",
    batch: UUID | None,
    knowingly: bool = False,
) -> Verdict:
    x, y, width, height = box
    vouched = knowingly or bool(source)
    look = "" if vouched else first_records.look_at(photo_id, word.taxon, by)
    verdict, _ = Verdict.objects.update_or_create(
        photo_id=photo_id,
        x=x,
        y=y,
        width=width,
        height=height,
        given_by=by,
        source=source,
        defaults={**columns_of(word), "batch": batch, "second_look": look},
    )
    return verdict


@transaction.atomic
def withdraw(verdicts: QuerySet[Verdict]) -> int:
    """Take verdicts back, as if they had never been given; return how many."""
    rows = list(verdicts.select_for_update())
    for row in rows:  # one by one, so that the history has it
        row.delete()
    lost = {row.taxon_id for row in rows if row.taxon_id is not None}
    changed({row.photo_id for row in rows}, lost)
    return len(rows)


def changed(photo_ids: Collection[UUID], lost: Collection[int] = ()) -> None:
    """Bring what follows from verdicts in line with them; in the transaction of their change.

    `lost` are taxa that verdicts on these photos may have named before, and do no longer.
    """
    photo_ids = {*photo_ids, *first_records.follow(photo_ids, lost)}
    write_digests(photo_ids)
    blurring.ask_for(photo_ids)
    ask_for_events_of(photo_ids)
    tell_of(Happening.Kind.VERDICT, photo_ids)
    transaction.on_commit(teach)


def _named_by(by: User | None, photo_ids: Collection[UUID]) -> list[int]:
    """Return the taxa that somebody's words on photos name."""
    rows = Verdict.objects.filter(photo__in=photo_ids, given_by=by, taxon__isnull=False).order_by()
    return [pk for pk in rows.values_list("taxon", flat=True).distinct() if pk is not None]


def columns_of(word: Word) -> dict[str, object]:
    """Return a word as columns of a verdict."""
    return {one.name: getattr(word, one.name) for one in fields(word)}


def teach() -> None:
    """Ask each active embedder's worker to look at the verdicts that it has not seen.

    Where the broker is away, `sweep` asks later.
    """
    for member in lineup.comparing():
        if not exemplars.unseen(member.release).exists():
            continue
        queue = member.queue or expert_step(member)
        try:
            app.send_task(
                LEARN,
                args=[member.release],
                queue=queue,
                priority=0,
                expires=PATIENCE,
                ignore_result=True,
            )
        except (OperationalError, RedisError, OSError) as error:
            log.warning("broker_away", release=member.release, error=str(error))
