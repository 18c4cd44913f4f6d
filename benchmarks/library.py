"""How quick the library is over a million photos, on PostgreSQL.

    .venv/bin/python benchmarks/library.py [PHOTOS] [--busy]

A PostgreSQL of its own gets the catalogue of species and made-up photos, the same each time: most
belong to one user, three tenths to a project, a hundredth to a small one, the rest to others;
seasons, camera sites and species are as uneven as they are in the field, and one site and one
species lie wholly in the past. Each view is then asked for as that user, as staff, and as a viewer
of each project, to whom places are told roughly, and the median and the slowest are told in
milliseconds, beside what they must not exceed. Each question counts as its best of five, for other
work on the machine is not what is measured. Where there is so much of it that no answer is left
alone, `--busy` judges by the time that the web process and the database's spent on a processor.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wildlife.settings")
if "--measure" not in sys.argv:
    FOLDER = tempfile.TemporaryDirectory(prefix="wildlife-library-")
    os.environ["DATA_DIR"] = FOLDER.name

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from benchmarks.library_rows import LARGE, SMALL, write_rows  # noqa: E402
from tests.services import running_postgres  # noqa: E402
from wildlife.photos.models import Upload  # noqa: E402
from wildlife.projects.models import Deployment  # noqa: E402
from wildlife.species.models import Taxon  # noqa: E402

PHOTOS = 1_000_000
FIRST_PAGE, FILTER, CHART = 60.0, 150.0, 3000.0
TRIES = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("photos", nargs="?", type=int, default=PHOTOS)
    parser.add_argument("--busy", action="store_true", help="judge by the processors' time")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        fill(given.photos)
        measure(given.busy)
        return
    with running_postgres() as url:
        child = {**os.environ, "DATABASE_URL": url, "LOG_LEVEL": "ERROR"}
        subprocess.run(
            [sys.executable, __file__, *sys.argv[1:], "--measure"], check=True, env=child
        )


def fill(photos: int) -> None:
    """Write everything into the empty database at hand."""
    with told("schema and species"):
        call_command("migrate", verbosity=0)
        call_command("load_species", verbosity=0)
    with told(f"{photos:,} photos written"):
        write_rows(photos)


def measure(by_busy: bool) -> None:
    """Ask for every view as everybody, and tell how long each took."""
    # Pages name static files as they are, so that nothing has to be collected first.
    plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES["staticfiles"]["BACKEND"] = plain
    for name, project in (("ranger", ""), ("staff", ""), ("viewer", LARGE), ("viewer", SMALL)):
        client = Client(SERVER_NAME="localhost")
        client.force_login(User.objects.get(username=name))
        print(f"\n{name}{f' of the {project} project' if project else ''}")
        for what, limit, queries in everything(project):
            taken = [asked(client, query) for query in queries]
            judged = sorted(one.busy if by_busy else one.passed for one in taken)
            median, slowest = judged[len(judged) // 2], judged[-1]
            own = max(one.own for one in taken)
            late = "" if slowest <= limit else "  TOO SLOW"
            print(
                f"  {what:26} {median:8.1f} ms   slowest {slowest:7.1f}   (at most {limit:.0f};"
                f" {own:.0f} in the web process){late}",
                flush=True,
            )


@contextmanager
def told(what: str) -> Iterator[None]:
    started = time.monotonic()
    yield
    print(f"  {what:28} {time.monotonic() - started:8.1f} s", flush=True)


@dataclass(frozen=True, slots=True)
class Taken:
    """Milliseconds that an answer took: in all, and on a processor in each of the two processes."""

    passed: float
    own: float
    database: float

    @property
    def busy(self) -> float:
        return self.own + self.database


def asked(client: Client, query: str) -> Taken:
    """Ask for a page some times; return the least of each."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        spent = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
    tries = []
    for _ in range(TRIES):
        since = time.perf_counter(), time.process_time(), nanoseconds(spent)
        response = client.get(f"/library/{query}")
        until = time.perf_counter(), time.process_time(), nanoseconds(spent)
        assert response.status_code == 200, (query, response.status_code)
        passed, own, database = (end - start for start, end in zip(since, until, strict=True))
        tries.append((passed * 1000, own * 1000, database / 1e6))
    return Taken(*(min(times) for times in zip(*tries, strict=True)))


