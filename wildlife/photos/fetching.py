"""Getting a file from an address that a stranger named, and from nowhere that only we can reach.

A name is resolved once; every address that it has must lie in the public internet, and the
connection goes to the very address that was looked at. The same holds for each redirect.
"""

import ipaddress
import socket
import threading
import time
from collections.abc import Iterator
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
        response = _asked(target, until)
        try:
            if response.status in _REDIRECTS and (place := response.headers.get("Location")):
                url = urljoin(url, place)
                continue
            with _read(response, until) as kept:
                yield UploadedFile(cast(BinaryIO, kept), _name(target.url), "", kept.tell())
            return
        finally:
            response.close()
    raise PhotoRefused(_("This address leads on and on to others."), "unreachable")


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


def _asked(target: Target, until: float) -> urllib3.BaseHTTPResponse:
    """Return what a server answers, its body still to be read. Raises PhotoRefused."""
    connection = _connection(target, _left(until))
    path = target.url.path or "/"
    headers = {
        "Host": target.url.netloc,
        "User-Agent": _USER_AGENT,
        "Accept": "image/*",
        "Accept-Encoding": "identity",
    }
    # A timeout is of one piece; a server that drips its headers would never meet it.
    end = threading.Timer(_left(until), _cut, [connection])
    end.daemon = True
    end.start()
    try:
        connection.request(
            "GET",
            f"{path}?{target.url.query}" if target.url.query else path,
            headers=headers,
            preload_content=False,
            decode_content=False,
        )
        response = connection.getresponse()
        _left(until)  # what was cut looks like an answer that has ended
        return response
    except (urllib3.exceptions.HTTPError, HTTPException, OSError, ValueError) as error:
        connection.close()
        raise _unreachable() from error
    finally:
        end.cancel()


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


def _cut(connection: HTTPConnection) -> None:
    if connection.sock is not None:
        with suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)


@contextmanager
def _read(
    response: urllib3.BaseHTTPResponse, until: float
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
            while chunk := response.read1(_CHUNK):
                kept.write(chunk)
                if kept.tell() > settings.MAX_UPLOAD_BYTES:
                    raise PhotoRefused(
                        _("This file is larger than %(most).4g MB, the most we take.")
                        % {"most": settings.MAX_UPLOAD_BYTES / 1024**2},
                        "too_large",
                    )
                _left(until)
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
