"""Handing a message to the server of a webhook, which a stranger named."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException

import urllib3
from django.utils.translation import gettext_noop

from wildlife.photos.reaching import (
    asked_for,
    connection_to,
    cut,
    ending,
    host_header,
    left,
    split,
    target_of,
)
from wildlife.photos.refusals import PhotoRefused

SECONDS = 10.0
"""A server that takes longer to say that it has a message is asked again later."""
_KEPT = 500
_USER_AGENT = "Wildlife (webhook)"
_REASONS = {
    "bad_address": gettext_noop(
        "This is no address of a server. It begins with https:// or http:// and names a host."
    ),
    "private": gettext_noop("This address lies inside a private network."),
    "too_slow": gettext_noop("The server took longer than ten seconds."),
}
_AWAY = gettext_noop("The server could not be reached.")


class NotPosted(Exception):
    """Why nothing came to a server: a sentence in English, marked for translation."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said: its status, and the beginning of its text."""

    status: int
    text: str

    @property
    def taken(self) -> bool:
        return 200 <= self.status < 300


def refuse_unusable(address: str) -> None:
    """Raise NotPosted for what is no http or https address at all. Resolves nothing."""
    try:
        split(address)
    except PhotoRefused as refused:
        raise NotPosted(_REASONS.get(refused.code, _AWAY)) from refused


def post(address: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Post JSON to an address. Redirects are not followed. Raises NotPosted."""
    try:
        return _posted(address, body, headers, time.monotonic() + SECONDS)
    except PhotoRefused as refused:
        raise NotPosted(_REASONS.get(refused.code, _AWAY)) from refused
    except (urllib3.exceptions.HTTPError, HTTPException, OSError, ValueError) as error:
        raise NotPosted(_AWAY) from error


def _posted(address: str, body: bytes, headers: Mapping[str, str], until: float) -> Answer:
    target = target_of(address)
    connection = connection_to(target, left(until))
    told = {
        "Host": host_header(target),
        "User-Agent": _USER_AGENT,
        "Content-Type": "application/json",
        **headers,
    }
    try:
        with ending(until, lambda: cut(connection.sock)):
            connection.request(
                "POST",
                asked_for(target.url),
                body=body,
                headers=told,
                preload_content=False,
                decode_content=False,
            )
            response = connection.getresponse()
            text = response.read(_KEPT).decode(errors="replace").replace("\0", "")
        left(until)  # what was cut looks like an answer that has ended
        return Answer(response.status, text)
    finally:
        connection.close()
