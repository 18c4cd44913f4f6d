import os
import subprocess
import sys

import psycopg
import pytest
from django.conf import settings
from redis import Redis

from tests.services import wait_for
from wildlife.ops import attendance
from wildlife.ops.workers import matching

QUEUES = ["control", "detect", "sort", "expert.birds", "expert.insects", "fuse", "describe"]


@pytest.mark.parametrize(
    ("patterns", "found"),
    [
        (["*"], QUEUES),
        (["detect", "sort"], ["detect", "sort"]),
        (["expert.*"], ["expert.birds", "expert.insects"]),
        (["expert.b*", "detect"], ["detect", "expert.birds"]),
        (["gpu"], ["gpu"]),
        (["gpu-*"], []),
    ],
)
def test_a_worker_serves_what_its_patterns_match(patterns, found):
    assert matching(QUEUES, patterns) == found


@pytest.fixture
def two_machines(tmp_path, redis_server, postgres_server, monkeypatch):
    """What two machines share: PostgreSQL and Redis."""
    env = {
        "DATA_DIR": str(tmp_path / "data"),
        "DATABASE_URL": postgres_server,
        "REDIS_URL": redis_server,
    }
    migrate = [sys.executable, str(settings.BASE_DIR / "manage.py"), "migrate", "--verbosity=0"]
    subprocess.run(migrate, env={**os.environ, **env}, check=True)
    monkeypatch.setattr(settings, "REDIS_URL", redis_server)
    attendance.client.cache_clear()
    yield env
    attendance.client.cache_clear()


@pytest.mark.services
def test_workers_join_the_queue_of_an_expert_that_is_activated_later(two_machines, workers):
    general = workers.start(two_machines, queues="control,detect,sort,fuse,describe")
    experts = workers.start(two_machines, queues="expert.*")

    def served(worker):
        here = attendance.present()
        return next((here[name] for name in here if name.startswith(worker.name)), None)

    assert served(general) == ["control", "describe", "detect", "fuse", "sort"]
    assert served(experts) == []
    with psycopg.connect(two_machines["DATABASE_URL"]) as connection:
        for name, kind in (("d", "detector"), ("c", "coarse"), ("birds", "expert")):
            connection.execute(
                "INSERT INTO models_registry_modelrelease (name, version, title, kind, stage,"
                " weight, threshold, groups, queue, sha256, available, created_at)"
                " VALUES (%s, '1', '', %s, 'active', 1, 0.25, '[]', '', '', true, now())",
                (name, kind),
            )
    wait_for(lambda: served(experts) == ["expert.birds"], seconds=20, why="the queue is joined")
    assert "expert.birds" not in served(general)

    experts.stop()
    assert served(experts) is None
    general.kill()
    with Redis.from_url(two_machines["REDIS_URL"]) as client:
        assert client.hlen(attendance.ATTENDANCE) == 1, "a killed worker is missed a little later"
