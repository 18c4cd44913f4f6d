"""`wildlife status`."""

from itertools import islice
from typing import Annotated, Any

import typer
from rich.table import Table

from wildlife_cli.output import Exit, answers, print_json
from wildlife_cli.servers import AsJson, Server, TokenFile, client_for
from wildlife_cli.upload import follow
from wildlife_client import Client
from wildlife_client.types.uploads import Progress

SHOWN = 10


def status(
    upload: Annotated[
        str | None, typer.Argument(metavar="UPLOAD", help="Its id; else your last ones.")
    ] = None,
    wait: Annotated[
        bool, typer.Option("--wait", help="Wait until the upload is finished; needs UPLOAD.")
    ] = False,
    server: Server = None,
    token_file: TokenFile = None,
    as_json: AsJson = False,
) -> None:
    """Say how far uploads are. Ends with 1 where photos of the one that is asked for failed."""
    with client_for(server, token_file) as client:
        if upload is None:
            found = [client.upload(one["id"]) for one in islice(client.uploads(), SHOWN)]
            _tell(found, as_json)
            return
        if wait:
            follow(client, upload, quiet=as_json)
        now = client.upload(upload)
        wrong = _wrong(client, now)
    if as_json:
        print_json({**now, "problems": wrong})
    else:
        _tell([now], as_json)
        for one in wrong:
            typer.echo(f"{one['path']}: {one['why']}")
    if wrong:
        raise typer.Exit(Exit.SOME_FAILED)


def _wrong(client: Client, upload: Progress) -> list[dict[str, Any]]:
    """Return the files of an upload that went wrong, each with a sentence."""
    if not upload["counts"]["refused"] and not upload["counts"]["failed"]:
        return []
    return [
        {
            "path": item["path"],
            "why": item["problem"]["detail"] if item["problem"] else "could not be looked at",
            "photo": item["photo"],
        }
        for item in client.items(upload["id"], problem=True)
    ]


def _tell(uploads: list[Progress], as_json: bool) -> None:
    if as_json:
        print_json({"uploads": uploads})
        return
    table = Table(box=None, pad_edge=False, collapse_padding=True)
    table.add_column("Upload", no_wrap=True)  # to be copied
    for title in ("Project", "Begun", "State"):
        table.add_column(title, overflow="fold")
    for title in ("Done", "Wrong", "Left"):
        table.add_column(title, justify="right", no_wrap=True)
    for one in uploads:
        counts = one["counts"]
        table.add_row(
            one["id"],
            one["project"],
            one["started_at"][:16].replace("T", " "),
            _state(one),
            f"{counts['done']}/{counts['taken'] + counts['known']}",
            str(counts["failed"] + counts["refused"]),
            _left(one["seconds_left"]),
        )
    answers.print(table)


def _state(upload: Progress) -> str:
    if upload["cancelled_at"]:
        return "cancelled"
    if upload["finished"]:
        return "finished"
    return f"{upload['reached']:.0%}" if upload["closed_at"] else f"open, {upload['reached']:.0%}"


def _left(seconds: int | None) -> str:
    return "" if seconds is None else f"{seconds // 60}:{seconds % 60:02}"
