"""`wildlife export`: a file of the server's making, whole or not there."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest

from tests.api.build import answering, elephants
from tests.cli.conftest import Commands
from wildlife.exchange import jobs
from wildlife.exchange.formats import FORMATS
from wildlife.exchange.models import ExportJob
from wildlife_client.types.exchange import ExportFormat

Card = Callable[[int], Path]


@pytest.fixture(autouse=True)
def worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are made at once."""
    monkeypatch.setattr(jobs, "send", lambda job: jobs.make(job.pk))


def test_answers_are_saved_as_a_file(wildlife: Commands, card: Card, tmp_path: Path) -> None:
    wildlife("upload", card(2))
    answering(elephants())()
    table = tmp_path / "answers.csv"
    done = wildlife("export", "csv", "-o", table, "--query", "?taxon=elephantidae")
    assert (done.code, "2 photos" in done.out) == (0, True), done.err
    with table.open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert rows
    assert all("Loxodonta africana" in row.values() or "person" in row.values() for row in rows)
    assert [one.name for one in tmp_path.glob("*.part")] == []
    again = wildlife("export", "csv", "-o", table)
    assert (again.code, "--force" in again.err) == (2, True)
    told = wildlife("export", "megadetector", "-o", table, "--force", "--json").json
    assert (told["state"], told["format"]) == ("ready", "megadetector")
    assert table.read_text().startswith("{")


def test_what_cannot_be_is_told(wildlife: Commands, tmp_path: Path) -> None:
    wrong = wildlife("export", "excel", "-o", tmp_path / "a.xls")
    assert (wrong.code, "camtrap-dp" in wrong.err) == (2, True)
    nowhere = wildlife("export", "csv", "-o", tmp_path / "none" / "a.csv")
    assert nowhere.code == 2
    unknown = wildlife("export", "csv", "-o", tmp_path / "a.csv", "--project", "kruger")
    assert unknown.code == 4
    assert not ExportJob.objects.exists()


def test_all_formats_of_the_server_are_known() -> None:
    assert set(get_args(ExportFormat)) == set(FORMATS)
