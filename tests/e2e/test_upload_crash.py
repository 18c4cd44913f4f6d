"""Servers die in the middle of an upload, as they do: PostgreSQL, object storage and a real worker.

Nothing of a card is lost and nothing doubled, neither in the database nor in the storage.
"""

import contextlib
import logging
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import boto3
import psycopg
import pytest
from django.conf import settings
from moto.server import ThreadedMotoServer
from playwright.sync_api import Browser, Page, expect

from tests.images import saved, scene
from tests.services import Worker, Workers, running_postgres, tethered, wait_for
from wildlife.ops.redis_server import free_port

pytestmark = [pytest.mark.browser, pytest.mark.services]

BUCKET = "wildlife"
PATIENCE = 60_000
"""Milliseconds for a whole card, on a machine that has other things to do."""


@dataclass
class Plant:
    """Database, storage, broker, web server and worker of one copy, each a process of its own."""

    env: dict[str, str]
    port: int
    folder: Path
    workers: Workers
    web: subprocess.Popen[bytes] | None = None
    worker: Worker | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start_web(self) -> None:
        argv = [sys.executable, "-m", "gunicorn", "wildlife.wsgi", "--worker-class", "gthread"]
        argv += ["--threads", "8", "--bind", f"127.0.0.1:{self.port}", "--no-control-socket"]
        with (self.folder / "web.log").open("ab") as out:
            self.web = subprocess.Popen(
                tethered(*argv),
                cwd=settings.BASE_DIR,
                env=self.env,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        wait_for(self._answers, why=f"the web server answers: {self.folder / 'web.log'}")

    def kill_web(self) -> None:
        assert self.web is not None
        os.killpg(self.web.pid, signal.SIGKILL)  # gunicorn has a process of its own for each worker
        self.web.wait()

    def start_worker(self) -> None:
        """Start a worker for all but the models: photos wait, archives are unpacked."""
        self.worker = self.workers.start(self.env, queues="control", concurrency=1)

    def kill_worker(self) -> None:
        assert self.worker is not None
        self.worker.kill()

    def manage(self, *argv: str) -> None:
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *argv]
        subprocess.run(command, env=self.env, check=True, stdout=subprocess.DEVNULL)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.env["DATABASE_URL"]) as connection:
            return connection.execute(sql).fetchall()

    def stored(self, prefix: str) -> list[str]:
        """Return the keys in the object storage that begin so."""
        client = boto3.client("s3", endpoint_url=self.env["S3_ENDPOINT_URL"], **CREDENTIALS)
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        return [one["Key"] for page in pages for one in page.get("Contents", ())]

    def _answers(self) -> bool:
        with contextlib.suppress(OSError):
            return urlopen(f"{self.url}/help/", timeout=5).status == 200
        return False


CREDENTIALS = {
    "aws_access_key_id": "test",
    "aws_secret_access_key": "test",
    "region_name": "us-east-1",
}


@pytest.fixture(scope="module")
def plant(
    tmp_path_factory: pytest.TempPathFactory, redis_server: str, chromium: Browser
) -> Iterator[Plant]:
    folder = tmp_path_factory.mktemp("plant")
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    storage = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    storage.start()
    host, storage_port = storage.get_host_and_port()
    endpoint = f"http://{host}:{storage_port}"
    boto3.client("s3", endpoint_url=endpoint, **CREDENTIALS).create_bucket(Bucket=BUCKET)
    with running_postgres() as database:
        env = os.environ | {
            "DATA_DIR": str(folder / "data"),
            "DATABASE_URL": database,
            "REDIS_URL": redis_server,
            "S3_BUCKET": BUCKET,
            "S3_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
            "DEBUG": "1",  # static files as they are, none collected
        }
        made = Plant(env, free_port(), folder, Workers(folder))
        made.manage("migrate")
        made.start_web()
        made.start_worker()
        yield made
        for worker in made.workers.started:
            worker.stop()
        made.kill_web()
    storage.stop()


@pytest.fixture
def page(plant: Plant, chromium: Browser) -> Iterator[Page]:
    expect.set_options(timeout=20_000)
    context = chromium.new_context()
    opened = context.new_page()
    opened.set_default_timeout(30_000)
    opened.goto(plant.url)
    yield opened
    context.close()


