"""`wildlife projects`: what is set for projects, who is in them, and their end."""

from typing import Annotated, Any, get_args

import typer

from wildlife_cli.output import answers, new_group, print_json, rows, usage
from wildlife_cli.servers import AsJson, Server, TokenFile, client_for
from wildlife_client import Client
from wildlife_client.types.projects import Role, SamplingDesign

ROLES: tuple[Role, ...] = get_args(Role)
DESIGNS: tuple[SamplingDesign, ...] = get_args(SamplingDesign)

app = new_group("Projects: what is set for them, who is in them, and their end.")

Key = Annotated[str, typer.Argument(metavar="PROJECT", help="Its key, as in its address.")]
Username = Annotated[str, typer.Argument(metavar="USERNAME", help="The name of a member.")]
Description = Annotated[str | None, typer.Option(help="What it is about.")]
Design = Annotated[str | None, typer.Option(help=f"How places were chosen: {', '.join(DESIGNS)}.")]
DataLicence = Annotated[str | None, typer.Option(help="Of the data, such as CC-BY-4.0.")]
MediaLicence = Annotated[str | None, typer.Option(help="The same, of the photos.")]
Gap = Annotated[
    int | None, typer.Option(help="Seconds without a photo after which a new event begins.")
]
Accept = Annotated[
    str | None,
    typer.Option(
        metavar="SHARE|none",
        help="Answers at least so sure (0.5 to 1) wait for no reviewer; “none”: all do.",
    ),
]
Reviewers = Annotated[int | None, typer.Option(help="How many have to agree: 1 or 2.")]


@app.command("list")
def list_projects(
    server: Server = None, token_file: TokenFile = None, as_json: AsJson = False
) -> None:
    """List your projects."""
    with client_for(server, token_file) as client:
        found = list(client.projects())
    if as_json:
        print_json(found)
    else:
        named = [(one["slug"], one["name"], one["role"] or "") for one in found]
        answers.print(rows(("Project", "Name", "You are"), named))


@app.command()
def show(
    project: Key, server: Server = None, token_file: TokenFile = None, as_json: AsJson = False
) -> None:
    """Say what is set for a project."""
    with client_for(server, token_file) as client:
        _tell(dict(client.project(project)), as_json)


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="What it is called.")],
    description: Description = None,
    sampling_design: Design = None,
    data_licence: DataLicence = None,
    media_licence: MediaLicence = None,
    event_gap: Gap = None,
    accept_above: Accept = None,
    reviewers_needed: Reviewers = None,
    server: Server = None,
    token_file: TokenFile = None,
    as_json: AsJson = False,
) -> None:
    """Make a project. You are its owner."""
    values = _given(
        description=description,
        sampling_design=sampling_design,
        data_licence=data_licence,
        media_licence=media_licence,
        event_gap=event_gap,
        accept_above=accept_above,
        reviewers_needed=reviewers_needed,
    )
    with client_for(server, token_file) as client:
        _tell(dict(client.make_project(name=name, **values)), as_json)


@app.command()
def change(
    project: Key,
    name: Annotated[str | None, typer.Option(help="Its new name; the key stays.")] = None,
    description: Description = None,
    sampling_design: Design = None,
    data_licence: DataLicence = None,
    media_licence: MediaLicence = None,
    event_gap: Gap = None,
    accept_above: Accept = None,
    reviewers_needed: Reviewers = None,
    server: Server = None,
    token_file: TokenFile = None,
    as_json: AsJson = False,
) -> None:
    """Change what is set for a project: only what you say."""
    values = _given(
        name=name,
        description=description,
        sampling_design=sampling_design,
        data_licence=data_licence,
        media_licence=media_licence,
        event_gap=event_gap,
        accept_above=accept_above,
        reviewers_needed=reviewers_needed,
    )
    if not values:
        raise usage("Say what is to change, such as --name. `--help` tells what there is.")
    with client_for(server, token_file) as client:
        _tell(dict(client.change_project(project, **values)), as_json)


@app.command()
def delete(
    project: Key,
    name: Annotated[
        str | None, typer.Option(help="Its name, to be sure; else you are asked for it.")
    ] = None,
    server: Server = None,
    token_file: TokenFile = None,
) -> None:
    """Delete a project for good, with its photos and all that was said of them."""
    with client_for(server, token_file) as client:
        if name is None:
            called = client.project(project)["name"]
            name = typer.prompt(f"All its photos go too. Type the name, {called}", err=True)
        client.delete_project(project, name=name)
    typer.echo(f"{project} is deleted.")


