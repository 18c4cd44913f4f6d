"""Reviewers who ask at the same moment get different photos, and a person's word is one."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

CREW = 4
MAKE = """
from django.contrib.auth.models import User
from tests.review.conftest import member
from wildlife.photos.models import Photo
from wildlife.projects.models import Project
mara = Project.objects.create(slug="mara", name="Mara")
for number in range(4):
    member(mara, f"reviewer{number}")
Photo.objects.bulk_create(
    Photo(project=mara, sha256=f"{number:064}", size=1, state="done", confidence=number / 100)
    for number in range(40)
)
"""
TAKE = """
import time
from django.contrib.auth.models import User
from tests.review.conftest import queue
from wildlife.projects.models import Project
from wildlife.review import speaking
user = User.objects.get(username="reviewer{number}")
mara = Project.objects.get()
time.sleep(max(0.0, {start} - time.time()))
taken = []
for _turn in range(5):
    taken += [str(one.pk) for one in queue(mara, user).take(1, taken)]
speaking.say(taken, user, None)
print(",".join(taken))
"""


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of processes that share a migrated PostgreSQL database."""
    server = request.getfixturevalue("postgres_server")
    with closing(psycopg.connect(server, autocommit=True)) as connection:
        connection.execute("CREATE DATABASE reviews")
    url = server.removesuffix("/wildlife") + "/reviews"
    env = {**os.environ, "DATABASE_URL": url, "DATA_DIR": str(tmp_path), "LOG_LEVEL": "ERROR"}
    assert manage(env, "migrate", "--verbosity=0").wait() == 0
    yield env
    with closing(psycopg.connect(server, autocommit=True)) as connection:
        connection.execute("DROP DATABASE reviews WITH (FORCE)")


def manage(env: dict[str, str], *argv: str) -> "subprocess.Popen[str]":
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *argv]
    return subprocess.Popen(command, env=env, stdout=-1, stderr=subprocess.STDOUT, text=True)


@pytest.mark.services
def test_reviewers_who_ask_at_once_get_different_photos(database: dict[str, str]) -> None:
    assert manage(database, "shell", "-c", MAKE).wait() == 0
    start = time.time() + 15
    crew = [
        manage(database, "shell", "-c", TAKE.format(number=number, start=start))
        for number in range(CREW)
    ]
    taken = []
    for one in crew:
        out, _ = one.communicate(timeout=120)
        assert one.returncode == 0, out
        taken += out.strip().splitlines()[-1].split(",")
    assert len(taken) == 20
    assert len(set(taken)) == 20
