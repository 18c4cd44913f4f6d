"""Getting a file from an address that a stranger named, and from nowhere that only we can reach.

A name is resolved once; every address that it has must lie in the public internet, and the
connection goes to the very address that was looked at. The same holds for each redirect.
"""

import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

import certifi
import urllib3
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.encoding import iri_to_uri
from django.utils.translation import gettext as _
from urllib3.connection import HTTPConnection, HTTPSConnection

from wildlife.photos.refusals import PhotoRefused

MOST_REDIRECTS = 5
_CHUNK = 256 * 1024
_IN_MEMORY = 4 * 1024 * 1024
_PORTS = {"http": 80, "https": 443}
_REDIRECTS = {301, 302, 303, 307, 308}
_USER_AGENT = "Wildlife (photo upload by address)"
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect to: an address that was looked at, for the host of a URL."""

    url: SplitResult
    host: str
    port: int
    address: str


def refuse_unusable(url: str) -> None:
    """Raise PhotoRefused for what is no http or https address at all. Resolves nothing."""
    _split(url)


@contextmanager
def fetched(url: str) -> Iterator[UploadedFile]:
    """Give the file that lies at an address. Raises PhotoRefused."""
    until = time.monotonic() + settings.FETCH_SECONDS
    for _redirect in range(MOST_REDIRECTS + 1):
        target = _target(url)
        response, sock = _asked(target, until)
        try:
            if response.status in _REDIRECTS and (place := response.headers.get("Location")):
                url = _led_to(url, place)
                continue
            with _read(response, sock, until) as kept:
                yield UploadedFile(cast(BinaryIO, kept), _name(target.url), "", kept.tell())
            return
        finally:
            response.close()
    raise PhotoRefused(_("This address leads on and on to others."), "unreachable")


def _led_to(url: str, place: str) -> str:
    try:
        return urljoin(url, place)
    except ValueError as error:  # what begins like an IPv6 address, and is none
        raise _unreachable() from error


def _split(url: str) -> tuple[SplitResult, str, int]:
    wrong = PhotoRefused(
        _("This is no address of a photo. It begins with http:// or https:// and names a host."),
        "bad_address",
    )
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise wrong from error
    if parts.scheme not in _PORTS or not host or parts.username or parts.password:
        raise wrong
    if not url.isprintable() or any(char.isspace() for char in url):
        raise wrong
    try:
        host = host if ":" in host else host.encode("idna").decode()
    except UnicodeError as error:
        raise wrong from error
    return parts, host, port or _PORTS[parts.scheme]


def _target(url: str) -> Target:
    parts, host, port = _split(url)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise PhotoRefused(
            _("There is no host of this name. Look at the address again."), "unreachable"
        ) from error
    addresses = [str(entry[4][0]) for entry in found]
    if host not in settings.FETCH_ALLOWED_HOSTS and not all(map(_is_public, addresses)):
        raise PhotoRefused(
            _("This address lies inside a private network. Send the file itself."), "private"
        )
    return Target(parts, host, port, addresses[0])


def _is_public(text: str) -> bool:
    """Whether an address is reached over the internet, also as what IPv6 may wrap it in."""
    address: Address = ipaddress.ip_address(text.partition("%")[0])
    return all(one.is_global and not one.is_multicast for one in _meant(address))


def _meant(address: Address) -> Iterator[Address]:
    yield address
    if isinstance(address, ipaddress.IPv4Address):
        return
    for inner in (address.ipv4_mapped, address.sixtofour, *(address.teredo or ())):
        if inner is not None:
            yield inner
    if address in _NAT64:
        yield ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)


def _asked(target: Target, until: float) -> tuple[urllib3.BaseHTTPResponse, socket.socket | None]:
    """Return what a server answers, its body still to be read from the socket beside it.

    Raises PhotoRefused.
    """
    connection = _connection(target, _left(until))
    headers = {
        "Host": _host_header(target),
        "User-Agent": _USER_AGENT,
        "Accept": "image/*",
        "Accept-Encoding": "identity",
    }
    try:
        with _ending(until, lambda: _cut(connection.sock)):
            connection.request(
                "GET",
                _asked_for(target.url),
                headers=headers,
                preload_content=False,
                decode_content=False,
            )
            sock = connection.sock  # which it lets go where the server will close it
            response = connection.getresponse()
        _left(until)  # what was cut looks like an answer that has ended
        return response, sock
    except (urllib3.exceptions.HTTPError, HTTPException, OSError, ValueError) as error:
        connection.close()
        raise _unreachable() from error


def _host_header(target: Target) -> str:
    """Return the host as servers know it: in ASCII, with its port where the address names one."""
    host = f"[{target.host}]" if ":" in target.host else target.host
    return host if target.url.port is None else f"{host}:{target.port}"


def _asked_for(url: SplitResult) -> str:
    """Return path and query in ASCII; what is quoted already stays as it is."""
    path = url.path or "/"
    asked: str = iri_to_uri(f"{path}?{url.query}" if url.query else path)
    return asked


def _connection(target: Target, seconds: float) -> HTTPConnection:
    if target.url.scheme == "http":
        return HTTPConnection(target.address, target.port, timeout=seconds)
    return HTTPSConnection(
        target.address,
        target.port,
        timeout=seconds,
        ca_certs=certifi.where(),
        server_hostname=target.host,
        assert_hostname=target.host,
    )


@contextmanager
def _ending(until: float, cut: Callable[[], None]) -> Iterator[None]:
    """Cut what still goes on when the time is over.

    A timeout is of one piece: a server that drips would never meet it.
    """
    end = threading.Timer(_left(until), cut)
    end.daemon = True
    end.start()
    try:
        yield
    finally:
        end.cancel()


def _cut(sock: socket.socket | None) -> None:
    if sock is not None:
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)


@contextmanager
def _read(
    response: urllib3.BaseHTTPResponse, sock: socket.socket | None, until: float
) -> Iterator["SpooledTemporaryFile[bytes]"]:
    """Give what a server sends, read to its end; no more of it than one photo may have."""
    if response.status != 200:
        raise PhotoRefused(
            _("The server answered with status %(status)d instead of a photo.")
            % {"status": response.status},
            "unreachable",
        )
    with SpooledTemporaryFile(_IN_MEMORY) as kept:
        try:
            with _ending(until, lambda: _cut(sock)):
                while chunk := response.read1(_CHUNK):
                    kept.write(chunk)
                    if kept.tell() > settings.MAX_UPLOAD_BYTES:
                        raise PhotoRefused(
                            _("This file is larger than %(most).4g MB, the most we take.")
                            % {"most": settings.MAX_UPLOAD_BYTES / 1024**2},
                            "too_large",
                        )
                    _left(until)
            _left(until)  # a body without a length that was cut looks whole
        except (urllib3.exceptions.HTTPError, HTTPException, OSError) as error:
            raise _unreachable() from error
        yield kept


def _left(until: float) -> float:
    """Return the seconds that are left. Raises PhotoRefused when there are none."""
    left = until - time.monotonic()
    if left <= 0:
        raise PhotoRefused(
            _("The server was too slow, so this file was given up. Try again later."), "too_slow"
        )
    return left


def _unreachable() -> PhotoRefused:
    return PhotoRefused(
        _("The server could not be reached, or broke off. Try again later."), "unreachable"
    )


def _name(url: SplitResult) -> str:
    return unquote(url.path.rpartition("/")[2]) or url.hostname or ""
