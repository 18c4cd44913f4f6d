"""`wildlife watch`: photos come when they are whole, also from a card that is put in later."""

import json
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from tests.cli.conftest import WITHIN, Commands
from tests.cli.proxy import bad_network
from tests.images import saved, scene
from tests.services import wait_for
from wildlife.photos.models import Photo, UploadItem
from wildlife_cli.watch import Settled
from wildlife_client import Local

Card = Callable[[int], Path]


def test_photos_of_a_card_that_is_put_in_later_come_once(wildlife: Commands, card: Card) -> None:
    place = wildlife.folder / "media-card"
    process = wildlife.start("watch", place, "--settle", "0.3", "--every", "0.2")
    shutil.copytree(card(3), place)
    wait_for(lambda: Photo.objects.count() == 3, seconds=20)
    half = saved(scene(90, 48))
    growing = place / "DCIM" / "NEW.JPG"
    growing.write_bytes(half[:200])
    growing.write_bytes(half)
    wait_for(lambda: Photo.objects.count() == 4, seconds=20)
    shutil.rmtree(place)
    shutil.copytree(card(5), place)
    wait_for(lambda: Photo.objects.count() == 6, seconds=20)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=WITHIN)
    assert process.returncode == 0, err
    assert "Traceback" not in err
    assert UploadItem.objects.count() == 6


def test_a_server_that_comes_back_gets_what_waited(
    wildlife: Commands, card: Card, token: str
) -> None:
    """The first tries meet a server that is not there."""
    address = urlsplit(wildlife.env["WILDLIFE_URL"])
    target = (str(address.hostname), int(address.port or 0))
    with bad_network(target, lambda number: 0 if number < 3 else None) as proxy:
        process = wildlife.start(
            *("watch", card(2), "--settle", "0.2", "--every", "0.2", "--attempts", "1", "--json"),
            WILDLIFE_URL=proxy.url,
        )
        assert process.stdout is not None
        taken = 0
        while taken < 2:  # a line tells of each round that is over
            taken += json.loads(process.stdout.readline())["taken"]
        process.send_signal(signal.SIGINT)
        _out, err = process.communicate(timeout=WITHIN)
    assert "Trying again" in err
    assert Photo.objects.count() == 2


def test_a_file_is_whole_when_it_stayed_the_same_for_a_while(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"1")
    files, known = [Local(path, "a.jpg")], Settled(2.0)
    assert known.settled(files, 0.0) == []
    assert known.settled(files, 1.9) == []
    path.write_bytes(b"12")
    assert known.settled(files, 2.0) == []
    assert known.settled(files, 3.9) == []
    assert known.settled(files, 4.0) == files
    assert known.settled(files, 4.1) == files
    known.brought(files)
    assert known.settled(files, 9.0) == []
    path.write_bytes(b"another photo")
    known.settled(files, 10.0)
    assert known.settled(files, 12.0) == files
