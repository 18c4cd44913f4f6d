"""Files from addresses that strangers name: taken from the internet, and from nowhere else."""

import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from pytest_django import Settings

from tests.images import saved, scene
from wildlife.photos import fetching, reaching
from wildlife.photos.fetching import fetched, refuse_unusable
from wildlife.photos.refusals import PhotoRefused


class Site(BaseHTTPRequestHandler):
    """`/photo/NAME` is a photo, `/to/URL` leads there, `/slow`, `/drip`, `/chunk` and `/open`
    trickle, `/endless` never ends."""

    asked: list[tuple[str, str]] = []

    def do_GET(self) -> None:
        self.asked.append((self.path, self.headers["Host"]))
        first, _, rest = self.path.lstrip("/").partition("/")
        match first:
            case "photo":
                self._send(200, saved(scene()))
            case "to":
                self._send(302, b"", Location=rest)
            case "round":
                self._send(302, b"", Location="/round")
            case "drip":
                self.wfile.write(b"HTTP/1.1 200 OK\r\n")
                for number in range(90):
                    self.wfile.write(f"X-{number}: x\r\n".encode())
                    time.sleep(0.05)
            case "chunk":
                self._trickle(b"Transfer-Encoding: chunked\r\n\r\n", b"0")
            case "open":
                self._trickle(b"Connection: close\r\n\r\n" + saved(scene()), b"")
            case "slow" | "endless":
                self._send(200, b"", **{"Content-Length": str(10**9)})
                for _piece in range(10_000):
                    self.wfile.write(b"x" * (1 if first == "slow" else 100_000))
                    time.sleep(0.02 if first == "slow" else 0)
            case _:
                self._send(404, b"nothing")

    def _trickle(self, head: bytes, piece: bytes) -> None:
        """Begin an answer and go on for three seconds, never to its end."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\n" + head)
        for _piece in range(60):
            self.wfile.write(piece)
            time.sleep(0.05)

    def _send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        pass

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True


@pytest.fixture
def site(settings: Settings) -> Iterator[str]:
    """A server of our own network, which the settings allow."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.FETCH_ALLOWED_HOSTS = ["127.0.0.1"]
    Site.asked = []
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def code_of(url: str) -> str:
    with pytest.raises(PhotoRefused) as refused, fetched(url):
        pass
    assert str(refused.value).endswith(".")
    return refused.value.code


def test_a_photo_comes_with_its_name_and_whole(site: str) -> None:
    with fetched(f"{site}/photo/t%C3%BCr%20a.jpg?size=full#top") as file:
        assert (file.name, file.size) == ("tür a.jpg", len(saved(scene())))
        assert b"".join(file.chunks()) == saved(scene())
    assert Site.asked == [("/photo/t%C3%BCr%20a.jpg?size=full", site.removeprefix("http://"))]


def test_a_path_in_any_alphabet_is_asked_for_as_servers_know_it(site: str) -> None:
    with fetched(f"{site}/photo/狮子%20é.jpg?ort=tür") as file:
        assert file.name == "狮子 é.jpg"
    assert Site.asked[0][0] == "/photo/%E7%8B%AE%E5%AD%90%20%C3%A9.jpg?ort=t%C3%BCr"


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://löwe.example/a.jpg", "xn--lwe-sna.example"),
        ("http://LÖWE.example:8080/a.jpg", "xn--lwe-sna.example:8080"),
        ("http://[2606:4700::1111]/a.jpg", "[2606:4700::1111]"),
        ("http://[2606:4700::1111]:8080/a.jpg", "[2606:4700::1111]:8080"),
    ],
)
def test_a_server_is_told_its_host_in_ascii(url: str, host: str) -> None:
    assert reaching.host_header(reaching.Target(*reaching.split(url), "")) == host


def test_a_redirect_is_followed_and_a_circle_given_up(site: str) -> None:
    with fetched(f"{site}/to/{site}/photo/b.jpg") as file:
        assert file.name == "b.jpg"
    assert code_of(f"{site}/round") == "unreachable"
    assert len(Site.asked) == 2 + fetching.MOST_REDIRECTS + 1


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost/",
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0.0.0.0/",
        "http://10.1.2.3/",
        "http://192.168.1.1/",
        "http://172.16.0.1/",
        "http://169.254.169.254/latest/meta-data",
        "http://100.64.0.1/",
        "http://224.0.0.1/",
        "http://[::1]/",
        "http://[::]/",
        "http://[fe80::1]/",
        "http://[fc00::1]/",
        "http://[ff02::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:a00:1]/",
        "http://[2002:7f00:1::]/",
        "http://[64:ff9b::7f00:1]/",
    ],
)
def test_nothing_is_asked_inside_private_networks(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "_asked", lambda *args: pytest.fail("it was asked"))
    assert code_of(url) == "private"


def test_no_redirect_leads_into_a_private_network(site: str) -> None:
    assert code_of(f"{site}/to/http://localhost:{site.rpartition(':')[2]}/photo/a.jpg") == "private"
    assert len(Site.asked) == 1


def test_a_redirect_that_is_no_address_is_refused(site: str) -> None:
    assert code_of(f"{site}/to/http://[oops/") == "unreachable"


def test_no_redirect_leads_to_another_kind_of_address(site: str) -> None:
    assert code_of(f"{site}/to/file:///etc/passwd") == "bad_address"


def test_one_private_address_among_public_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, 1, 6, "", (one, 80)) for one in ("93.184.215.14", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found)
    assert code_of("http://photos.example/") == "private"


def test_the_connection_goes_to_the_address_that_was_looked_at(
    site: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that means another address the second time helps nobody: it is asked once."""
    settings.FETCH_ALLOWED_HOSTS = ["photos.example"]
    answers = [[(socket.AF_INET, 1, 6, "", ("127.0.0.1", 80))]]
    real = socket.getaddrinfo

    def once(host: str, *args: Any, **kwargs: Any) -> Any:
        return answers.pop() if host == "photos.example" else real(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", once)
    with fetched(f"http://photos.example:{site.rpartition(':')[2]}/photo/a.jpg"):
        pass
    assert Site.asked[0][1].startswith("photos.example:")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "photo.jpg",
        "ftp://example.org/a.jpg",
        "file:///etc/passwd",
        "gopher://example.org/",
        "http://",
        "http://user:secret@example.org/a.jpg",
        "http://example.org:99999/a.jpg",
        "http://example.org/a b.jpg",
        "http://example.org/a\r\nX: y",
        "http://[::1/a.jpg",
        "http://" + "a" * 70 + "..org/",
    ],
)
def test_what_is_no_address_is_told_at_once(url: str) -> None:
    with pytest.raises(PhotoRefused) as refused:
        refuse_unusable(url)
    assert refused.value.code == "bad_address"


def test_what_cannot_be_had_is_refused(site: str, settings: Settings) -> None:
    assert code_of(f"{site}/nothing") == "unreachable"
    assert code_of("http://127.0.0.1:1/a.jpg") == "unreachable"
    assert code_of("http://nowhere.invalid/a.jpg") == "unreachable"


def test_nobody_fills_the_disk_or_keeps_us_waiting(site: str, settings: Settings) -> None:
    settings.MAX_UPLOAD_BYTES = 1_000_000
    assert code_of(f"{site}/endless") == "too_large"
    settings.FETCH_SECONDS = 0.3
    for kind in ("slow", "drip", "chunk", "open"):
        began = time.monotonic()
        assert code_of(f"{site}/{kind}") in ("too_slow", "unreachable")
        assert time.monotonic() - began < 1.5
