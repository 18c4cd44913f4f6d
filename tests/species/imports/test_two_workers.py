"""Two workers that go on with one import, or bring in the same taxa: all is done, once."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from wildlife.species import tasks
from wildlife.species.imports import importer, jobs
from wildlife.species.models import SpeciesImport, Taxon

State = SpeciesImport.State


@pytest.fixture
def cats(tmp_path: Path, taxa: dict[str, Taxon], monkeypatch: pytest.MonkeyPatch) -> SpeciesImport:
    """A running import of six cats, two in each batch."""
    monkeypatch.setattr(importer, "BATCH", 2)
    path = tmp_path / "cats.csv"
    names = [f"Panthera {word}" for word in ("una", "dua", "tria", "quarta", "quinta", "sexta")]
    path.write_text("scientific_name,genus\n" + "".join(f"{one},Panthera\n" for one in names))
    job = SpeciesImport.objects.create(kind="csv", name=str(path))
    assert jobs.begin(job)
    return job


def again(job: SpeciesImport) -> SpeciesImport:
    """The same import as another worker reads it now."""
    return SpeciesImport.objects.get(pk=job.pk)


def test_whoever_comes_second_to_a_batch_writes_nothing_and_stops(cats: SpeciesImport) -> None:
    slow = again(cats)
    assert jobs.go_on(cats, seconds=0)
    first = again(cats)
    assert (first.read, Taxon.objects.filter(slug__startswith="panthera-").count()) == (2, 3)
    assert not jobs.go_on(slow, seconds=0)
    assert again(cats).alive_at == first.alive_at
    assert Taxon.objects.filter(slug__startswith="panthera-").count() == 3
    assert not jobs.go_on(cats, seconds=None)
    done = again(cats)
    assert (done.state, done.read, done.counts["created"]) == (State.DONE, 6, 6)


def test_what_stops_a_worker_late_says_nothing_of_an_import_that_is_done(
    cats: SpeciesImport,
) -> None:
    late = again(cats)
    jobs.go_on(cats, seconds=None)
    Path(cats.name).unlink()
    assert not jobs.go_on(late)
    assert (again(cats).state, again(cats).error) == (State.DONE, "")


def test_nobody_looks_at_an_import_that_has_begun(cats: SpeciesImport) -> None:
    assert jobs.preview(again(cats)) is None
    assert again(cats).state == State.RUNNING


def test_a_preview_that_ends_after_its_import_began_leaves_it_alone(
    cats: SpeciesImport, monkeypatch: pytest.MonkeyPatch
) -> None:
    SpeciesImport.objects.update(state=State.PREVIEWED)
    look = importer.run

    def begun_in_between(*given: object, **options: object) -> object:
        found = look(*given, **options)  # type: ignore[arg-type]
        SpeciesImport.objects.update(state=State.FAILED)
        assert jobs.begin(again(cats))
        return found

    monkeypatch.setattr(jobs, "run", begun_in_between)
    assert jobs.preview(again(cats)) is None
    assert again(cats).state == State.RUNNING


@pytest.fixture
def lost(cats: SpeciesImport, django_user_model: type[User]) -> SpeciesImport:
    """An import of a person whose worker was killed after its first batch."""
    assert jobs.go_on(cats, seconds=0)
    silent = timezone.now() - 2 * jobs.LOST_AFTER
    SpeciesImport.objects.update(
        by=django_user_model.objects.create_user("curator"), alive_at=silent
    )
    return again(cats)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the tasks that are sent to a worker; the tests' one transaction stays open."""
    monkeypatch.setattr(tasks, "close_old_connections", lambda: None)
    names: list[str] = []
    for task in (tasks.go_on_with_import, tasks.look_at_import):
        monkeypatch.setattr(task, "delay", lambda pk, name=task.__name__: names.append(name))
    return names


def test_an_import_whose_worker_was_killed_goes_on_by_itself(
    lost: SpeciesImport, sent: list[str]
) -> None:
    tasks.tend()
    tasks.tend()
    assert sent == ["go_on_with_import"]
    assert not jobs.go_on(again(lost), seconds=None)
    done = again(lost)
    assert (done.state, done.read, done.counts["created"]) == (State.DONE, 6, 6)


