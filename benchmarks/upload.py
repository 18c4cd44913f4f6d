"""How quickly many clients bring many photos, and that none is lost or kept twice.

    .venv/bin/python benchmarks/upload.py [PHOTOS] [--clients 16] [--postgres]
    .venv/bin/python benchmarks/upload.py [PHOTOS] --url https://wildlife.example --token wl_…

Without `--url` a copy of its own is started, with a database of its own and without workers: what
is measured is the taking, not the looking. Each client asks by hash what is here, then sends what
is missing, some files in each request. Afterwards everything is listed and compared; then all is
brought once more, and nothing may be sent.
"""

import argparse
import hashlib
import io
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psutil
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.services import running_postgres  # noqa: E402
from wildlife.ops.redis_server import free_port, redis_binary  # noqa: E402

PHOTOS, CLIENTS, TOGETHER = 10_000, 16, 25
PATIENCE = 60.0
TRIES = 3
_MAKE_TOKEN = """
from django.contrib.auth.models import User
from wildlife.tokens.models import Scope
from wildlife.tokens.services import make
user = User.objects.create_user("benchmark")
print("TOKEN", make(user, "benchmark", [Scope.READ, Scope.UPLOAD])[1])
"""


@dataclass
class Told:
    """What one pass over all photos did. Times are in seconds, of requests that sent files."""

    sent: int = 0
    known: int = 0
    refused: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)


def photo(number: int) -> bytes:
    """A small JPEG that differs from all others by a comment in it."""
    comment = f"photo {number}".encode()
    segment = b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment
    return _PLAIN[:2] + segment + _PLAIN[2:]


def _plain() -> bytes:
    kept = io.BytesIO()
    Image.effect_noise((96, 72), 60).convert("RGB").save(kept, "JPEG", quality=80)
    return kept.getvalue()


_PLAIN = _plain()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("photos", nargs="?", type=int, default=PHOTOS)
    parser.add_argument("--clients", type=int, default=CLIENTS)
    parser.add_argument("--postgres", action="store_true", help="instead of SQLite")
    parser.add_argument("--url")
    parser.add_argument("--token")
    given = parser.parse_args()
    if given.url:
        run(given.url, given.token, given.photos, given.clients)
        return
    with own_copy(postgres=given.postgres) as (url, token, web), measured(web):
        run(url, token, given.photos, given.clients)


def run(url: str, token: str, photos: int, clients: int) -> None:
    """Bring all photos twice, and compare what is there with what was brought."""
    headers = {"Authorization": f"Bearer {token}"}
    limits = httpx.Limits(max_connections=clients)
    with httpx.Client(base_url=url, headers=headers, timeout=PATIENCE, limits=limits) as client:
        first = brought(client, photos, clients, "first")
        wanted = {hashlib.sha256(photo(number)).hexdigest() for number in range(photos)}
        with told("comparing"):
            there = listed(client)
        lost, doubled = wanted - set(there), len(there) - len(set(there))
        second = brought(client, photos, clients, "again")
    print(f"lost {len(lost)}, doubled {doubled}, refused {len(first.refused)}")
    print(f"sent again {second.sent}, known {second.known}")
    if lost or doubled or first.refused or second.sent or second.known != photos:
        print(*first.refused[:5], sep="\n")
        raise SystemExit(1)


def brought(client: httpx.Client, photos: int, clients: int, name: str) -> Told:
    """Bring all photos in one upload by many clients at once."""
    upload = answered(client.post("/api/v1/uploads", json={})).json()["url"]
    parts = [range(n, min(n + TOGETHER, photos)) for n in range(0, photos, TOGETHER)]
    result, began = Told(), time.monotonic()
    with ThreadPoolExecutor(clients) as pool:
        for part in pool.map(lambda numbers: bring(client, upload, numbers), parts):
            result.sent += part.sent
            result.known += part.known
            result.refused += part.refused
            result.times += part.times
    seconds = time.monotonic() - began
    answered(client.post(f"{upload}/close"))
    times = sorted(result.times) or [0.0]
    print(
        f"{name}: {photos} photos by {clients} clients in {seconds:.1f} s, "
        f"{photos / seconds:.0f} a second; a request of {TOGETHER} files takes "
        f"{times[len(times) // 2] * 1000:.0f} ms, the slowest {times[-1] * 1000:.0f} ms"
    )
    return result


