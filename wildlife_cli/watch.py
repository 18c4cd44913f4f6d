"""`wildlife watch`: bring new photos of a folder, or of a card that is put in, as they come."""

import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from watchfiles import watch as changes

from wildlife_cli.bringing import Bringing
from wildlife_cli.finding import SUFFIXES, find
from wildlife_cli.journal import Journal
from wildlife_cli.output import Exit, errors
from wildlife_cli.servers import Server, TokenFile, address_of, client_for, home
from wildlife_cli.upload import Attempts, Deployment, Parallel, Project, deployment_id
from wildlife_client import Local, Sent, Unreachable
from wildlife_client.errors import ServerFailed, TooManyRequests

Stamp = tuple[int, int]
"""Size in bytes and time of the last change in ns of a file."""


class Settled:
    """Knows which files are written to their end: those that did not change for some seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._since: dict[Path, tuple[Stamp, float]] = {}
        self._brought: dict[Path, Stamp] = {}

    def settled(self, files: Sequence[Local], now: float) -> list[Local]:
        """Return of the files that are there now those that are whole and were not brought."""
        here: dict[Path, tuple[Stamp, float]] = {}
        whole = []
        for file in files:
            try:
                state = file.path.stat()
            except OSError:  # taken away in between
                continue
            stamp = (state.st_size, state.st_mtime_ns)
            if self._brought.get(file.path) == stamp:
                continue
            before = self._since.get(file.path)
            since = before[1] if before is not None and before[0] == stamp else now
            here[file.path] = (stamp, since)
            if now - since >= self._seconds:
                whole.append(file)
        self._since = here
        return whole

    def brought(self, files: Sequence[Local]) -> None:
        for file in files:
            if file.path in self._since:
                self._brought[file.path] = self._since.pop(file.path)[0]


def watch(
    folder: Annotated[
        Path,
        typer.Argument(metavar="FOLDER", help="May come later: the place where a card is mounted."),
    ],
    project: Project = "",
    deployment: Deployment = "",
    parallel: Parallel = 4,
    attempts: Attempts = 10,
    settle: Annotated[
        float, typer.Option(min=0.1, help="Seconds without a change after which a photo is whole.")
    ] = 2.0,
    every: Annotated[
        float, typer.Option(min=0.1, help="Seconds between two looks for cards that came.")
    ] = 5.0,
    server: Server = None,
    token_file: TokenFile = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Answer as JSON: one document in a line for each round.")
    ] = False,
) -> None:
    """Upload the photos of a folder, and new ones as they come, until Ctrl-C."""
    with client_for(server, token_file, attempts=attempts) as client:
        place = deployment_id(client, project, deployment)
        journal = Journal.of(home(), address_of(server), f"{project}/{place}", [folder])
        bringing = Bringing(client, journal, project, place, parallel)
        settled = Settled(settle)
        errors.print(f"watching {escape(str(folder))}; Ctrl-C ends it", soft_wrap=True)
        try:
            for _ in _looks(folder, min(every, settle)):
                files = find([folder]).files if folder.is_dir() else []
                whole = settled.settled(files, time.monotonic())
                if whole and _brought(bringing, whole, as_json):
                    settled.brought(whole)
        except KeyboardInterrupt:
            raise typer.Exit(Exit.OK) from None


def _brought(bringing: Bringing, files: Sequence[Local], as_json: bool) -> bool:
    """Bring files; return whether that was done: if not, it is tried again at the next look."""
    try:
        report = bringing.bring(files, _told)
    except (Unreachable, ServerFailed, TooManyRequests) as error:
        errors.print(f"[yellow]{escape(str(error))} Trying again.[/yellow]", soft_wrap=True)
        return False
    except FileNotFoundError:  # the card was taken out
        return False
    if as_json:
        typer.echo(json.dumps(report.as_json()))
    else:
        told = f"{report.counts['taken']} sent, {report.counts['known']} were there already"
        typer.echo(f"{time.strftime('%H:%M:%S')}  {told}")
    return not report.counts["postponed"]


def _told(sent: Sent) -> None:
    if sent.why:
        errors.print(f"[red]{escape(str(sent.file.path))}: {escape(sent.why)}[/red]")


def _looks(folder: Path, every: float) -> Iterator[None]:
    """Yield each time that it is worth looking: after a change, and every so often.

    The system tells of no change in a card that is mounted below later, and of none where the
    folder itself is one that comes and goes; so time alone brings a look too.
    """
    while True:
        yield
        if not folder.is_dir():
            time.sleep(every)
            continue
        try:
            for _ in changes(
                folder,
                watch_filter=lambda _, path: Path(path).suffix.lower() in SUFFIXES,
                rust_timeout=round(every * 1000),
                yield_on_timeout=True,
                raise_interrupt=True,
            ):
                yield
                if not folder.is_dir():
                    break
        except OSError:  # the folder went away
            time.sleep(every)