def test_an_import_that_loses_a_worker_twice_at_one_place_waits_for_a_person(
    lost: SpeciesImport, sent: list[str]
) -> None:
    tasks.tend()
    SpeciesImport.objects.update(alive_at=lost.alive_at)
    tasks.tend()
    assert sent == ["go_on_with_import"]
    failed = again(lost)
    assert (failed.state, failed.error) == (State.FAILED, jobs.LOST_TWICE)
    assert jobs.begin(failed)
    assert not jobs.go_on(failed, seconds=None)
    assert again(lost).read == 6


def test_a_preview_that_was_lost_is_made_again(lost: SpeciesImport, sent: list[str]) -> None:
    SpeciesImport.objects.update(state=State.LOOKING, position="", alive_at=lost.alive_at)
    tasks.tend()
    assert sent == ["look_at_import"]


def test_what_a_command_brings_in_or_what_is_alive_is_left_alone(
    lost: SpeciesImport, sent: list[str]
) -> None:
    SpeciesImport.objects.update(by=None, alive_at=lost.alive_at)
    tasks.tend()
    SpeciesImport.objects.update(by=lost.by, alive_at=timezone.now() - jobs.LOST_AFTER / 2)
    tasks.tend()
    assert sent == []


GO_ON = """
from wildlife.species.imports import importer, jobs
from wildlife.species.models import SpeciesImport
importer.BATCH = 20
while jobs.go_on(SpeciesImport.objects.get(pk={pk}), seconds=0.2):
    pass
"""


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of processes that share a migrated database."""
    url = f"sqlite:///{tmp_path}/shared.sqlite3"
    if request.param == "postgres":
        server = request.getfixturevalue("postgres_server")
        with closing(psycopg.connect(server, autocommit=True)) as connection:
            connection.execute("CREATE DATABASE imports")
        url = server.removesuffix("/wildlife") + "/imports"
    env = {**os.environ, "DATABASE_URL": url, "DATA_DIR": str(tmp_path), "LOG_LEVEL": "ERROR"}
    manage(env, "migrate", "--verbosity=0").wait()
    yield env
    if request.param == "postgres":
        with closing(psycopg.connect(server, autocommit=True)) as connection:
            connection.execute("DROP DATABASE imports WITH (FORCE)")


def manage(env: dict[str, str], *argv: str) -> "subprocess.Popen[str]":
    """Start a command of this project."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *argv]
    return subprocess.Popen(command, env=env, stdout=-1, stderr=subprocess.STDOUT, text=True)


def said(process: "subprocess.Popen[str]") -> str:
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 0, out
    return out.strip().splitlines()[-1]


@pytest.mark.services
def test_four_workers_with_two_imports_of_the_same_taxa_bring_each_in_once(
    database: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "beetles.csv"
    rows = [f"Carabus {chr(97 + n // 26)}{chr(97 + n % 26)}us,Carabus" for n in range(200)]
    path.write_text("\n".join(["scientific_name,genus", *rows, ""]))
    make = (
        "from wildlife.species.models import SpeciesImport, Taxon\n"
        "Taxon.objects.create(slug='carabus', scientific_name='Carabus', rank='genus')\n"
        "for _ in range(2):\n"
        f"    SpeciesImport.objects.create(kind='csv', name={str(path)!r}, state='running')\n"
    )
    manage(database, "shell", "-c", make).wait()
    crew = [manage(database, "shell", "-c", GO_ON.format(pk=pk)) for pk in (1, 2, 1, 2)]
    for one in crew:
        out, _ = one.communicate(timeout=120)
        assert one.returncode == 0, out
    count = (
        "from wildlife.species.models import SpeciesImport, Taxon\n"
        "rows = SpeciesImport.objects.order_by('pk')\n"
        "print(Taxon.objects.count(), [(one.state, one.read) for one in rows],"
        " sum(one.counts.get('created', 0) for one in rows))\n"
    )
    assert said(manage(database, "shell", "-c", count)) == (
        "201 [('done', 200), ('done', 200)] 200"
    )
