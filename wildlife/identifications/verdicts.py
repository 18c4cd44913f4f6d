"""What people say of an answer, and that the next one learns from it."""

import structlog
from django.contrib.auth.models import User
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from pipelines.identify import expert_step
from wildlife.celery import app
from wildlife.identifications import exemplars, lineup
from wildlife.identifications.events import ask_for_events_of
from wildlife.identifications.models import Detection, Verdict
from wildlife.identifications.services import PATIENCE
from wildlife.species.models import Taxon

log = structlog.get_logger(__name__)

LEARN = "wildlife.identifications.tasks.learn"


@transaction.atomic
def give(detection: Detection, taxon: Taxon | None, by: User | None) -> Verdict:
    """Keep what a person says of a detection; a second verdict on the same box replaces the first.

    The nearest-neighbour experts learn it in their own workers, before the next photo if they can.
    """
    verdict, _ = Verdict.objects.update_or_create(
        photo_id=detection.photo_id,
        x=detection.x,
        y=detection.y,
        width=detection.width,
        height=detection.height,
        defaults={"taxon": taxon, "given_by": by},
    )
    ask_for_events_of([detection.photo_id])
    transaction.on_commit(teach)
    return verdict


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
