"""`wildlife upload`: nothing lost, nothing sent twice, whatever comes between."""

import re
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.core.signals import request_started
from pytest_django.live_server_helper import LiveServer

from tests.cli.conftest import Commands
from tests.cli.proxy import bad_network
from tests.services import wait_for
from wildlife.photos.models import Photo, Upload, UploadItem
from wildlife.projects import services
from wildlife.projects.models import Deployment

Card = Callable[[int], Path]
FILES = re.compile(r"/api/v1/uploads/[^/]+/files$")


@pytest.fixture
def asked(server: LiveServer) -> Iterator[list[str]]:
    """The requests that reach the server, such as `POST /api/v1/uploads`."""
    seen: list[str] = []

    def note(environ: dict[str, str], **_: object) -> None:
        seen.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")

    request_started.connect(note, weak=False)
    yield seen
    request_started.disconnect(note)


def sent_in(asked: list[str]) -> int:
    """How many requests brought a file."""
    return sum(1 for one in asked if FILES.search(one))


def test_photos_are_sent_once_and_all_else_is_told(
    wildlife: Commands, card: Card, asked: list[str]
) -> None:
    folder = card(5)
    (folder / "DCIM" / "copy.jpg").write_bytes((folder / "DCIM" / "IMG_0000.JPG").read_bytes())
    (folder / "DCIM" / "notes.txt").write_text("words")
    (folder / "DCIM" / "broken.jpg").write_text("words")
    (folder / "DCIM" / "empty.jpg").write_bytes(b"")
    (folder / ".Trashes").mkdir()
    (folder / ".Trashes" / "old.jpg").write_bytes(b"\xff\xd8")
    (folder / "DCIM" / "._IMG_0000.JPG").write_bytes(b"finder")
    (folder / "loop").symlink_to(folder)
    (folder / "DCIM" / "link.jpg").symlink_to(folder / "DCIM" / "IMG_0001.JPG")
    first = wildlife("upload", folder, "--json")
    assert first.code == 1
    told = first.json
    assert (told["taken"], told["known"]) == (5, 1)
    assert [(Path(one["path"]).name, one["outcome"]) for one in told["failed"]] == [
        ("broken.jpg", "refused")
    ]
    assert {Path(one["path"]).name: one["why"] for one in told["skipped"]} == {
        "notes.txt": "not a photo",
        "empty.jpg": "empty",
        "._IMG_0000.JPG": "hidden",
        "loop": "link",
        "link.jpg": "link",
    }
    assert "skipped: 2 × link" in first.err
    upload = Upload.objects.get()
    assert upload.closed_at is not None
    assert UploadItem.objects.get(path="card/DCIM/IMG_0003.JPG").state == "taken"

    (folder / "DCIM" / "broken.jpg").unlink()
    del asked[:]
    again = wildlife("upload", folder)
    assert (again.code, again.out) == (0, "0 sent, 6 were there already\n")
    assert sent_in(asked) == 0
    assert "POST /api/v1/uploads" not in asked


def test_a_dry_run_asks_no_server(wildlife: Commands, card: Card, asked: list[str]) -> None:
    done = wildlife("upload", card(2), "--dry-run")
    assert done.code == 0
    assert done.out.count(".JPG\n") == 2
    assert "2 photos" in done.err
    assert asked == []


def test_photos_go_to_a_deployment_by_its_name(wildlife: Commands, card: Card, ann: User) -> None:
    mara = services.create(ann, "Mara")
    ford = Deployment.objects.create(project=mara, name="Ford north")
    done = wildlife("upload", card(1), "--project", "mara", "--deployment", "Ford north")
    assert done.code == 0, done.err
    photo = Photo.objects.get()
    assert (photo.project, photo.deployment) == (mara, ford)
    wrong = wildlife("upload", card(1), "--project", "mara", "--deployment", "ford")
    assert wrong.code == 2
    assert "There are: Ford north." in wrong.err
    alone = wildlife("upload", card(1), "--deployment", "Ford north")
    assert (alone.code, "--project" in alone.err) == (2, True)
    unknown = wildlife("upload", card(1), "--project", "kruger")
    assert (unknown.code, "Check the name" in unknown.err) == (4, True)


def test_a_network_that_breaks_again_and_again_loses_and_doubles_nothing(
    wildlife: Commands, card: Card, server: LiveServer, asked: list[str]
) -> None:
    address = urlsplit(server.url)
    target = (str(address.hostname), int(address.port or 0))
    # Two of three connections break, some in the middle of a photo, some of an answer's request.
    with bad_network(target, lambda number: None if number % 3 == 2 else 900 * number) as proxy:
        done = wildlife("upload", card(20), "--json", WILDLIFE_URL=proxy.url)
        assert proxy.connections > 3
    assert done.code == 0, done.err
    assert (done.json["taken"] + done.json["known"], Photo.objects.count()) == (20, 20)
    assert Upload.objects.count() == 1


def test_a_killed_upload_goes_on_and_sends_nothing_twice(
    wildlife: Commands, card: Card, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = card(40)
    process = wildlife.start("upload", folder, "--parallel", "2")
    wait_for(lambda: UploadItem.objects.filter(state="taken").count() >= 5, seconds=30)
    process.send_signal(signal.SIGKILL)
    process.wait()
    settled = stable(lambda: Photo.objects.count())
    assert 5 <= settled < 40
    del asked[:]
    done = wildlife("upload", folder, "--json")
    assert done.code == 0, done.err
    assert (done.json["taken"], done.json["known"]) == (40 - settled, settled)
    assert sent_in(asked) == 40 - settled
    assert Upload.objects.get().closed_at is not None
    assert Photo.objects.count() == 40


def test_a_server_that_is_not_there_is_a_sentence_and_3(alone: Commands, card: Card) -> None:
    done = alone("upload", card(1), "--server", "http://127.0.0.1:9", "--attempts", "1")
    assert done.code == 3
    assert "No answer from http://127.0.0.1:9" in done.err
    assert "Do the same again later" in done.err


def test_a_token_that_opens_nothing_is_a_sentence_and_4(wildlife: Commands, card: Card) -> None:
    done = wildlife("upload", card(1), WILDLIFE_TOKEN="wl_wrong")
    assert done.code == 4
    assert "opens nothing" in done.err


def test_a_folder_that_is_not_there_is_a_wrong_command_line(wildlife: Commands) -> None:
    done = wildlife("upload", "nowhere")
    assert done.code == 2
    assert "nowhere" in done.err


def stable(count: Callable[[], int]) -> int:
    """Return a count once it stays: what a killed client sent may still be answered."""
    last, since = count(), time.monotonic()
    while time.monotonic() - since < 0.5:
        if count() != last:
            last, since = count(), time.monotonic()
        time.sleep(0.02)
    return last
