"""Real servers for tests: Redis, PostgreSQL and this project's workers. Each ends with its test."""

import contextlib
import glob
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from redis import Redis

from wildlife.ops.attendance import ATTENDANCE
from wildlife.ops.redis_server import free_port, redis_binary
from wildlife.ops.supervisor import TETHER

START_PATIENCE = 60.0
POSTGRES_USER = "postgres"


def wait_for(what: Callable[[], object], *, seconds: float = START_PATIENCE, why: str = "") -> None:
    """Return once `what` returns something true; fail after `seconds`."""
    deadline = time.monotonic() + seconds
    while not what():
        if time.monotonic() > deadline:
            pytest.fail(f"not within {seconds:.0f} s: {why or what}")
        time.sleep(0.05)


def tethered(*argv: str) -> list[str]:
    """Return the command line with which a program ends when this test process is killed."""
    return [sys.executable, str(TETHER), str(os.getpid()), str(int(signal.SIGKILL)), *argv]


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a real Redis, empty at the start of the session."""
    folder, port = tmp_path_factory.mktemp("redis"), free_port()
    argv = [str(redis_binary()), "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    process = subprocess.Popen(tethered(*argv), cwd=folder, stdout=subprocess.DEVNULL)
    with Redis(port=port) as client:
        wait_for(lambda: _answers(client), why="Redis answers")
    yield f"redis://127.0.0.1:{port}/0"
    _end(process)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of an empty database on a real PostgreSQL, from Debian's package.

    Skipped by name where there is none; on CI its absence is a failure.
    """
    with running_postgres() as url:
        yield url


@contextlib.contextmanager
def running_postgres() -> Iterator[str]:
    """Run a PostgreSQL of its own, thrown away afterwards; yield the URL of an empty database."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin"))  # noqa: PTH207 - versions sort as text
    if not found:
        if os.environ.get("CI") == "true":
            pytest.fail("CI needs PostgreSQL (Debian's package postgresql)")
        pytest.skip("needs PostgreSQL (Debian's package postgresql)")
    # PostgreSQL refuses to run as root, and its user cannot look into pytest's own folders.
    user = POSTGRES_USER if os.geteuid() == 0 else None
    folder, port = Path(tempfile.mkdtemp(prefix="wildlife-postgres-")), free_port()
    if user:
        shutil.chown(folder, user, user)
    binaries, data = Path(found[-1]), folder / "data"
    init = ["--username=wildlife", "--auth=trust", "--encoding=UTF8", "--no-sync", "--no-locale"]
    _as(user, [str(binaries / "initdb"), *init, str(data)], folder)
    conf = {
        "port": str(port),
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "fsync": "off",
        "max_connections": "50",
    }
    options = [part for name, value in conf.items() for part in ("-c", f"{name}={value}")]
    process = subprocess.Popen(
        [str(binaries / "postgres"), "-D", str(data), *options],
        cwd=folder,
        user=user,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    server = f"postgres://wildlife@127.0.0.1:{port}"
    try:
        wait_for(lambda: _accepts(f"{server}/postgres"), why="PostgreSQL answers")
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE wildlife")
        yield f"{server}/wildlife"
    finally:
        process.send_signal(signal.SIGINT)  # a fast stop
        process.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Worker:
    """A running `manage.py worker`; `log` is the file with what it says."""

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def name(self) -> str:
        return f"worker-{self.process.pid}@"

    def kill(self) -> None:
        """End it at once, as a crash would."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """Ask it to finish what it does, and wait."""
        _end(self.process)


@dataclass
class Workers:
    """Starts workers that share an environment: DATA_DIR, DATABASE_URL, REDIS_URL."""

    folder: Path
    started: list[Worker] = field(default_factory=list)

    def start(self, env: Mapping[str, str], *, queues: str = "*", concurrency: int = 2) -> Worker:
        """Return a worker once it listens to its queues."""
        log = self.folder / f"worker-{len(self.started)}.log"
        argv = [sys.executable, str(settings.BASE_DIR / "manage.py"), "worker"]
        argv += ["--queues", queues, "--concurrency", str(concurrency)]
        with log.open("wb") as out:
            process = subprocess.Popen(
                tethered(*argv), env={**os.environ, **env}, stdout=out, stderr=out
            )
        worker = Worker(process, log)
        self.started.append(worker)
        with Redis.from_url(env["REDIS_URL"]) as client:
            wait_for(lambda: self._listens(worker, client), why=f"{worker.name} listens: {log}")
        return worker

    @staticmethod
    def _listens(worker: Worker, client: Redis) -> bool:
        if worker.process.poll() is not None:
            pytest.fail(f"the worker ended: {worker.log.read_text()[-4000:]}")
        return any(name.decode().startswith(worker.name) for name in client.hkeys(ATTENDANCE))


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[Workers]:
    """Starts real workers; all that still run are ended after the test."""
    crew = Workers(tmp_path)
    yield crew
    for worker in crew.started:
        worker.stop()


def _as(user: str | None, argv: list[str], folder: Path) -> None:
    subprocess.run(argv, user=user, cwd=folder, check=True, stdout=subprocess.DEVNULL)


def _answers(client: Redis) -> bool:
    with contextlib.suppress(OSError, Exception):
        return bool(client.ping())
    return False


def _accepts(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