def card(folder: Path, many: int) -> list[Path]:
    """Return `many` photos and an archive with a fifth as many others."""
    whole = saved(scene())
    paths = [folder / "A.zip", *(folder / f"IMG_{number:05d}.JPG" for number in range(many))]
    with zipfile.ZipFile(paths[0], "w") as archive:
        for number in range(many // 5):
            archive.writestr(f"狮子/{number}.jpg", whole + b"zip" + number.to_bytes(3, "big"))
    for number, path in enumerate(paths[1:]):
        # What stands behind a JPEG's end makes it another file, and no other picture.
        path.write_bytes(whole + number.to_bytes(3, "big"))
    return paths


@pytest.mark.parametrize("many", [150, pytest.param(5000, marks=pytest.mark.deep)])
def test_servers_killed_in_the_middle_lose_and_double_nothing(plant, page, tmp_path, many):
    files, every = card(tmp_path, many), many + many // 5
    began = time.monotonic()
    page.set_input_files("#files", files)
    uploads = page.locator("[data-uploads]")

    wait_until_taken(plant, many // 5)
    plant.kill_worker()
    plant.kill_web()
    expect(uploads).to_contain_text("It is tried again by itself")
    plant.start_web()
    plant.start_worker()
    tend(plant)
    wait_until_taken(plant, many // 2)
    page.context.set_offline(True)
    page.wait_for_timeout(1500)
    page.context.set_offline(False)

    expect(uploads).to_contain_text(f"All files uploaded: {many + 1}", timeout=30 * PATIENCE)
    print(f"{many} files uploaded in {time.monotonic() - began:.0f} s")
    states = "SELECT state FROM photos_uploaditem"
    settled = {"taken": every, "unpacked": 1}
    wait_for(lambda: counted(plant, states) == settled, seconds=120, why="all is settled")
    assert counted(plant, "SELECT sha256 FROM photos_photo").most_common(1)[0][1] == 1
    originals = {name for (name,) in plant.rows("SELECT original FROM photos_photo")}
    assert len(originals) == every
    remove_leftovers(plant)
    assert originals == set(plant.stored("originals/"))
    assert plant.stored("archives/") == []
    assert uploaded_again(page, files, many) == []

    page.goto(f"{plant.url}/library/")
    label_all(page, "ridge")
    plant.kill_worker()
    plant.start_worker()
    tend(plant)
    expect(page.locator("main")).to_contain_text(f"{every:,} photos labelled", timeout=5 * PATIENCE)
    assert plant.rows("SELECT count(*) FROM library_tagged") == [(every,)]

    delete_all(page)
    expect(page.locator("main")).to_contain_text(f"{every:,} photos deleted", timeout=5 * PATIENCE)
    assert plant.rows("SELECT count(*) FROM photos_photo") == [(0,)]

    def gone() -> bool:
        return originals.isdisjoint(plant.stored("originals/"))

    wait_for(gone, seconds=120, why="the files went as well")


def wait_until_taken(plant: Plant, count: int) -> None:
    sql = "SELECT count(*) FROM photos_photo"
    wait_for(lambda: plant.rows(sql)[0][0] >= count, seconds=600, why=f"{count} photos are here")


def counted(plant: Plant, sql: str) -> Counter[str]:
    return Counter(value for (value,) in plant.rows(sql))


def tend(plant: Plant) -> None:
    """Do what beat does, as if the minutes had passed after which a job counts as stuck."""
    with psycopg.connect(plant.env["DATABASE_URL"], autocommit=True) as connection:
        for table in ("photos_uploaditem", "library_job"):
            connection.execute(f"UPDATE {table} SET alive_at = alive_at - interval '1 hour'")
    lines = "from wildlife.identifications import unpacking; from wildlife.library import jobs"
    plant.manage("shell", "--no-imports", "-c", f"{lines}; unpacking.tend(); jobs.tend()")


def remove_leftovers(plant: Plant) -> None:
    """Do what beat does, as if the hour had passed after which a file without a row is removed."""
    with psycopg.connect(plant.env["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("UPDATE photos_leftover SET due_at = due_at - interval '1 hour'")
    lines = "from wildlife.photos import leftovers; leftovers.tend()"
    plant.manage("shell", "--no-imports", "-c", lines)


def uploaded_again(page: Page, files: list[Path], many: int) -> list[str]:
    """Choose the photos of a card once more; return what was sent of them."""
    sent: list[str] = []
    page.reload()
    page.on("request", lambda one: sent.append(one.url) if one.url.endswith("/file") else None)
    page.set_input_files("#files", files[1:])
    done = f"All files uploaded: {many} ({many} of them you had here before)"
    expect(page.locator("[data-uploads]")).to_contain_text(done, timeout=PATIENCE)
    return sent


def label_all(page: Page, label: str) -> None:
    page.get_by_label("Choose all on this page").check()
    page.get_by_label("all that match the filters").check()
    page.locator("#tag").fill(label)
    page.get_by_role("button", name="Put on").click()


def delete_all(page: Page) -> None:
    page.get_by_label("Choose all on this page").check()
    page.get_by_label("all that match the filters").check()
    page.get_by_role("button", name="Delete…").click()
    page.get_by_role("button", name="Delete").click()