@app.command()
def members(
    project: Key, server: Server = None, token_file: TokenFile = None, as_json: AsJson = False
) -> None:
    """List who is in a project."""
    with client_for(server, token_file) as client:
        found = list(client.members(project))
    if as_json:
        print_json(found)
    else:
        named = [(one["username"], one["role"], one["joined_at"][:10]) for one in found]
        answers.print(rows(("Member", "Role", "Since"), named))


@app.command()
def role(
    project: Key,
    username: Username,
    new_role: Annotated[str, typer.Argument(metavar="ROLE", help=f"One of {', '.join(ROLES)}.")],
    server: Server = None,
    token_file: TokenFile = None,
) -> None:
    """Give a member another role."""
    with client_for(server, token_file) as client:
        told = client.change_member(project, _member(client, project, username), _role(new_role))
    typer.echo(f"{told['username']} has the role {told['role']} now.")


@app.command()
def remove(
    project: Key, username: Username, server: Server = None, token_file: TokenFile = None
) -> None:
    """Take a member out of a project, or leave it: what they did stays."""
    with client_for(server, token_file) as client:
        client.remove_member(project, _member(client, project, username))
    typer.echo(f"{username} is no longer in {project}.")


@app.command()
def hand_over(
    project: Key, username: Username, server: Server = None, token_file: TokenFile = None
) -> None:
    """Make another member the owner; you become a curator."""
    with client_for(server, token_file) as client:
        client.hand_over(project, _member(client, project, username))
    typer.echo(f"{username} owns {project} now.")


@app.command()
def invite(
    project: Key,
    role: Annotated[str, typer.Option(help=f"They become: {', '.join(ROLES)}.")] = "viewer",
    uses: Annotated[int, typer.Option(help="For how many people.")] = 1,
    days: Annotated[int, typer.Option(help="How long it is good.")] = 7,
    note: Annotated[str, typer.Option(help="For whom it is meant.")] = "",
    server: Server = None,
    token_file: TokenFile = None,
    as_json: AsJson = False,
) -> None:
    """Make a link that lets people in. It is told this one time."""
    wish = _role(role)
    with client_for(server, token_file) as client:
        made = client.invite(project, role=wish, uses=uses, days=days, note=note)
    if as_json:
        print_json(made)
    else:
        typer.echo(made["link"])


@app.command()
def invitations(
    project: Key, server: Server = None, token_file: TokenFile = None, as_json: AsJson = False
) -> None:
    """List the invitations that still let somebody in."""
    with client_for(server, token_file) as client:
        found = list(client.invitations(project))
    if as_json:
        print_json(found)
        return
    named = [
        (str(one["id"]), one["role"], str(one["uses_left"]), one["expires_at"][:10], one["note"])
        for one in found
    ]
    answers.print(rows(("Invitation", "Role", "Uses left", "Ends", "For"), named))


@app.command()
def revoke(
    project: Key,
    invitation: Annotated[int, typer.Argument(metavar="INVITATION", help="Its number.")],
    server: Server = None,
    token_file: TokenFile = None,
) -> None:
    """Let an invitation open nothing any more."""
    with client_for(server, token_file) as client:
        client.revoke_invitation(project, invitation)
    typer.echo("This invitation opens nothing any more.")


def _given(*, accept_above: str | None, **values: Any) -> dict[str, Any]:
    """Return what was said. Ends the command where it cannot be understood."""
    told = {name: value for name, value in values.items() if value is not None}
    if accept_above is not None:
        try:
            told["accept_above"] = None if accept_above == "none" else float(accept_above)
        except ValueError:
            raise usage("--accept-above is a number from 0.5 to 1, or “none”.") from None
    return told


def _role(word: str) -> Role:
    found = next((one for one in ROLES if one == word), None)
    if found is None:
        raise usage(f"There is no role {word!r}. There are: {', '.join(ROLES)}.")
    return found


def _member(client: Client, project: str, username: str) -> int:
    """Return the id of a member. Ends the command where there is none of this name."""
    names = {one["username"]: one["user"] for one in client.members(project)}
    if username not in names:
        raise usage(f"{project} has no member {username!r}. There are: {', '.join(sorted(names))}.")
    return names[username]


def _tell(project: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(project)
        return
    told = [(name.replace("_", " "), _said(value)) for name, value in project.items()]
    answers.print(rows(("", ""), told))


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)
