"""`wildlife upload`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from wildlife_cli.bringing import Bringing, Report
from wildlife_cli.finding import Found, find
from wildlife_cli.journal import Journal
from wildlife_cli.output import Exit, bar, errors, print_json, usage
from wildlife_cli.servers import AsJson, Server, TokenFile, address_of, client_for, home
from wildlife_client import Client, Sent, Unreachable

Project = Annotated[str, typer.Option("--project", "-p", help="Key of the project; else yours.")]
Deployment = Annotated[
    str, typer.Option("--deployment", "-d", help="Name or id of a deployment of the project.")
]
Parallel = Annotated[
    int, typer.Option("--parallel", min=1, max=32, help="How many photos travel at a time.")
]
Attempts = Annotated[
    int, typer.Option("--attempts", min=1, help="How often a request is tried before giving up.")
]


def upload(
    folders: Annotated[
        list[Path], typer.Argument(metavar="FOLDER…", exists=True, help="Folders or photos.")
    ],
    project: Project = "",
    deployment: Deployment = "",
    parallel: Parallel = 4,
    attempts: Attempts = 10,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be sent; ask no server.")
    ] = False,
    wait: Annotated[
        bool, typer.Option("--wait", help="Wait until all of it was looked at.")
    ] = False,
    server: Server = None,
    token_file: TokenFile = None,
    as_json: AsJson = False,
) -> None:
    """Upload all photos of folders. Whatever interrupts it, do the same again: it goes on."""
    found = find(folders)
    found.tell()
    if dry_run:
        _tell_plan(found, as_json)
        return
    with client_for(server, token_file, attempts=attempts) as client:
        place = deployment_id(client, project, deployment)
        journal = Journal.of(home(), address_of(server), f"{project}/{place}", folders)
        bringing = Bringing(client, journal, project, place, parallel)
        try:
            report = _with_bar(bringing, found, as_json)
        except Unreachable as error:
            error.advice = "Do the same again later: it goes on where it ended."
            raise
        if wait and report.upload:
            follow(client, report.upload, quiet=as_json)
    _tell(report, found, as_json)
    if report.failed:
        raise typer.Exit(Exit.SOME_FAILED)


def deployment_id(client: Client, project: str, deployment: str) -> str:
    """Return the id of a deployment by its id or name. Ends the command where there is none."""
    if not deployment:
        return ""
    if not project:
        raise usage("A deployment belongs to a project: say --project too.")
    names = {}
    for one in client.deployments(project):
        if deployment in (one["id"], one["name"]):
            return one["id"]
        names[one["name"]] = one["id"]
    some = ", ".join(sorted(names)[:10]) or "none"
    raise usage(f"{project} has no deployment {deployment!r}. There are: {some}.")


def follow(client: Client, upload_id: str, *, quiet: bool) -> None:
    """Show how an upload gets on until it is finished."""
    with bar(quiet=quiet) as moving:
        task = moving.add_task("Looking", total=None)
        for now in client.watch(upload_id):
            counts = now["counts"]
            total = counts["waiting"] + counts["running"] + counts["done"] + counts["failed"]
            moving.update(task, total=total, completed=counts["done"] + counts["failed"])


def _with_bar(bringing: Bringing, found: Found, quiet: bool) -> Report:
    with bar(quiet=quiet) as moving:
        task = moving.add_task("Uploading", total=len(found.files))

        def told(sent: Sent) -> None:
            moving.advance(task)
            if sent.why and not quiet:
                moving.console.print(
                    f"[red]{escape(str(sent.file.path))}: {escape(sent.why)}[/red]"
                )

        return bringing.bring(found.files, told)


def _tell_plan(found: Found, as_json: bool) -> None:
    sizes = [file.path.stat().st_size for file in found.files]
    if as_json:
        print_json(
            {
                "photos": [str(file.path) for file in found.files],
                "bytes": sum(sizes),
                "skipped": _skipped(found),
            }
        )
        return
    for file in found.files:
        typer.echo(str(file.path))
    errors.print(f"{len(sizes)} photos, {sum(sizes) / 1e6:.1f} MB: nothing was sent")


def _tell(report: Report, found: Found, as_json: bool) -> None:
    if as_json:
        print_json({**report.as_json(), "skipped": _skipped(found)})
        return
    counts = report.counts
    told = f"{counts['taken']} sent, {counts['known']} were there already"
    typer.echo(f"{told}, {len(report.failed)} failed" if report.failed else told)
    if counts["postponed"]:
        errors.print("A limit is reached: do the same again later to send the rest.")


def _skipped(found: Found) -> list[dict[str, str]]:
    return [{"path": str(one.path), "why": one.why} for one in found.skipped]
