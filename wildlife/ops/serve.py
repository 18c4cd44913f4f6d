"""One copy on one machine: prepare it, then run Redis, web, worker and beat until told to stop.

Does not set Django up, so that the process that must not fail stays small; what needs the database
is done by `manage.py prepare` and by the programs themselves.
"""

import asyncio
import errno
import fcntl
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from django.conf import settings

from wildlife.ops import redis_server
from wildlife.ops.login import login
from wildlife.ops.supervisor import Program, Supervisor

BASE_DIR = Path(__file__).resolve().parents[2]
MANAGE = BASE_DIR / "manage.py"
LEFTOVER_PATIENCE = 15.0
"""Seconds that a start waits for what a killed supervisor left behind to end."""
REMIND_EVERY = 15.0
WEB_THREADS = 8
OPEN_FILES = 8192
"""Each file of an upload is open until the upload ends, for each of the web process's threads."""


class Refused(Exception):
    """This copy cannot be started; says why and what to do, in a sentence for its owner."""


def serve() -> None:
    """Run one copy in the foreground. Raises Refused."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wildlife.settings")
    host, port = address()
    lock = locked(data_dir())
    allow_open_files()
    listener = listening(host, port)
    prepare()
    env = dict(os.environ, PYTHONUNBUFFERED="1", HOST=host)
    # With many threads glibc keeps a heap for each; two are enough, and much smaller.
    env.setdefault("MALLOC_ARENA_MAX", "2")
    url = f"http://{_shown(host)}:{port}/"
    try:
        programs = [*own_redis(env, lock), *own_programs(env, lock, listener)]
        supervisor = Supervisor(programs, settings.DATA_DIR / "logs")
        asyncio.run(supervisor.run(lambda: announce(url, probe_url(host, port))))
    finally:
        redis_server.forget(settings.DATA_DIR)
    with suppress(OSError):  # the terminal may be gone
        print("stopped", flush=True)


def address() -> tuple[str, int]:
    """Return where to listen, from the environment: HOST (127.0.0.1) and PORT (8000)."""
    host, port = os.environ.get("HOST") or "127.0.0.1", os.environ.get("PORT") or "8000"
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise Refused(f"PORT must be a number from 1 to 65535, not {port!r}.")
    return host, int(port)


def data_dir() -> Path:
    """Return the data directory, made where it was missing."""
    try:
        folder: Path = settings.DATA_DIR  # loads the settings, which make the secret key
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "run").mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise Refused(
            f"The data directory cannot be written: {error}. Set DATA_DIR to a folder that can."
        ) from error
    return folder


def locked(folder: Path) -> int:
    """Take the lock of a data directory; return its descriptor, which every program inherits.

    So the lock is free only when the last of them has ended, also after the supervisor was killed.
    """
    descriptor = os.open(folder / "run" / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + LEFTOVER_PATIENCE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.pread(descriptor, 20, 0).decode()
            if _alive(owner) or time.monotonic() > deadline:
                raise Refused(
                    f"A copy with the data directory {folder} is already running "
                    f"(process {owner}). Stop it first, or set DATA_DIR to another folder."
                ) from None
            time.sleep(0.1)
        else:
            os.truncate(descriptor, 0)
            os.pwrite(descriptor, str(os.getpid()).encode(), 0)
            return descriptor


def allow_open_files() -> None:
    """Let this copy's programs have as many files open as they may need, if the system does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < OPEN_FILES:
        most = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))


def listening(host: str, port: int) -> socket.socket:
    """Return the listening socket that every web process of this copy inherits.

    Held here, so that nobody is refused while the web process starts again.
    """
    try:
        family, *_, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(where)
        listener.listen(512)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Refused(
                f"Port {port} on {host} is taken by another program. Set PORT to a free one, "
                f"for example: PORT={port + 1} make run"
            ) from error
        raise Refused(f"Cannot listen on {host} port {port}: {error}.") from error
    return listener


def prepare() -> None:
    """Bring database, species, models and static files up to date. Raises Refused."""
    ended = subprocess.run([sys.executable, str(MANAGE), "prepare"], check=False)  # noqa: S603 - our own program
    if ended.returncode in (-signal.SIGINT, 130):
        raise KeyboardInterrupt
    if ended.returncode:
        raise Refused("The copy could not be prepared; the lines above say why.")


def own_redis(env: dict[str, str], lock: int) -> list[Program]:
    """Return the Redis to run, and say in `env` where it listens; none where REDIS_URL is set."""
    if env.get("REDIS_URL"):
        return []
    try:
        binary = redis_server.redis_binary()
    except FileNotFoundError as error:
        raise Refused(str(error)) from error
    config, url = redis_server.configure(settings.DATA_DIR)
    redis_server.remember(settings.DATA_DIR, url)
    env["REDIS_URL"] = url
    port = urlsplit(url).port or 0
    print(f"redis: {binary}", flush=True)
    return [
        Program(
            "redis",
            [str(binary), str(config)],
            env,
            when_orphaned=signal.SIGTERM,
            fds=(lock,),
            started=lambda: asyncio.wait_for(redis_server.answers(port), 10),
        )
    ]


def own_programs(env: dict[str, str], lock: int, listener: socket.socket) -> list[Program]:
    """Return the programs of the project itself."""
    python, manage = sys.executable, str(MANAGE)
    web = [
        *(python, "-m", "gunicorn", "wildlife.wsgi"),
        *("--bind", f"fd://{listener.fileno()}", "--workers", "1"),
        *("--worker-class", "gthread", "--threads", str(WEB_THREADS)),
        *("--graceful-timeout", "5", "--no-control-socket", "--chdir", str(BASE_DIR)),
    ]
    return [
        Program("web", web, env, fds=(lock, listener.fileno())),
        Program("worker", [python, manage, "worker"], env, fds=(lock,)),
        Program("beat", [python, manage, "beat"], env, fds=(lock,), patience=5),
    ]


async def announce(url: str, probe: str) -> None:
    """Wait until the web process answers and a worker listens, then say where and how to log in."""
    began = reminded = time.monotonic()
    while waiting_for := await asyncio.to_thread(missing, probe):
        if time.monotonic() - reminded > REMIND_EVERY:
            reminded = time.monotonic()
            print(f"not ready after {reminded - began:.0f} s: {waiting_for}", flush=True)
        await asyncio.sleep(0.2)
    print(f"ready: {url}\nadmin: {url}admin/   {login(settings.DATA_DIR)}", flush=True)


def missing(probe: str) -> str:
    """Return what is not ready yet, in words; nothing where all is."""
    request = Request(probe, headers={"Host": "localhost"})  # noqa: S310 - always http
    try:
        with urlopen(request, timeout=10) as answer:  # noqa: S310
            state = json.load(answer)
    except HTTPError as error:
        with suppress(ValueError):
            state = json.load(error)
            return _failed(state)
        return f"the web process answers {error.code}"
    except (URLError, OSError, ValueError):
        return "the web process does not answer"
    return _failed(state)


def probe_url(host: str, port: int) -> str:
    """Return the readiness address as this machine reaches it, for a wildcard host too."""
    with suppress(ValueError):
        if ip_address(host).is_unspecified:
            host = "::1" if ":" in host else "127.0.0.1"
    return f"http://{_shown(host)}:{port}/readyz"


def _failed(state: dict[str, str]) -> str:
    return ", ".join(f"{name}: {said}" for name, said in state.items() if said != "ok")


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _alive(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except PermissionError:
        return True
    except (ValueError, ProcessLookupError):
        return False
    return True
