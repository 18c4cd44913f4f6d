"""How quick the species are on a backbone of half a million taxa, on SQLite and on PostgreSQL.

    .venv/bin/python benchmarks/species.py [TAXA] [--databases sqlite postgres] [--quick]

A made-up backbone, the same each time, is brought in by the importer into a database of its own
(with `--quick` its rows are written as they are); assessments and habitats are put beside it. Each
kind of question is then asked for many taxa, and the median and the slowest are told in
milliseconds, beside what they must not exceed. Each question counts as its best of five, for other
work on the machine is not what is measured.
"""

import argparse
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from io import StringIO
from itertools import islice
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wildlife.settings")
if "--measure" not in sys.argv:
    FOLDER = tempfile.TemporaryDirectory(prefix="wildlife-species-")
    os.environ["DATA_DIR"] = FOLDER.name

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils.text import slugify  # noqa: E402

from benchmarks.backbone import backbone, write_archive  # noqa: E402
from tests.services import running_postgres  # noqa: E402
from wildlife.species.index import refresh  # noqa: E402
from wildlife.species.models import (  # noqa: E402
    CommonName,
    ConservationAssessment,
    Habitat,
    NameKey,
    Range,
    Taxon,
    TaxonHabitat,
)
from wildlife.species.search import search  # noqa: E402
from wildlife.species.selectors import species_card, tree  # noqa: E402

