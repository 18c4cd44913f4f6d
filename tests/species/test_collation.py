"""The tree in a database whose language has an order of its own, as Danish has for "AA"."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

ASK = """
import json
from django.db import connection
from wildlife.species import paths
from wildlife.species.models import Taxon
# The ids are such that "AA", "CH" and "Z" stand in the paths.
ids = [int(code, 36) for code in ("9Z", "A9", "AA", "AB", "AZ", "CG", "CH", "CI", "Z0", "ZZ")]
Taxon.objects.bulk_create(
    Taxon(pk=pk, slug=f"t{pk}", scientific_name=f"T {pk}", rank="species", path=paths.code(pk))
    for pk in reversed(ids)
)
stored = list(Taxon.objects.order_by("path").values_list("path", flat=True))
walked, page = [], Taxon.objects.order_by("path")
while rows := list(page[:3].values_list("path", flat=True)):
    walked += rows
    page = Taxon.objects.filter(path__gt=rows[-1]).order_by("path")
with connection.cursor() as cursor:
    cursor.execute("SELECT 'AA' > 'Z'")
    (danish,) = cursor.fetchone()
print(json.dumps({"danish": danish, "stored": stored, "walked": walked}))
"""


@pytest.fixture
def danish(postgres_server: str, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a migrated database that was made for Danish."""
    with closing(psycopg.connect(postgres_server, autocommit=True)) as connection:
        connection.execute(
            "CREATE DATABASE danish TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'da'"
        )
    url = postgres_server.removesuffix("/wildlife") + "/danish"
    yield {**os.environ, "DATABASE_URL": url, "DATA_DIR": str(tmp_path), "LOG_LEVEL": "ERROR"}
    with closing(psycopg.connect(postgres_server, autocommit=True)) as connection:
        connection.execute("DROP DATABASE danish WITH (FORCE)")


def manage(env: dict[str, str], *argv: str) -> str:
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *argv]
    return subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout


@pytest.mark.services
def test_paths_are_in_the_order_of_their_ids_in_every_language(danish: dict[str, str]) -> None:
    manage(danish, "migrate", "--verbosity=0")
    found = json.loads(manage(danish, "shell", "-c", ASK).strip().splitlines()[-1])
    assert found["danish"]
    assert len(found["stored"]) == 10
    assert found["stored"] == sorted(found["stored"])
    assert found["walked"] == found["stored"]