def nanoseconds(spent: Path) -> int:
    return int(spent.read_text().split()[0])


def everything(project: str) -> Iterator[tuple[str, float, list[str]]]:
    """Yield each kind of question, its limit in milliseconds, and the ends of its addresses.

    They are about the photos of the project with this slug, "" for the reader's own.
    """
    for what, limit, queries in questions(project):
        about = f"project={project}&" if project else ""
        yield what, limit, [query.replace("?", f"?{about}", 1) for query in queries]


def questions(project: str) -> Iterator[tuple[str, float, list[str]]]:
    """Yield the same without saying whose photos they are about."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT taxon_id, count(*) FROM photos_photo GROUP BY 1 ORDER BY 2 DESC")
        counted = [pk for pk, _ in cursor.fetchall() if pk]
        cursor.execute("SELECT moment, id FROM photos_photo ORDER BY moment OFFSET 500000 LIMIT 1")
        middle = cursor.fetchone()
        cursor.execute("SELECT taxon_id FROM photos_photo ORDER BY moment LIMIT 1000")
        past = next(pk for (pk,) in cursor.fetchall() if pk)
    some = [counted[0], counted[1], counted[len(counted) // 2], counted[-1], past]
    slugs = dict(Taxon.objects.filter(pk__in=some).values_list("pk", "slug"))
    yield "first page", FIRST_PAGE, ["?"]
    if middle:
        yield (
            "a page in the middle",
            FIRST_PAGE,
            [f"?after={middle[0].isoformat()[:-6]}%2B00:00~{middle[1].hex}"],
        )
    yield "species", FILTER, [f"?taxon={slugs[pk]}" for pk in some]
    higher = ("mammalia", "aves", "insecta", "felidae", "carnivora", "chordata", "animalia")
    there = Taxon.objects.filter(slug__in=higher).values_list("slug", flat=True)
    yield "higher taxon", FILTER, [f"?taxon={slug}" for slug in there]
    yield "group", FILTER, [f"?group={one}" for one in ("mammal", "bird", "reptile", "fish")]
    yield "Red List", FILTER, [f"?category={one}" for one in ("LC", "VU", "EN", "CR", "EX", "DD")]
    yield "how sure", FILTER, [f"?sure={one}" for one in ("95-100", "60-80", "40-60", "0-40")]
    days = ("since=2019-03-01&until=2019-03-31", "since=2025-06-01", "until=2019-02-01")
    yield "days", FILTER, [f"?{one}" for one in days]
    boxes = ("23,-20,24,-19", "0,0,1,1", "-20,-20,20,20", "-180,-90,180,90", "100,80,101,81")
    yield "place", FILTER, [f"?box={one}" for one in boxes]
    if project == LARGE:
        cameras = list(Deployment.objects.order_by("pk").values_list("pk", flat=True)[:3])
        yield "deployment", FILTER, [f"?deployment={pk}" for pk in cameras]
    elif not project:
        uploads = list(Upload.objects.order_by("pk").values_list("pk", flat=True)[:3])
        yield "upload", FILTER, [f"?upload={pk}" for pk in uploads]
        yield "label", FILTER, ["?tag=waterhole"]
    yield "experts disagree", FILTER, ["?disputed=1"]
    yield "people", FILTER, ["?people=1"]
    yield "vehicles", FILTER, ["?vehicles=1"]
    yield "empty", FILTER, ["?blank=1"]
    yield "state", FILTER, ["?state=failed", "?state=pending"]
    yield (
        "several together",
        2 * FILTER,
        ["?group=mammal&disputed=1&since=2023-01-01", "?category=VU&box=-20,-20,20,20"],
    )
    for view in ("map/", "times/", "species/"):
        yield view.strip("/"), CHART, [f"{view}?"]


if __name__ == "__main__":
    main()
