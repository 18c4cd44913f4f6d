"""`wildlife export`: let the server make a file of photos and answers, and fetch it."""

from pathlib import Path
from typing import Annotated, get_args
from urllib.parse import urlsplit

import typer
from rich.markup import escape

from wildlife_cli.output import Exit, bar, errors, print_json, usage
from wildlife_cli.servers import AsJson, Server, TokenFile, client_for
from wildlife_cli.upload import Project
from wildlife_client.types.exchange import ExportFormat

FORMATS: tuple[ExportFormat, ...] = get_args(ExportFormat)


def export(
    kind: Annotated[str, typer.Argument(metavar="FORMAT", help=f"One of {', '.join(FORMATS)}.")],
    output: Annotated[Path, typer.Option("--output", "-o", dir_okay=False, help="The file.")],
    project: Project = "",
    query: Annotated[
        str,
        typer.Option(
            "--query", help="Which photos, as in the address of the library: taxon=panthera-leo."
        ),
    ] = "",
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    server: Server = None,
    token_file: TokenFile = None,
    as_json: AsJson = False,
) -> None:
    """Save photos and answers as a file in a format of the field."""
    chosen = next((one for one in FORMATS if one == kind), None)
    if chosen is None:
        raise usage(f"There is no format {kind!r}. There are: {', '.join(FORMATS)}.")
    if output.exists() and not force:
        raise usage(f"{output} is there already. Say --force to replace it.")
    if not output.absolute().parent.is_dir():
        raise usage(f"There is no folder {output.absolute().parent}.")
    with client_for(server, token_file) as client:
        wish = urlsplit(query).query if "?" in query else query
        job = client.open_export(chosen, project=project, query=wish)
        with bar(quiet=as_json) as moving:
            task = moving.add_task("Writing", total=None)
            for now in client.watch_export(job["id"]):
                moving.update(task, total=now["total"] or None, completed=now["done"])
                job = now
        if job["state"] == "ready":
            client.save_export(job["id"], output)
    if as_json:
        print_json(job)
    elif job["state"] == "ready":
        for note in job["notes"]:
            errors.print(escape(note), soft_wrap=True)
        typer.echo(f"{output}: {job['total']} photos, {job['size'] / 1e6:.1f} MB")
    if job["state"] != "ready":
        errors.print(f"[red]The file could not be made: {escape(job['failure'])}[/red]")
        raise typer.Exit(Exit.SOME_FAILED)
