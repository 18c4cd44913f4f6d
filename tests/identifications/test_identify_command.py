"""`manage.py identify`: files and folders in, a table out."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from PIL import Image

from tests.identifications.conftest import GREEN, RED
from wildlife.identifications import lineup

pytestmark = pytest.mark.usefixtures("taxa", "releases", "registry")


def table(*paths: Path) -> list[str]:
    out = io.StringIO()
    call_command("identify", *paths, stdout=out)
    return [line.strip() for line in out.getvalue().splitlines()]


def test_photos_are_told_apart_by_what_differs_in_their_paths(tmp_path: Path):
    folder = tmp_path / ("a-long-name-of-a-folder-" * 6)
    for name in ("north/one.png", "north/two.png", "south/one.png"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (64, 48), RED).save(folder / name)
    rows = table(folder)
    assert [row.split()[0] for row in rows[1:4]] == [
        "north/one.png",
        "north/two.png",
        "south/one.png",
    ]


def test_a_row_says_what_is_on_a_photo_or_why_it_cannot_be_read(tmp_path: Path):
    Image.new("RGB", (64, 48), GREEN).save(tmp_path / "b.png")
    (tmp_path / "c.jpg").touch()
    Image.new("RGB", (64, 48), RED).save(tmp_path / "a.png")
    out = io.StringIO()
    with pytest.raises(CommandError, match="1 of 3 files") as failed:
        call_command("identify", tmp_path, stdout=out)
    assert failed.value.returncode == 1
    rows = out.getvalue().splitlines()
    assert "Vulpes vulpes" in rows[1]
    assert "no animal" in rows[2]
    assert "This file is empty" in rows[3]


def test_on_a_copy_that_was_never_started_it_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def missing():
        raise OperationalError("no such table")

    monkeypatch.setattr(lineup, "current", missing)
    Image.new("RGB", (64, 48), RED).save(tmp_path / "a.png")
    with pytest.raises(CommandError, match=r"manage\.py prepare"):
        table(tmp_path)
