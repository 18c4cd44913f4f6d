"""`wildlife import`: bring in what others said of photos."""

from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from wildlife_cli.output import Exit, bar, errors, print_json, usage
from wildlife_cli.servers import AsJson, Server, TokenFile, client_for
from wildlife_cli.upload import Project
from wildlife_client import Client
from wildlife_client.types.exchange import Import

SHOWN = 20


def import_files(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE…",
            exists=True,
            dir_okay=False,
            help="A zip, a JSON document or a table, or the files of a package.",
        ),
    ],
    project: Project = "",
    time_zone: Annotated[
        str, typer.Option("--time-zone", help="Of new deployments, such as Africa/Nairobi.")
    ] = "UTC",
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Carry it out without asking first.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only tell what would change.")
    ] = False,
    server: Server = None,
    token_file: TokenFile = None,
    as_json: AsJson = False,
) -> None:
    """Bring in Camtrap DP, COCO, MegaDetector, SpeciesNet or labels in a table.

    The server looks the file through and tells what would change; then you decide. Ends with 1
    where something in it could not be taken.
    """
    if as_json and not yes and not dry_run:
        raise usage("With --json nobody can be asked: say --yes or --dry-run too.")
    with client_for(server, token_file) as client:
        job = client.open_import(files, project=project, time_zone=time_zone)
        job = _followed(client, job, "Looking through", quiet=as_json)
        if job["state"] == "ready" and not as_json:
            _tell(client, job)
        if job["state"] == "ready":
            if dry_run or not (yes or typer.confirm("Carry it out?", err=True)):
                job = client.cancel_import(job["id"])
            else:
                client.confirm_import(job["id"])
                job = _followed(client, job, "Importing", quiet=as_json)
    if as_json:
        print_json(job)
    elif job["error"]:
        errors.print(f"[red]{escape(job['error'])}[/red]", soft_wrap=True)
    else:
        typer.echo(f"{job['state']}: {_counted(job)}")
    if job["state"] == "failed" or job["problem_count"]:
        raise typer.Exit(Exit.SOME_FAILED)


def _followed(client: Client, job: Import, what: str, *, quiet: bool) -> Import:
    """Show how an import gets on; return it once it works no more."""
    with bar(quiet=quiet) as moving:
        task = moving.add_task(what, total=None)
        for now in client.watch_import(job["id"]):
            moving.update(task, total=now["total"], completed=now["position"])
            job = now
    return job


def _tell(client: Client, job: Import) -> None:
    """Say what would change, and what cannot be taken."""
    errors.print(escape(f"{job['name']} ({job['format']}): {_counted(job)}"), soft_wrap=True)
    for one in islice(client.import_problems(job["id"]), SHOWN):
        errors.print(escape(f"  {one['item']}: {one['reason']}"), soft_wrap=True)
    if job["problem_count"] > SHOWN:
        errors.print(f"  and {job['problem_count'] - SHOWN} more")


def _counted(job: Import) -> str:
    told = [f"{name.replace('_', ' ')} {number}" for name, number in job["counts"].items()]
    return ", ".join([*told, f"problems {job['problem_count']}"])