def bring(client: httpx.Client, upload: str, numbers: range) -> Told:
    """Ask which of some photos are missing, and send those."""
    files = {hashlib.sha256(data).hexdigest(): data for data in map(photo, numbers)}
    checked = answered(sent_by(client, f"{upload}/check", json={"sha256": list(files)})).json()
    part = Told(known=len(checked["known"]))
    if not checked["missing"]:
        return part
    parts = [("file", (f"{one[:12]}.jpg", files[one])) for one in checked["missing"]]
    began = time.monotonic()
    items = answered(sent_by(client, f"{upload}/files", files=parts)).json()["items"]
    part.times.append(time.monotonic() - began)
    part.sent = sum(item["state"] == "taken" for item in items)
    part.refused = [str(item["problem"]) for item in items if item["state"] != "taken"]
    return part


def sent_by(client: httpx.Client, url: str, **content: Any) -> httpx.Response:
    """Post something, again where the connection is lost: by its key it is done once."""
    key = {"Idempotency-Key": str(uuid4())}
    for _attempt in range(TRIES):
        try:
            return client.post(url, headers=key, **content)
        except httpx.TransportError as error:
            lost = error
    raise lost


def listed(client: httpx.Client) -> list[str]:
    """Return the hashes of all photos that are there."""
    found: list[str] = []
    page: str | None = "/api/v1/photos?fields=sha256&page_size=500"
    while page:
        told = answered(client.get(page)).json()
        found += [one["sha256"] for one in told["results"]]
        page = told["next"]
    return found


def answered(response: httpx.Response) -> httpx.Response:
    if response.is_error:
        raise SystemExit(f"{response.request.method} {response.url}: {response.text[:300]}")
    return response


@contextmanager
def told(what: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    print(f"{what}: {time.monotonic() - began:.1f} s")


# --- A copy of one's own ------------------------------------------------------------------------


@contextmanager
def own_copy(*, postgres: bool) -> Iterator[tuple[str, str, int]]:
    """Run a web server of its own; yield its address, a token, and its process."""
    with (
        tempfile.TemporaryDirectory(prefix="wildlife-upload-") as folder,
        running_postgres() if postgres else nullcontext("") as database,
        redis(Path(folder)) as broker,
    ):
        env = {**os.environ, "DATA_DIR": folder, "REDIS_URL": broker, "LOG_LEVEL": "ERROR"}
        env |= {"API_RATE_TOKEN": "0", "API_RATE_USER": "0"}
        if database:
            env["DATABASE_URL"] = database
        manage = [sys.executable, str(ROOT / "manage.py")]
        subprocess.run([*manage, "migrate", "--verbosity", "0"], check=True, env=env)
        made = subprocess.run(
            [*manage, "shell", "-c", _MAKE_TOKEN], check=True, env=env, capture_output=True
        )
        token = made.stdout.decode().rpartition("TOKEN ")[2].split()[0]
        port = free_port()
        argv = [sys.executable, "-m", "gunicorn", "wildlife.wsgi", "--threads", "8"]
        argv += ["--bind", f"127.0.0.1:{port}", "--log-level", "error"]
        with running(argv, env) as web:
            url = f"http://127.0.0.1:{port}"
            wait_for(url)
            yield url, token, web


@contextmanager
def measured(web: int) -> Iterator[None]:
    """Say afterwards how much memory a web server's processes took at most."""
    ended, most = threading.Event(), 0

    def watch() -> None:
        nonlocal most
        while not ended.wait(0.5):
            server = psutil.Process(web)
            taken = [one.memory_info().rss for one in [server, *server.children()]]
            most = max(most, *taken)

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    yield
    ended.set()
    watching.join()
    print(f"a web process took {most / 1e6:.0f} MB at most")


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    port = free_port()
    argv = [str(redis_binary()), "--port", str(port), "--save", "", "--dir", str(folder)]
    with running(argv, dict(os.environ)):
        yield f"redis://127.0.0.1:{port}/0"


@contextmanager
def running(argv: list[str], env: dict[str, str]) -> Iterator[int]:
    process = subprocess.Popen(argv, cwd=ROOT, env=env, stdout=subprocess.DEVNULL)
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)


def wait_for(url: str) -> None:
    for _attempt in range(300):
        with suppress(httpx.TransportError):
            if httpx.get(f"{url}/api/v1/models").is_success:
                return
        time.sleep(0.2)
    raise SystemExit("the copy did not start")


if __name__ == "__main__":
    main()
