"""How quick the dashboard of staff and the quality page of teams are, on PostgreSQL.

    .venv/bin/python benchmarks/teams.py [PHOTOS] [VERDICTS]

The library's made-up photos (`library_rows`) get the runs and steps that made their answers, ten
photos a run, some thousand runs in the last hour; a project gets verdicts on its photos, with the
votes that experts gave. Then each panel of the dashboard, the whole of it, and the quality page are
asked for, and told in milliseconds beside what they must not exceed: the best of three, for other
work on the machine is not what is measured. Beside it stands what the two processors did meanwhile,
this process's and PostgreSQL's, which other work changes least.
"""

import argparse
import hashlib
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wildlife.settings")
if "--measure" not in sys.argv:
    FOLDER = tempfile.TemporaryDirectory(prefix="wildlife-teams-")
    os.environ["DATA_DIR"] = FOLDER.name

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from benchmarks.library_rows import LARGE, write_rows  # noqa: E402
from tests.services import running_postgres  # noqa: E402
from tests.web.builders import LINEUP  # noqa: E402
from wildlife.identifications import lineup  # noqa: E402
from wildlife.identifications.models import Run  # noqa: E402
from wildlife.ops.dashboard import machines, reading  # noqa: E402
from wildlife.projects.models import Project  # noqa: E402
from wildlife.review import figures  # noqa: E402
from wildlife.review.queue import waiting_for  # noqa: E402

PHOTOS, VERDICTS = 1_000_000, 200_000
PANEL, PAGE, QUALITY, COUNT = 300.0, 1_500.0, 1_000.0, 50.0
LAST_HOUR = 3_000
"""Runs that ended in the last hour."""
TRIES = 3

