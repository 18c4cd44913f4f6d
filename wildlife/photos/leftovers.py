"""No file without its row, also where the process dies between the database and the storage.

Before a file is stored it is noted, until the transaction that writes its row has ended. In the
transaction that deletes the row of a photo, its files are noted; they are removed after it. What a
dying process left is removed by `tend`.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from wildlife.photos.models import Leftover

log = structlog.get_logger(__name__)

SOON = timedelta(minutes=5)
"""By then who noted a file has removed it, or is dead."""
STORED = timedelta(hours=1)
"""By then who noted a file that it was about to store has written its row, or is dead."""
LATER = timedelta(hours=1)
"""After which a file that could not be removed is tried again."""
AT_ONCE = 500


@contextmanager
def stored(name: str, file: File) -> Iterator[str]:
    """Store a file, and what the body writes, in one transaction; neither is left where it fails.

    Raises TimeoutError where it took so long that the file was removed meanwhile.
    """
    note = Leftover.objects.create(name=name, due_at=timezone.now() + STORED)
    try:
        kept = default_storage.save(name, file)
        with transaction.atomic():
            yield kept
            deleted, _by_kind = Leftover.objects.filter(pk=note.pk).delete()
            if not deleted:
                raise TimeoutError(f"{name} was not stored in time")
    except BaseException:
        _remove([note])
        raise


def leave(names: Iterable[str]) -> None:
    """Note files in storage and remove them once the transaction has ended well."""
    due = timezone.now() + SOON
    rows = Leftover.objects.bulk_create(Leftover(name=name, due_at=due) for name in names)
    transaction.on_commit(lambda: _remove(rows), robust=True)


def tend() -> None:
    """Remove files that others noted and did not remove."""
    _remove(Leftover.objects.filter(due_at__lte=timezone.now())[:AT_ONCE])


def _remove(rows: Iterable[Leftover]) -> None:
    """Remove files; one that cannot be removed is logged, and keeps no other from going."""
    removed, kept = [], []
    for row in rows:
        try:
            default_storage.delete(row.name)
        except Exception:  # storages raise what they like
            log.exception("file_not_removed", name=row.name)
            kept.append(row.pk)
        else:
            removed.append(row.pk)
    Leftover.objects.filter(pk__in=removed).delete()
    if kept:
        Leftover.objects.filter(pk__in=kept).update(due_at=timezone.now() + LATER)
