"""Which server a command asks, and with which token.

The address comes from `--server`, else `WILDLIFE_URL`, else what `wildlife login` remembered. The
token from `--token-file`, else `WILDLIFE_TOKEN`, else what was remembered for that very address:
no other server ever gets it. It is never an option itself, because all users of a machine can read
the command lines of its processes.
"""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated, Any

import typer

from wildlife_cli.output import usage
from wildlife_client import Client, Retries

Server = Annotated[
    str | None,
    typer.Option(
        "--server",
        envvar="WILDLIFE_URL",
        metavar="URL",
        help="Address of the server; else that of `wildlife login`.",
    ),
]
TokenFile = Annotated[
    Path | None,
    typer.Option(
        "--token-file",
        exists=True,
        dir_okay=False,
        help="File with the token; else WILDLIFE_TOKEN, else that of `wildlife login`.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


def home() -> Path:
    """Return the folder with what this command remembers: `WILDLIFE_HOME`, or the usual place."""
    return Path(os.environ.get("WILDLIFE_HOME") or typer.get_app_dir("wildlife"))


@dataclass(slots=True)
class Remembered:
    """What `wildlife login` keeps: the server asked by default, and a token for each."""

    default: str = ""
    tokens: dict[str, str] = field(default_factory=dict)


def remembered() -> Remembered:
    """Read what was kept; nothing where there is none. Ends the command where it is damaged."""
    path = home() / "servers.json"
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return Remembered(str(told["default"]), dict(told["tokens"]))
    except FileNotFoundError:
        return Remembered()
    except (ValueError, KeyError, TypeError) as error:
        raise usage(f"{path} is damaged. Delete it, and use `wildlife login` again.") from error


def remember(kept: Remembered) -> Path:
    """Write it where only its owner can read it, all or nothing; return where."""
    folder = home()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    text = json.dumps({"default": kept.default, "tokens": kept.tokens}, indent=2)
    # A temporary file is made with mode 600.
    with NamedTemporaryFile("w", dir=folder, delete=False, encoding="utf-8") as file:
        file.write(text + "\n")
    return Path(file.name).replace(folder / "servers.json")


def address_of(server: str | None) -> str:
    """Return the address to ask, as tokens are kept by. Ends the command where there is none."""
    url = (server or remembered().default).strip().rstrip("/")
    if not url:
        raise usage("Which server? Say --server URL, set WILDLIFE_URL, or use `wildlife login`.")
    return url


def token_for(url: str, token_file: Path | None) -> str | None:
    if token_file is not None:
        return token_file.read_text(encoding="utf-8").strip()
    return os.environ.get("WILDLIFE_TOKEN") or remembered().tokens.get(url)


def client_for(server: str | None, token_file: Path | None, **options: Any) -> Client:
    """Return a client of the server that is meant. Ends the command where none is."""
    url = address_of(server)
    try:
        return Client(url, token_for(url, token_file), retries=Retries(**options))
    except ValueError as error:
        raise usage(str(error)) from error
