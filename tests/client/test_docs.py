"""The examples of docs/client.md work as they stand there, and docs/cli.md tells what is so."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from pytest_django.live_server_helper import LiveServer

from tests.images import saved, scene
from wildlife.identifications.models import Verdict
from wildlife.photos.models import Photo
from wildlife_cli.__main__ import app
from wildlife_cli.output import Exit

DOCS = settings.BASE_DIR / "docs"
CODE = re.findall(r"^```python\n(.*?)^```", (DOCS / "client.md").read_text(), re.DOTALL | re.M)
CLI = (DOCS / "cli.md").read_text()


@pytest.fixture
def names(
    server: LiveServer, token: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, Any]:
    """What the examples find: a server, a token, a photo and a card with two more."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "card").mkdir()
    paths = [tmp_path / "elephant.jpg", tmp_path / "card" / "1.jpg", tmp_path / "card" / "2.jpg"]
    for number, path in enumerate(paths):
        path.write_bytes(saved(scene(64 + number, 48)))
    return {"url": server.url, "token": token, "paths": paths}


def test_the_examples_work(names: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    one, many, lists, with_asyncio, wrong = CODE
    assert "African bush elephant 87%" in _said(one, names, capsys)
    assert "card/2.jpg taken" in _said(many, names, capsys)
    assert Photo.objects.count() == 3
    assert _said(lists, names, capsys).count("loxodonta-africana 0.87") == 3
    assert Verdict.objects.count() == 1
    assert _said(with_asyncio, names, capsys) == "['done', 'done', 'done']\n"
    assert "Make a token" in _said(wrong, names, capsys)


def test_the_examples_are_short() -> None:
    for code in CODE:
        lines = [line for line in code.splitlines() if line and "import" not in line]
        assert len(lines) <= 10


def test_all_commands_and_exit_codes_are_told() -> None:
    for command in app.registered_commands:
        assert command.callback is not None
        name = command.name or command.callback.__name__
        assert f"`{name}" in CLI
    for group in app.registered_groups:
        assert group.typer_instance is not None
        for command in group.typer_instance.registered_commands:
            assert command.callback is not None
            name = command.name or command.callback.__name__.replace("_", "-")
            assert f"`{group.name} {name}" in CLI
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", CLI, re.M)}
    assert told == set(Exit)


def _said(code: str, names: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> str:
    exec(compile(code, "docs/client.md", "exec"), dict(names))
    return capsys.readouterr().out
