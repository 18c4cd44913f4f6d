"""Real workers on real servers: PostgreSQL, Redis, and more than one worker process."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from redis import Redis

from tests.services import Workers

pytestmark = [pytest.mark.shared, pytest.mark.services, pytest.mark.xdist_group("cluster")]

OTHERS = "control,sort,expert.*,fuse,describe"


@dataclass(frozen=True)
class Cluster:
    """The settings of several machines that share a database, a broker and a storage."""

    env: dict[str, str]

    def do(self, command: str, *arguments: object) -> Any:
        done = subprocess.run(
            [sys.executable, "-m", "tests.identifications.cluster", command, *map(str, arguments)],
            cwd=settings.BASE_DIR,
            env=os.environ | self.env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-4000:]
        return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def servers(
    postgres_server: str, redis_server: str, tmp_path_factory: pytest.TempPathFactory
) -> Cluster:
    # A database and a Redis number of its own: other tests use the servers' first ones.
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE cluster")
    env = {
        "DATABASE_URL": postgres_server.removesuffix("/wildlife") + "/cluster",
        "REDIS_URL": redis_server.removesuffix("/0") + "/1",
        "DATA_DIR": str(tmp_path_factory.mktemp("cluster")),
        "MODEL_CACHE_DIR": str(settings.MODEL_CACHE_DIR),
        "RUN_STALE_AFTER": "3",
        "PHOTOS_PER_RUN": "4",
    }
    cluster = Cluster(env)
    cluster.do("setup")
    return cluster


@pytest.fixture
def cluster(servers: Cluster) -> Iterator[Cluster]:
    """The servers, without the photos of the test before."""
    yield servers
    servers.do("forget")


@pytest.fixture(scope="module")
def photos(shared_dir: Path) -> list[Path]:
    """Elephants in colour, CMYK, grey and turned; a bear, a dog, a person, a car, empty scenes."""
    return sorted((shared_dir / "photos/camera-trap/cameratrapai").glob("*.jpg"))


def test_workers_on_different_queues_give_the_same_whole_answers_as_one_process(
    cluster: Cluster, workers: Workers, photos: list[Path]
):
    workers.start(cluster.env, queues="detect")
    workers.start(cluster.env, queues=OTHERS)
    ids = cluster.do("upload", *photos)
    done = cluster.do("finish", 240)
    assert set(done["states"]) == {"done", "failed"}
    assert done["states"].count("failed") == 1  # the truncated elephant
    assert len([name for name in done["workers"] if name]) == 2
    by_workers, here = cluster.do("by_workers", *ids), cluster.do("here", *ids)
    assert by_workers == here
    assert any(detection["votes"] for photo in here for detection in photo["detections"])


@pytest.mark.parametrize("step", ["detect", "expert.animals"])
def test_a_worker_killed_in_a_step_loses_and_doubles_nothing(
    cluster: Cluster, workers: Workers, photos: list[Path], step: str
):
    good = [path for path in photos if "truncated" not in path.name]
    victim = workers.start(cluster.env)
    assert cluster.do("kill_in", step, victim.process.pid, *good)
    workers.start(cluster.env)
    done = cluster.do("finish", 240)
    assert done["states"] == ["done"] * len(good), done["stuck"]
    assert max(done["attempts"]) >= 2
    assert done["photos_with_detections"] == len(good)
    assert done["detections"] == done["distinct_detections"]


def test_photos_wait_without_workers_and_are_finished_when_one_comes(
    cluster: Cluster, workers: Workers, photos: list[Path]
):
    cluster.do("upload", photos[0])
    assert cluster.do("finish", 5)["states"] == ["running"]
    workers.start(cluster.env)
    assert cluster.do("finish", 120)["states"] == ["done"]


def test_a_lost_redis_loses_no_photo(
    cluster: Cluster, workers: Workers, photos: list[Path], empty_redis: Callable[[], None]
):
    cluster.do("upload", *photos[:3])
    empty_redis()
    workers.start(cluster.env)
    assert cluster.do("finish", 120)["states"] == ["done"] * 3


@pytest.fixture
def empty_redis(cluster: Cluster) -> Callable[[], None]:
    def empty() -> None:
        with Redis.from_url(cluster.env["REDIS_URL"]) as client:
            client.flushdb()

    return empty