_TIMES = """
UPDATE identifications_run SET created_at = alive_at, finished_at = alive_at + interval '9 seconds'
"""
_PHOTOS_OF_RUNS = """
INSERT INTO identifications_run_photos (run_id, photo_id)
SELECT md5('run' || n / 10)::uuid, md5('photo' || n)::uuid FROM generate_series(1, %(photos)s) AS n
"""
_STEPS = """
INSERT INTO identifications_stepresult (
    run_id, step, worker, precision, error, started_at, finished_at
)
SELECT id, step, 'worker-1', 'int8', CASE WHEN hashtext(id::text) & 255 = 0 THEN 'It broke.'
    ELSE '' END, created_at + interval '1 second' * number,
    created_at + interval '1 second' * number + interval '1 ms' * (hashtext(id::text) & 511)
FROM identifications_run, unnest(%(steps)s::text[]) WITH ORDINALITY AS one(step, number)
ORDER BY created_at, number
"""
_VERDICTS = """
INSERT INTO identifications_verdict (
    photo_id, x, y, width, height, kind, taxon_id, given_by_id, given_at, source, sex, life_stage,
    behaviour, second_look
)
SELECT d.photo_id, d.x, d.y, d.width, d.height,
    CASE WHEN p.blank THEN 'no_animal' WHEN d.category = 'animal' THEN 'animal' ELSE d.category END,
    CASE WHEN p.blank OR d.category <> 'animal' THEN NULL
        WHEN hashtext(d.photo_id::text) & 15 = 0 THEN (%(taxa)s::int[])[1 + d.id %% 100]
        ELSE p.taxon_id END,
    %(ranger)s, p.finished_at, '', '', '', '', ''
FROM identifications_detection d JOIN photos_photo p ON p.id = d.photo_id
WHERE p.project_id = %(project)s AND p.state = 'done' AND NOT p.settled AND d.index = 0
LIMIT %(verdicts)s
"""
_VOTES = """
INSERT INTO identifications_vote (
    detection_id, expert, release, weight, scores, none, abstention
)
SELECT d.id, expert, expert || '@1', 1,
    jsonb_build_array(jsonb_build_array(t.slug, 0.7), jsonb_build_array('felis-catus', 0.2)),
    0.1, ''
FROM identifications_verdict v
JOIN identifications_detection d ON d.photo_id = v.photo_id
JOIN photos_photo p ON p.id = d.photo_id JOIN species_taxon t ON t.id = p.taxon_id,
    unnest(ARRAY['mammals', 'birds', 'general']) AS expert
WHERE p.project_id = %(project)s
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("photos", nargs="?", type=int, default=PHOTOS)
    parser.add_argument("verdicts", nargs="?", type=int, default=VERDICTS)
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        measure(given.photos, given.verdicts)
        return
    with running_postgres() as url:
        child = {**os.environ, "DATABASE_URL": url, "LOG_LEVEL": "ERROR"}
        subprocess.run(
            [sys.executable, __file__, *sys.argv[1:], "--measure"], check=True, env=child
        )


def measure(photos: int, verdicts: int) -> None:
    """Fill the database at hand and ask it."""
    plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES["staticfiles"]["BACKEND"] = plain
    memory = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = {"default": {"BACKEND": memory}}
    with told("schema and species"):
        call_command("migrate", verbosity=0)
        call_command("load_species", verbosity=0)
    with told(f"{photos:,} photos"):
        write_rows(photos)
    project = Project.objects.get(slug=LARGE)
    with told("their runs, steps, verdicts"):
        write_more(photos, verdicts, project)
    staff = User.objects.get(username="staff")
    User.objects.filter(pk=staff.pk).update(is_superuser=True)
    client = Client(SERVER_NAME="localhost")
    client.force_login(staff)
    panels: dict[str, Callable[[], object]] = {
        "backlog": reading.backlog,
        "photos per minute": reading.per_minute,
        "latency of steps": reading.latencies,
        "confidence over time": reading.trend,
        "failures": reading.failures,
        "queues and workers": machines.crew,
    }
    print("\ndashboard")
    for what, panel in panels.items():
        tell(what, PANEL, panel)
    tell("room that photos take", PANEL, machines.originals, tries=1)
    tell("all of it", PAGE, lambda: page(client, "/admin/operations/"))
    print("\nproject")
    tell("photos that wait", COUNT, lambda: waiting_for(project, staff))
    tell("overview", PAGE, lambda: page(client, f"/projects/{LARGE}/"))
    print("\nquality, for the first time")
    address = f"/projects/{LARGE}/quality/"
    tell("page, while it is counted", QUALITY, lambda: page(client, address))
    with told("counted by a worker"):
        figures.count(project.pk)
    found = figures.figures_of(project)
    print(f"  {found.quality.cases if found else 0:,} things in the figures")
    tell("page", QUALITY, lambda: page(client, address))
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  {'most memory':28} {most:8.0f} MB")


def write_more(photos: int, verdicts: int, project: Project) -> None:
    """Write what the library's photos lack."""
    experts = [f"expert.{one.name}" for one in LINEUP.experts]
    ranger = User.objects.get(username="ranger")
    now, first, runs = timezone.now(), datetime(2019, 1, 1, tzinfo=UTC), photos // 10
    Run.objects.bulk_create(
        (
            Run(
                id=UUID(hashlib.md5(f"run{number}".encode()).hexdigest()),
                state=Run.State.DONE,
                lineup=lineup.to_json(LINEUP),
                alive_at=now - timedelta(seconds=runs - number)
                if number > runs - LAST_HOUR
                else first + number * timedelta(days=2500) / runs,
            )
            for number in range(runs + 1)
        ),
        batch_size=5_000,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT taxon_id FROM photos_photo WHERE taxon_id IS NOT NULL GROUP BY 1 LIMIT 100"
        )
        given = {
            "photos": photos, "verdicts": verdicts, "project": str(project.pk),
            "steps": ["detect", "sort", *experts, "fuse", "describe"], "ranger": ranger.pk,
            "taxa": [pk for (pk,) in cursor.fetchall()],
        }  # fmt: skip
        for statement in (_TIMES, _PHOTOS_OF_RUNS, _STEPS, _VERDICTS, _VOTES):
            cursor.execute(statement, given)
        cursor.execute("VACUUM ANALYZE")


@contextmanager
def told(what: str) -> Iterator[None]:
    started = time.monotonic()
    yield
    print(f"  {what:28} {time.monotonic() - started:8.1f} s", flush=True)


def tell(what: str, limit: float, ask: Callable[[], object], tries: int = TRIES) -> None:
    """Ask some times, and tell the best of them beside what it must not exceed."""
    best, least = float("inf"), float("inf")
    for _ in range(tries):
        started, worked = time.perf_counter(), work()
        ask()
        best = min(best, (time.perf_counter() - started) * 1000)
        least = min(least, work() - worked)
    late = "" if best <= limit else "  TOO SLOW"
    print(
        f"  {what:28} {best:8.1f} ms, {least:5.0f} of work   (at most {limit:.0f}){late}",
        flush=True,
    )


def work() -> float:
    """Return the milliseconds that a processor spent on this process and on its PostgreSQL."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    ticks = Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()[11:13]
    theirs = sum(int(one) for one in ticks) / os.sysconf("SC_CLK_TCK")
    return (theirs + time.process_time()) * 1000


def page(client: Client, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)


if __name__ == "__main__":
    main()
