"""The real command, against a running server, over real connections."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from tests.images import saved, scene
from wildlife.api import upload_items, views
from wildlife.tokens.models import Scope
from wildlife.tokens.services import make
from wildlife_cli.__main__ import main
from wildlife_cli.output import answers

WITHIN = 60
"""seconds that a command may take"""


@dataclass
class Ended:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Commands:
    """Runs `wildlife` as somebody would, with a memory of its own."""

    folder: Path
    env: dict[str, str] = field(default_factory=dict)
    running: list[subprocess.Popen[str]] = field(default_factory=list)

    def __call__(self, *words: object, said: str = "", **env: str) -> Ended:
        process = self.start(*words, **env)
        out, err = process.communicate(said, timeout=WITHIN)
        assert "Traceback" not in err, err
        return Ended(process.returncode, out, err)

    def start(self, *words: object, **env: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "wildlife_cli", *map(str, words)],
            cwd=self.folder,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(django_settings.BASE_DIR),
                "WILDLIFE_HOME": str(self.folder / "home"),
                "COLUMNS": "160",
                **self.env,
                **env,
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.running.append(process)
        return process


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Commands]:
    """The command, without a server."""
    commands = Commands(tmp_path)
    yield commands
    for process in commands.running:
        if process.poll() is None:
            process.kill()
            process.wait()


@pytest.fixture
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def server(live_server: LiveServer, media: Path, monkeypatch: pytest.MonkeyPatch) -> LiveServer:
    """A server without workers: photos that came are kept, and wait."""
    monkeypatch.setattr(upload_items, "dispatch", lambda: None)
    monkeypatch.setattr(views, "dispatch", lambda: None)
    return live_server


@pytest.fixture
def ann(server: LiveServer) -> User:
    return User.objects.create_user("ann", password="secret")


@pytest.fixture
def token(ann: User) -> str:
    """A token that may do everything that Ann may."""
    return make(ann, "cli", tuple(Scope))[1]


@pytest.fixture
def wildlife(alone: Commands, server: LiveServer, token: str) -> Commands:
    """The command of Ann, who asks the running server."""
    alone.env = {"WILDLIFE_URL": server.url, "WILDLIFE_TOKEN": token}
    return alone


InProcess = Callable[..., Ended]
"""Called with words and what is `said` when it asks."""


@pytest.fixture
def in_process(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> InProcess:
    """The command in this process, where starting another a dozen times would tell no more."""
    monkeypatch.setattr(answers, "width", 160)
    monkeypatch.setenv("WILDLIFE_HOME", str(tmp_path / "home"))

    def run(*words: object, said: str = "") -> Ended:
        monkeypatch.setattr(sys, "argv", ["wildlife", *map(str, words)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(said))
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        code = ended.value.code
        return Ended(code if isinstance(code, int) else 0, out, err)

    return run


@pytest.fixture
def command(
    in_process: InProcess, server: LiveServer, token: str, monkeypatch: pytest.MonkeyPatch
) -> InProcess:
    """The same, of Ann, who asks the running server."""
    monkeypatch.setenv("WILDLIFE_URL", server.url)
    monkeypatch.setenv("WILDLIFE_TOKEN", token)
    return in_process


@pytest.fixture
def card(tmp_path: Path) -> Callable[[int], Path]:
    """Makes a camera's card with so many photos."""

    def make_card(photos: int) -> Path:
        folder = tmp_path / "card" / "DCIM"
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(photos):
            (folder / f"IMG_{number:04}.JPG").write_bytes(saved(scene(64 + number, 48)))
        return tmp_path / "card"

    return make_card
