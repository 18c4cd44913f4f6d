"""How much memory the job of an export takes, on PostgreSQL.

    .venv/bin/python benchmarks/export.py [PHOTOS] [FORMAT ...]

A PostgreSQL of its own gets a project with made-up photos, their answers, cameras and events; all
of them have the same file. Each format is then made by a process of its own; told are its seconds,
the size of the file, and the most memory that was resident above what was before the job began.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wildlife.settings")
if "--part" not in sys.argv:
    FOLDER = tempfile.TemporaryDirectory(prefix="wildlife-export-")
    os.environ["DATA_DIR"] = FOLDER.name

import django  # noqa: E402

django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.core.files.base import ContentFile  # noqa: E402
from django.core.files.storage import default_storage  # noqa: E402
from django.core.management import call_command  # noqa: E402

from benchmarks.library import write_rows  # noqa: E402
from tests.services import running_postgres  # noqa: E402
from wildlife.exchange import jobs  # noqa: E402
from wildlife.exchange.formats import FORMATS  # noqa: E402
from wildlife.exchange.models import ExportJob  # noqa: E402
from wildlife.photos.models import Photo  # noqa: E402
from wildlife.projects.models import Event, Membership, Project, Role  # noqa: E402

PHOTOS = 10_000
MEASURED = ("camtrap-dp", "camtrap-dp-photos", "csv", "megadetector")
MOST = 200.0
"""MiB above the start."""
SLUG = "made-up"
CAMERAS = 40
PER_EVENT = 4
PICTURE = 100_000
"""Bytes of the file that stands for each photo's."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("photos", nargs="?", type=int, default=PHOTOS)
    parser.add_argument("formats", nargs="*", default=MEASURED, metavar="FORMAT")
    parser.add_argument("--part", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.part == "rows":
        write(given.photos)
    elif given.part:
        measure(given.part)
    else:
        with running_postgres() as url:
            child = {**os.environ, "DATABASE_URL": url, "LOG_LEVEL": "ERROR"}
            for part in ("rows", *given.formats):
                command = [sys.executable, __file__, str(given.photos), "--part", part]
                subprocess.run(command, check=True, env=child)


def write(photos: int) -> None:
    """Write a project's photos, a quarter as many events, and the cameras."""
    call_command("migrate", verbosity=0)
    call_command("load_species", verbosity=0)
    write_rows(photos)
    project = Project.objects.create(slug=SLUG, name="Made up")
    owner = User.objects.get(username="ranger")
    Membership.objects.create(project=project, user=owner, role=Role.OWNER)
    cameras = [
        project.deployments.create(name=f"A{number}", latitude=-2.0, longitude=37 + number / 100)
        for number in range(CAMERAS)
    ]
    rows = list(Photo.objects.order_by("taken_at", "id").only("id", "taken_at"))
    events = []
    for first in range(0, len(rows), PER_EVENT):
        camera = cameras[first // PER_EVENT % CAMERAS]
        group = rows[first : first + PER_EVENT]
        start, end = (row.taken_at or project.created_at for row in (group[0], group[-1]))
        # Times go up and down with the hours of the day.
        event = Event(deployment=camera, start=min(start, end), end=max(start, end))
        for row in group:
            row.owner, row.project, row.deployment, row.event = None, project, camera, event
        events.append(event)
    Event.objects.bulk_create(events)
    Photo.objects.bulk_update(rows, ["owner", "project", "deployment", "event"], batch_size=500)
    picture = default_storage.save("originals/any.jpg", ContentFile(os.urandom(PICTURE)))
    Photo.objects.update(original=picture)
    print(f"{len(rows):,} photos, {len(events):,} events, {len(cameras)} cameras", flush=True)


def measure(key: str) -> None:
    """Make one export, and tell what it took."""
    project = Project.objects.get(slug=SLUG)
    job = jobs.ask(User.objects.get(username="ranger"), project, key)
    Path("/proc/self/clear_refs").write_text("5")  # forgets the most that was resident so far
    before, started = resident("VmRSS"), time.monotonic()
    jobs.make(job.pk)
    took = timedelta(seconds=time.monotonic() - started)
    above = resident("VmHWM") - before
    job = ExportJob.objects.get(pk=job.pk)
    assert (job.state, job.done) == ("ready", job.total), (job.state, job.done, job.total)
    much = "" if above <= MOST else "  TOO MUCH"
    print(
        f"  {FORMATS[key].title:22} {job.done:8,} photos {took.total_seconds():7.1f} s "
        f"{job.size / 2**20:7.1f} MiB   {above:6.1f} MiB above {before:.0f} (at most {MOST:.0f})"
        f"{much}",
        flush=True,
    )


def resident(name: str) -> float:
    """Return MiB of this process: VmRSS is now, VmHWM the most so far."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    raise LookupError(name)


if __name__ == "__main__":
    main()
