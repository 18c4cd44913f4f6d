"""Collecting static files once, not at each start."""

import fcntl
import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command


def collect() -> bool:
    """Collect them and return True, or do nothing where they are as they were.

    Copies that share a checkout take turns.
    """
    root = Path(settings.STATIC_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    with (root / ".stamp").open("a+") as kept:
        fcntl.flock(kept, fcntl.LOCK_EX)
        kept.seek(0)
        before, now = kept.read(), stamp()
        if before == now:
            return False
        call_command("collectstatic", interactive=False, verbosity=0)
        kept.truncate(0)
        kept.write(now)
        return True


def stamp() -> str:
    """Return a digest of the names, sizes and times of every static file there is."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list(ignore_patterns=[]):
            at, changed = storage.path(name), storage.get_modified_time(name)
            digest.update(f"{at} {storage.size(name)} {changed}\n".encode())
    return digest.hexdigest()
