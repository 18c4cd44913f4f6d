"""`wildlife login` and `wildlife logout`."""

import sys
from typing import Annotated
from urllib.parse import urlsplit

import typer

from wildlife_cli.output import errors, usage
from wildlife_cli.servers import address_of, remember, remembered
from wildlife_client import Client, Problem
from wildlife_client.errors import NotAllowed

LOCAL = ("localhost", "127.0.0.1", "::1")


def login(
    server: Annotated[str, typer.Argument(metavar="URL", help="Address of the server.")],
    token_stdin: Annotated[
        bool, typer.Option("--token-stdin", help="Read the token from standard input.")
    ] = False,
) -> None:
    """Remember a server and a token for it, readable by you alone.

    Make a token in the browser: “Your account” → “Tokens”.
    """
    url = address_of(server)
    token = sys.stdin.readline() if token_stdin else typer.prompt("Token", hide_input=True)
    token = token.strip()
    if not token.isascii() or not token.isprintable() or not token:
        raise usage("This is no token: it is one word of letters, digits, _ and -.")
    if urlsplit(url).scheme == "http" and urlsplit(url).hostname not in LOCAL:
        errors.print("[yellow]Without https:// others in the network can read the token.[/yellow]")
    _try(url, token)
    kept = remembered()
    kept.default, kept.tokens[url] = url, token
    errors.print(f"Logged in to {url}; kept in {remember(kept)}.", soft_wrap=True)


def logout(
    server: Annotated[
        str | None, typer.Argument(metavar="URL", help="Address; else that of the last login.")
    ] = None,
) -> None:
    """Forget the token of a server. To make it open nothing any more, revoke it in the browser."""
    url, kept = address_of(server), remembered()
    if kept.tokens.pop(url, None) is None:
        raise usage(f"No token of {url} is kept.")
    if kept.default == url:
        kept.default = next(iter(kept.tokens), "")
    remember(kept)
    errors.print(f"The token of {url} is forgotten.", soft_wrap=True)


def _try(url: str, token: str) -> None:
    """Raise WildlifeError where a token opens nothing."""
    try:
        client = Client(url, token)
    except ValueError as error:
        raise usage(str(error)) from error
    with client:
        try:
            next(client.projects(), None)
        except NotAllowed as error:
            if not _only_uploads(error):
                raise


def _only_uploads(error: Problem) -> bool:
    """Whether a token is good, but not for reading."""
    return error.code == "scope_missing"
