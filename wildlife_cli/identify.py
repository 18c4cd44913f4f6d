"""`wildlife identify`: by a server, or by the models of this machine alone."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from wildlife_cli.finding import find
from wildlife_cli.output import Exit, answers, bar, print_json, usage
from wildlife_cli.servers import AsJson, Server, TokenFile, client_for
from wildlife_cli.upload import Parallel, Project
from wildlife_client import Client, Local, Problem
from wildlife_client.errors import Invalid, TookTooLong
from wildlife_client.types.answers import Detection, PhotoResult

MANAGE = Path(__file__).resolve().parents[1] / "manage.py"
"""The server's commands, where this package lies in a checkout."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A file and what is on it, or the sentence that says why nobody knows."""

    file: Local
    photo: PhotoResult | None = None
    failure: str = ""


def identify(
    photos: Annotated[
        list[Path], typer.Argument(metavar="PHOTO…", exists=True, help="Photos or folders.")
    ],
    local: Annotated[
        bool,
        typer.Option("--local", help="Ask no server: this machine's own models. Needs a checkout."),
    ] = False,
    country: Annotated[
        str,
        typer.Option(
            help="With --local: where photos are from that do not tell it themselves, as BWA. "
            "What lives there is likelier."
        ),
    ] = "",
    project: Project = "",
    parallel: Parallel = 4,
    patience: Annotated[float, typer.Option(min=1, help="Seconds to wait for each photo.")] = 300.0,
    server: Server = None,
    token_file: TokenFile = None,
    as_json: AsJson = False,
) -> None:
    """Say which animals are on photos.

    With `--local --json` the answer is a MegaDetector file, else what the API says of each photo.
    """
    if local:
        raise typer.Exit(_here(photos, as_json, country))
    if country:
        raise usage("--country goes with --local. A server knows the place by the deployment.")
    found = find(photos)
    found.tell()
    if not found.files:
        raise usage("There is no photo at these paths.")
    with client_for(server, token_file) as client, bar(quiet=as_json) as moving:
        task = moving.add_task("Identifying", total=len(found.files))
        told = []
        for one in _answers(client, found.files, project, patience, parallel):
            told.append(one)
            moving.advance(task)
    if as_json:
        print_json([_as_json(one) for one in told])
    else:
        _table(told)
    if any(one.failure for one in told):
        raise typer.Exit(Exit.SOME_FAILED)


def _answers(
    client: Client, files: Sequence[Local], project: str, patience: float, parallel: int
) -> Iterator[Answered]:
    """Yield the answers in the order of the files. Raises WildlifeError."""

    def ask(file: Local) -> Answered:
        try:
            photo = client.identify(file.path, project=project, patience=patience)
        except (Invalid, TookTooLong) as error:
            return Answered(file, failure=str(error))
        except Problem as error:
            if error.code in ("quota", "too_many"):
                return Answered(file, failure=error.detail)
            raise
        except OSError as error:
            return Answered(file, failure=error.strerror or str(error))
        return Answered(file, photo, photo["failure"])

    pool = ThreadPoolExecutor(parallel)
    try:
        yield from pool.map(ask, files)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _here(photos: Sequence[Path], as_json: bool, country: str) -> int:
    """Run the server's own command in a process of its own; return its exit code.

    This package does not import the server's, which need not be there.
    """
    if not MANAGE.exists():
        raise usage(
            "--local needs the models and the code of the server: use .venv/bin/wildlife of a "
            "checkout after `make setup`. Or say --server."
        )
    argv = [sys.executable, str(MANAGE), "identify", *(["--json"] if as_json else [])]
    argv += [f"--country={country}", "--", *map(str, photos)]
    return subprocess.run(argv, check=False).returncode  # noqa: S603 - our own program


def _as_json(one: Answered) -> dict[str, Any]:
    return {"path": str(one.file.path), "failure": one.failure, "photo": one.photo}


def _table(told: Sequence[Answered]) -> None:
    table = Table(box=None)
    table.add_column("Photo", overflow="fold", min_width=20)
    for title in ("What", "Scientific name", "Sure", "Experts agree"):
        table.add_column(title)
    for one in told:
        name = escape(one.file.name)
        if one.failure:
            table.add_row(name, f"[red]{escape(one.failure)}[/red]")
        elif one.photo is not None:
            rows = [_row(detection) for detection in one.photo["detections"]]
            for number, row in enumerate(rows or [("no animal",)]):
                table.add_row("" if number else name, *row)
    answers.print(table)


def _row(detection: Detection) -> tuple[str, ...]:
    found = detection["identification"]
    if found is None:
        return (detection["category"], "", f"{detection['confidence']:.0%}")
    sure, agree = f"{found['confidence']:.0%}", f"{found['agreement']:.0%}"
    taxon = found["taxon"]
    if taxon is None:
        return ("no animal" if found["reason"] == "no_animal" else "unknown animal", "", sure)
    name = escape(taxon["common_name"] or taxon["rank"])
    return (name, escape(taxon["scientific_name"]), sure, agree)
