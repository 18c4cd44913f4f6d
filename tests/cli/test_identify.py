"""`wildlife identify`, `status`, `login` and what the command says of itself."""

import json
import stat
from collections.abc import Callable
from pathlib import Path
from subprocess import TimeoutExpired

import pytest
from pytest_django.live_server_helper import LiveServer

from tests.api.build import answered, answering, elephants
from tests.cli.conftest import Commands
from wildlife.api import views
from wildlife.photos.models import Photo, Upload

Card = Callable[[int], Path]


@pytest.fixture
def looking(server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Photos are looked at as they come: each shows an elephant and a person."""
    monkeypatch.setattr(views, "dispatch", answering(elephants()))


@pytest.mark.usefixtures("looking")
def test_animals_are_named_as_a_table_and_as_json(wildlife: Commands, card: Card) -> None:
    folder = card(2)
    table = wildlife("identify", folder)
    assert table.code == 0, table.err
    assert table.out.count("African bush elephant") == 2
    assert "Loxodonta africana" in table.out
    assert "87%" in table.out
    (folder / "DCIM" / "broken.jpg").write_text("words")
    told = wildlife("identify", folder, "--json")
    assert told.code == 1
    first, _, broken = sorted(told.json, key=lambda one: str(one["path"]))
    assert first["photo"]["detections"][0]["identification"]["taxon"]["rank"] == "species"
    assert (broken["photo"], "not a photo" in broken["failure"]) == (None, True)


@pytest.mark.usefixtures("looking")
def test_a_guest_needs_no_token(wildlife: Commands, card: Card) -> None:
    done = wildlife("identify", card(1), WILDLIFE_TOKEN="")
    assert (done.code, "African bush elephant" in done.out) == (0, True)
    assert Photo.objects.get().owner is None


def test_a_photo_that_takes_too_long_is_told(wildlife: Commands, card: Card) -> None:
    done = wildlife("identify", card(1), "--patience", "1")
    assert done.code == 1
    assert "still waiting" in done.out


def test_the_status_of_uploads_is_told(wildlife: Commands, card: Card) -> None:
    folder = card(2)
    (folder / "broken.jpg").write_text("words")
    wildlife("upload", folder)
    upload = Upload.objects.get()
    told = wildlife("status")
    assert (told.code, str(upload.pk) in told.out) == (0, True)
    one = wildlife("status", upload.pk, "--json")
    assert one.code == 1
    assert one.json["counts"]["waiting"] == 2
    assert [problem["path"] for problem in one.json["problems"]] == ["card/broken.jpg"]


def test_waiting_for_an_upload_ends_when_it_is_finished(wildlife: Commands, card: Card) -> None:
    wildlife("upload", card(1))
    process = wildlife.start("status", Upload.objects.get().pk, "--wait")
    with pytest.raises(TimeoutExpired):
        process.wait(1.5)
    answered(Photo.objects.get(), elephants())
    assert process.wait(20) == 0


def test_a_login_is_kept_for_its_owner_and_its_server_alone(
    wildlife: Commands, server: LiveServer, token: str
) -> None:
    wildlife.env = {}
    assert "wildlife login" in wildlife("status").err
    wrong = wildlife("login", server.url, "--token-stdin", said="wl_wrong\n")
    assert (wrong.code, "opens nothing" in wrong.err) == (4, True)
    done = wildlife("login", server.url + "/", "--token-stdin", said=f"{token}\n")
    assert done.code == 0, done.err
    kept = wildlife.folder / "home" / "servers.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert json.loads(kept.read_text()) == {"default": server.url, "tokens": {server.url: token}}
    assert token not in done.out + done.err
    assert wildlife("status").code == 0
    # The same server under another name is another server, which does not get the token.
    other = server.url.replace("localhost", "127.0.0.1")
    assert other != server.url
    assert wildlife("status", "--server", other, "--json").json == {"uploads": []}
    file = wildlife.folder / "token"
    file.write_text("wl_wrong")
    assert wildlife("status", "--token-file", file).code == 4
    assert wildlife("logout").code == 0
    assert "wildlife login" in wildlife("status").err


def test_what_is_no_server_of_ours_is_a_sentence(wildlife: Commands, server: LiveServer) -> None:
    done = wildlife("status", "--server", f"{server.url}/elsewhere")
    assert (done.code, "is not Wildlife" in done.err) == (3, True)
    assert wildlife("status", "--server", "wildlife.example").code == 2


def test_shells_can_complete_the_command(alone: Commands) -> None:
    # Told which shell it is: what runs the tests is none that anybody types in.
    told = {"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    done = alone("--show-completion", "bash", **told)
    assert done.code == 0
    assert "complete" in done.out


def test_a_machine_alone_asks_its_own_copy(alone: Commands, card: Card) -> None:
    """The server's own command answers: here that its copy is not prepared yet."""
    done = alone("identify", "--local", card(1), DATA_DIR=str(alone.folder / "data"))
    assert done.code == 1
    assert "Run `manage.py" in done.err or "manage.py sync_models" in done.err


def test_a_country_is_for_this_machine_alone(alone: Commands, card: Card) -> None:
    done = alone("identify", "--country", "BWA", "--server", "http://127.0.0.1:1", card(1))
    assert done.code == 2
    assert "--local" in done.err
    done = alone("identify", "--local", "--country", "Atlantis", card(1))
    assert done.code == 1
    assert "no country's code" in done.err
