"""Getting a file from an address that a stranger named, and from nowhere that only we can reach.

What is asked is looked at first (`reaching`), and so is each redirect.
"""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast
from urllib.parse import SplitResult, unquote, urljoin

import urllib3
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from wildlife.photos.reaching import (
    Target,
    asked_for,
    connection_to,
    cut,
    ending,
    host_header,
    left,
    split,
    target_of,
    unreachable,
)
from wildlife.photos.refusals import PhotoRefused

MOST_REDIRECTS = 5
_CHUNK = 256 * 1024
_IN_MEMORY = 4 * 1024 * 1024
_REDIRECTS = {301, 302, 303, 307, 308}
_USER_AGENT = "Wildlife (photo upload by address)"


def refuse_unusable(url: str) -> None:
    """Raise PhotoRefused for what is no http or https address at all. Resolves nothing."""
    split(url)


@contextmanager
def fetched(url: str) -> Iterator[UploadedFile]:
    """Give the file that lies at an address. Raises PhotoRefused."""
    until = time.monotonic() + settings.FETCH_SECONDS
    for _redirect in range(MOST_REDIRECTS + 1):
        target = target_of(url)
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
        raise unreachable() from error


def _asked(target: Target, until: float) -> tuple[urllib3.BaseHTTPResponse, socket.socket | None]:
    """Return what a server answers, its body still to be read from the socket beside it.

    Raises PhotoRefused.
    """
    connection = connection_to(target, left(until))
    headers = {
        "Host": host_header(target),
        "User-Agent": _USER_AGENT,
        "Accept": "image/*",
        "Accept-Encoding": "identity",
    }
    try:
        with ending(until, lambda: cut(connection.sock)):
            connection.request(
                "GET",
                asked_for(target.url),
                headers=headers,
                preload_content=False,
                decode_content=False,
            )
            sock = connection.sock  # which it lets go where the server will close it
            response = connection.getresponse()
        left(until)  # what was cut looks like an answer that has ended
        return response, sock
    except (urllib3.exceptions.HTTPError, HTTPException, OSError, ValueError) as error:
        connection.close()
        raise unreachable() from error


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
            with ending(until, lambda: cut(sock)):
                while chunk := response.read1(_CHUNK):
                    kept.write(chunk)
                    if kept.tell() > settings.MAX_UPLOAD_BYTES:
                        raise PhotoRefused(
                            _("This file is larger than %(most).4g MB, the most we take.")
                            % {"most": settings.MAX_UPLOAD_BYTES / 1024**2},
                            "too_large",
                        )
                    left(until)
            left(until)  # a body without a length that was cut looks whole
        except (urllib3.exceptions.HTTPError, HTTPException, OSError) as error:
            raise unreachable() from error
        yield kept


def _name(url: SplitResult) -> str:
    return unquote(url.path.rpartition("/")[2]) or url.hostname or ""
