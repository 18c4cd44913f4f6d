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
from wildlife.identifications import blurring, exemplars, lineup
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
) -> Verdict:
    """Keep what somebody says of a detection; a second word of theirs replaces their first.

    The nearest-neighbour experts learn it in their own workers, before the next photo if they can.
    Who may is the caller's question.
    """
    return mark(detection.photo_id, box_of(detection), word, by, source=source, batch=batch)


@transaction.atomic
def mark(
    photo_id: UUID,
    box: Box,
    word: Word,
    by: User | None,
    *,
    source: str = "",
    batch: UUID | None = None,
) -> Verdict:
    """Keep what somebody says of a part of a photo, or of all of it (`answers.WHOLE`)."""
    verdict = _keep(photo_id, box, word, by, source=source, batch=batch)
    changed([photo_id])
    return verdict


@transaction.atomic
def give_all(
    detections: Iterable[Detection], word: Word, by: User | None, *, batch: UUID
) -> list[Verdict]:
    """Keep the same word on many detections, as `give` does; what follows is done once for all."""
    given = [_keep(row.photo_id, box_of(row), word, by, batch=batch) for row in detections]
    changed({verdict.photo_id for verdict in given})
    return given


def _keep(
    photo_id: UUID,
    box: Box,
    word: Word,
    by: User | None,
    *,
    source: str = "",
    batch: UUID | None,
) -> Verdict:
    x, y, width, height = box
    verdict, _ = Verdict.objects.update_or_create(
        photo_id=photo_id,
        x=x,
        y=y,
        width=width,
        height=height,
        given_by=by,
        source=source,
        defaults={**columns_of(word), "batch": batch},
    )
    return verdict


@transaction.atomic
def withdraw(verdicts: QuerySet[Verdict]) -> int:
    """Take verdicts back, as if they had never been given; return how many."""
    rows = list(verdicts.select_for_update())
    for row in rows:  # one by one, so that the history has it
        row.delete()
    changed({row.photo_id for row in rows})
    return len(rows)


def changed(photo_ids: Collection[UUID]) -> None:
    """Bring what follows from verdicts in line with them; in the transaction of their change."""
    write_digests(photo_ids)
    blurring.ask_for(photo_ids)
    ask_for_events_of(photo_ids)
    tell_of(Happening.Kind.VERDICT, photo_ids)
    transaction.on_commit(teach)


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
