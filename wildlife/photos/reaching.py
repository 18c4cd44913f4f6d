"""Connecting to an address that a stranger named, and to nothing that only we can reach.

A name is resolved once; every address that it has must lie in the public internet, and the
connection goes to the very address that was looked at.
"""

import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

import certifi
from django.conf import settings
from django.utils.encoding import iri_to_uri
from django.utils.translation import gettext as _
from urllib3.connection import HTTPConnection, HTTPSConnection

from wildlife.photos.refusals import PhotoRefused

_PORTS = {"http": 80, "https": 443}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect to: an address that was looked at, for the host of a URL."""

    url: SplitResult
    host: str
    port: int
    address: str


def split(url: str) -> tuple[SplitResult, str, int]:
    """Return an address in parts, its host in ASCII and its port. Raises PhotoRefused."""
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


def target_of(url: str) -> Target:
    """Resolve an address. Raises PhotoRefused where any of its hosts is not public."""
    parts, host, port = split(url)
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


def host_header(target: Target) -> str:
    """Return the host as servers know it: in ASCII, with its port where the address names one."""
    host = f"[{target.host}]" if ":" in target.host else target.host
    return host if target.url.port is None else f"{host}:{target.port}"


def asked_for(url: SplitResult) -> str:
    """Return path and query in ASCII; what is quoted already stays as it is."""
    path = url.path or "/"
    asked: str = iri_to_uri(f"{path}?{url.query}" if url.query else path)
    return asked


def connection_to(target: Target, seconds: float) -> HTTPConnection:
    """Return a connection, not opened yet, that knows the host's certificate by its name."""
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
def ending(until: float, give_up: Callable[[], None]) -> Iterator[None]:
    """Cut what still goes on when the time is over.

    A timeout is of one piece: a server that drips would never meet it.
    """
    end = threading.Timer(left(until), give_up)
    end.daemon = True
    end.start()
    try:
        yield
    finally:
        end.cancel()


def cut(sock: socket.socket | None) -> None:
    """End what is read from or written to a socket, also by another thread."""
    if sock is not None:
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)


def left(until: float) -> float:
    """Return the seconds that are left. Raises PhotoRefused when there are none."""
    seconds = until - time.monotonic()
    if seconds <= 0:
        raise PhotoRefused(
            _("The server was too slow, so this file was given up. Try again later."), "too_slow"
        )
    return seconds


def unreachable() -> PhotoRefused:
    """Return what is said of a server that cannot be talked with."""
    return PhotoRefused(
        _("The server could not be reached, or broke off. Try again later."), "unreachable"
    )