TAXA = 500_000
AUTOCOMPLETE = 50.0
PAGE = 100.0
MEMORY = 1024
SAMPLES = 40
CLOCK = time.process_time if "--cpu" in sys.argv else time.perf_counter
FACTS_EVERY = 4
"""Every so many species has an assessment and a habitat."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("taxa", nargs="?", type=int, default=TAXA)
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgres"])
    parser.add_argument("--quick", action="store_true", help="do without the importer")
    parser.add_argument(
        "--cpu", action="store_true", help="count only this process at work: on a busy machine"
    )
    parser.add_argument("--measure", type=Path, metavar="ARCHIVE", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        measure(given.measure, given.taxa if given.quick else 0)
        return
    archive = Path(FOLDER.name) / "backbone.zip"
    if not given.quick:
        write_archive(archive, given.taxa)
    for name in given.databases:
        print(f"\n{name}, {given.taxa:,} taxa", flush=True)
        with database(name) as url:
            child = {**os.environ, "DATABASE_URL": url, "LOG_LEVEL": "ERROR"}
            argv = [sys.executable, __file__, str(given.taxa), "--measure", str(archive)]
            argv += [one for one in ("--quick", "--cpu") if one in sys.argv]
            subprocess.run(argv, check=True, env=child)


@contextmanager
def database(name: str) -> Iterator[str]:
    if name == "postgres":
        with running_postgres() as url:
            yield url
    else:
        yield f"sqlite:///{FOLDER.name}/species.sqlite3"


def measure(archive: Path, quick: int) -> None:
    """Load the archive, or so many rows as they are, into the database at hand and ask it."""
    # Pages name static files as they are, so that nothing has to be collected first.
    plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES["staticfiles"]["BACKEND"] = plain
    call_command("migrate", verbosity=0)
    with told("load"):
        if quick:
            write_rows(quick)
        else:
            call_command("import_species", "dwca", str(archive), verbosity=0, stdout=StringIO())
    add_facts()
    with told("index made again"):
        refresh()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  {'peak memory':28} {peak:8.0f} MB   (at most {MEMORY})")
    print(
        f"  {Taxon.objects.count():,} taxa, {CommonName.objects.count():,} common names, "
        f"{NameKey.objects.count():,} keys"
    )
    with told("tree planted"):
        tree()
    for what, limit, questions in everything():
        times = sorted(milliseconds(ask) for ask in questions)
        late = "" if times[-1] <= limit else "  TOO SLOW"
        print(
            f"  {what:28} {statistics.median(times):8.1f} ms   slowest {times[-1]:7.1f}"
            f"   (at most {limit:.0f}){late}",
            flush=True,
        )


@contextmanager
def told(what: str) -> Iterator[None]:
    started, busy = time.monotonic(), time.process_time()
    yield
    took, own = time.monotonic() - started, time.process_time() - busy
    print(f"  {what:28} {took:8.1f} s   ({own:.1f} s of it at work)", flush=True)


def write_rows(taxa: int) -> None:
    """Write the backbone, with common names and countries for some, past the importer."""
    chance = random.Random(3)
    rows = backbone(taxa)
    while portion := list(islice(rows, 5000)):
        Taxon.objects.bulk_create(
            Taxon(
                pk=row.id,
                slug=f"{slugify(row.name)}-{row.id}",
                scientific_name=row.name,
                rank=row.rank,
                parent_id=row.parent or None,
                accepted_id=row.accepted or None,
            )
            for row in portion
        )
        named = [row for row in portion if not row.accepted and chance.random() < 0.3]
        CommonName.objects.bulk_create(
            CommonName(
                taxon_id=row.id,
                language="en",
                name=f"{row.name.split()[-1].capitalize()} {row.name.split()[0]}ling",
            )
            for row in named
        )
        countries = chance.choices(("KEN", "TZA", "BRA", "IND", "CHN", "AUS"), k=len(named))
        Range.objects.bulk_create(
            Range(taxon_id=row.id, country=country)
            for row, country in zip(named, countries, strict=True)
        )


def add_facts() -> None:
    """Give some species an assessment and a habitat, as checklists do not bring them."""
    chance = random.Random(7)
    homes = [
        Habitat.objects.get_or_create(code=code, defaults={"name": f"Habitat {code}"})[0]
        for code in ("1", "1.5", "1.6", "2", "2.1", "3", "5", "14")
    ]
    codes, weights = ConservationAssessment.Category.values, (1, 1, 4, 7, 8, 5, 60, 12, 2)
    species = Taxon.objects.filter(rank="species", accepted=None, pk__gt=0).order_by("pk")
    ids = islice(species.values_list("pk", flat=True).iterator(2000), 0, None, FACTS_EVERY)
    rows = [(pk, chance.choices(codes, weights)[0], chance.choice(homes)) for pk in ids]
    ConservationAssessment.objects.bulk_create(
        (ConservationAssessment(taxon_id=pk, category=code, year=2020) for pk, code, _ in rows),
        batch_size=2000,
        ignore_conflicts=True,
    )
    TaxonHabitat.objects.bulk_create(
        (TaxonHabitat(taxon_id=pk, habitat=home) for pk, _, home in rows),
        batch_size=2000,
        ignore_conflicts=True,
    )


def milliseconds(ask: Callable[[], object]) -> float:
    """Return how long an answer takes: the best of five tries."""
    times = []
    for _ in range(5):
        started = CLOCK()
        ask()
        times.append(CLOCK() - started)
    return min(times) * 1000


def everything() -> Iterator[tuple[str, float, list[Callable[[], object]]]]:
    """Yield each kind of question, its limit in milliseconds, and questions of the kind."""
    chance = random.Random(11)
    species = list(Taxon.objects.filter(rank="species", accepted=None)[:200_000:101])
    names = list(CommonName.objects.values_list("name", flat=True)[:200_000:997])
    words = [*names, *(taxon.scientific_name for taxon in species)]
    for length in (1, 2, 3, 5, 8):
        typed = sorted({word[:length] for word in words})
        some = chance.sample(typed, min(SAMPLES, len(typed)))
        yield f"autocomplete, {length} letters", AUTOCOMPLETE, [asked(search, one) for one in some]
    middle = [word.split()[-1][:4] for word in chance.choices(words, k=SAMPLES)]
    yield "autocomplete, later word", AUTOCOMPLETE, [asked(search, one) for one in middle]
    top = Taxon.objects.filter(rank="class", accepted=None)[0]
    within = [lambda one=word[:3]: search(one, within=top) for word in words[:SAMPLES]]
    yield "within a class, 3 letters", AUTOCOMPLETE, within
    yield "nothing found", AUTOCOMPLETE, [asked(search, "qqq"), asked(search, "zzzz")]
    some_species = chance.sample(species, min(SAMPLES, len(species)))
    yield "card", PAGE, [asked(species_card, one) for one in some_species]
    client = Client(SERVER_NAME="localhost")
    higher = [Taxon.objects.filter(rank=rank)[0] for rank in ("kingdom", "order", "genus")]
    details = [f"/api/v1/taxa/{one.slug}" for one in [*some_species, *higher]]
    yield "API: one taxon", PAGE, [asked(got, client, one) for one in details]
    yield (
        "page: one taxon",
        PAGE,
        [asked(got, client, one.replace("/api/v1/taxa/", "/species/") + "/") for one in details],
    )
    for what, query in lists(top).items():
        yield f"API: {what}", PAGE, [asked(got, client, f"/api/v1/taxa?{query}")]
    for what, query in catalogues(top).items():
        yield f"catalogue: {what}", PAGE, [asked(got, client, f"/species/?{query}")]
    curator = Client(SERVER_NAME="localhost")
    curator.force_login(get_user_model().objects.create_superuser("curator"))
    for what, address in {"list": "", "search": "?q=ba", "tree": "tree/"}.items():
        yield f"admin: {what}", PAGE, [asked(got, curator, f"/admin/species/taxon/{address}")]


def lists(top: Taxon) -> Mapping[str, str]:
    country = Range.objects.values_list("country", flat=True)[0]
    return {
        "list": "",
        "rank": "rank=order",
        "class": f"within={top.slug}",
        "children": f"parent={top.slug}",
        "rare category": "category=EX",
        "common category": "category=LC",
        "habitat": "habitat=1",
        "country": f"country={country}",
        "all at once": f"category=CR&habitat=1&country={country}&within={top.slug}",
        "search and country": f"search=b&country={country}",
        "search and category": "search=ba&category=CR",
    }


def catalogues(top: Taxon) -> Mapping[str, str]:
    country = Range.objects.values_list("country", flat=True)[0]
    return {
        "all": "",
        "search": "q=ba",
        "class": f"group={top.slug}",
        "category": "category=CR",
        "habitat": "habitat=1",
        "country": f"country={country}",
        "search and category": "q=ba&category=CR",
    }


def asked(what: Callable[..., object], *given: object) -> Callable[[], object]:
    return lambda: what(*given)


def got(client: Client, url: str) -> None:
    response = client.get(url)
    assert response.status_code == 200, (url, response.status_code, response.content[:500])


if __name__ == "__main__":
    main()
