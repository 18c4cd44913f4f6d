"""One worker at a time with an import: its row is the lock, its last sign of life the ticket."""

from django.db import connection
from django.utils import timezone

from wildlife.species.models import SpeciesImport

_IMPORTS = 0x5350_4543
"""The number of PostgreSQL's lock for all imports of this database."""


class TakenOver(Exception):
    """Somebody else goes on with the import, or has ended it."""


def hold(job: SpeciesImport) -> None:
    """Lock the row of an import until the transaction ends, and give a sign of life.

    Raises TakenOver where the row is not any more as `job` was read or last held: then whoever
    changed it goes on, and what this transaction wrote must be rolled back.
    """
    now = timezone.now()
    mine = SpeciesImport.objects.filter(pk=job.pk, state=job.state, alive_at=job.alive_at)
    if not mine.update(alive_at=now):
        raise TakenOver
    job.alive_at = now


def wait_for_others() -> None:
    """Let no other import write until the transaction ends: both would make the same taxa.

    SQLite has one writer at a time anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_IMPORTS])
