"""`wildlife webhooks`: servers that are told what happens in a project."""

import time
from itertools import islice
from typing import Annotated, get_args

import typer

from wildlife_cli.output import Exit, answers, errors, new_group, print_json, rows, usage
from wildlife_cli.projects import Key
from wildlife_cli.servers import AsJson, Server, TokenFile, client_for
from wildlife_client import Client
from wildlife_client.types.notify import Delivery, Told, Webhook

KINDS: tuple[Told, ...] = get_args(Told)
POLL = 1.0
"""seconds between two questions whether a message arrived"""

app = new_group("Servers that are told what happens in a project; for its owners.")

Hook = Annotated[str, typer.Argument(metavar="WEBHOOK", help="Its id, as `list` tells it.")]


@app.command("list")
def list_webhooks(
    project: Key, server: Server = None, token_file: TokenFile = None, as_json: AsJson = False
) -> None:
    """List who is told what."""
    with client_for(server, token_file) as client:
        found = list(client.webhooks(project))
    if as_json:
        print_json(found)
        return
    named = [
        (
            one["id"],
            one["address"],
            " ".join(one["kinds"]),
            _standing(one),
        )
        for one in found
    ]
    answers.print(rows(("Webhook", "Address", "Is told of", "State"), named))


@app.command()
def add(
    project: Key,
    address: Annotated[str, typer.Argument(metavar="URL", help="Where messages go.")],
    on: Annotated[
        list[str] | None,
        typer.Option(metavar="KIND", help=f"Again for each: {', '.join(KINDS)}. Else all."),
    ] = None,
    server: Server = None,
    token_file: TokenFile = None,
    as_json: AsJson = False,
) -> None:
    """Let a server be told. Its secret is told this one time."""
    kinds = [kind for kind in KINDS if not on or kind in on]
    if unknown := sorted({*(on or [])} - {*KINDS}):
        raise usage(f"There is no kind {unknown[0]!r}. There are: {', '.join(KINDS)}.")
    with client_for(server, token_file) as client:
        made = client.make_webhook(project, address=address, kinds=kinds)
    if as_json:
        print_json(made)
        return
    typer.echo(f"id      {made['id']}\nsecret  {made['secret']}")
    errors.print("Keep the secret: messages are signed with it, and it is not told again.")


@app.command("test")
def send_test(
    webhook: Hook,
    patience: Annotated[
        float, typer.Option(min=0, help="Seconds to wait for what becomes of it.")
    ] = 30.0,
    server: Server = None,
    token_file: TokenFile = None,
    as_json: AsJson = False,
) -> None:
    """Send a message that says nothing, to see that it works. Ends with 1 where it does not."""
    with client_for(server, token_file) as client:
        sent = _tried(client, webhook, client.test_webhook(webhook), patience)
    _tell(sent, as_json)


@app.command()
def again(
    webhook: Hook,
    message: Annotated[str, typer.Argument(metavar="MESSAGE", help="Its id.")],
    patience: Annotated[
        float, typer.Option(min=0, help="Seconds to wait for what becomes of it.")
    ] = 30.0,
    server: Server = None,
    token_file: TokenFile = None,
    as_json: AsJson = False,
) -> None:
    """Send a message once more, under the same id. Ends with 1 where it is not taken."""
    with client_for(server, token_file) as client:
        sent = _tried(client, webhook, client.send_again(webhook, message), patience)
    _tell(sent, as_json)


@app.command()
def deliveries(
    webhook: Hook,
    limit: Annotated[int, typer.Option(min=1, help="How many, the newest first.")] = 20,
    server: Server = None,
    token_file: TokenFile = None,
    as_json: AsJson = False,
) -> None:
    """List the messages of a webhook, and what became of them."""
    with client_for(server, token_file) as client:
        found = list(islice(client.deliveries(webhook), limit))
    if as_json:
        print_json(found)
        return
    named = [
        (one["id"], one["made_at"][:16].replace("T", " "), one["kind"], _outcome(one))
        for one in found
    ]
    answers.print(rows(("Message", "Made", "Kind", "What became of it"), named))


@app.command()
def remove(webhook: Hook, server: Server = None, token_file: TokenFile = None) -> None:
    """Tell a server nothing any more, and delete the log of its messages."""
    with client_for(server, token_file) as client:
        client.delete_webhook(webhook)
    typer.echo("The webhook is removed.")


def _tried(client: Client, webhook: str, sent: Delivery, patience: float) -> Delivery:
    """Return a message once it was tried, or `patience` seconds are over."""
    ends = time.monotonic() + patience
    while sent["state"] == "waiting" and not sent["attempts"] and time.monotonic() < ends:
        time.sleep(POLL)
        newest = islice(client.deliveries(webhook), 200)
        sent = next((one for one in newest if one["id"] == sent["id"]), sent)
    return sent


def _tell(sent: Delivery, as_json: bool) -> None:
    if as_json:
        print_json(sent)
    else:
        typer.echo(_outcome(sent))
    if sent["state"] != "delivered":
        raise typer.Exit(Exit.SOME_FAILED)


def _outcome(sent: Delivery) -> str:
    answered = f" ({sent['status']})" if sent["status"] else ""
    if sent["state"] == "delivered":
        return f"delivered{answered}"
    if sent["attempts"]:
        word = "given up" if sent["state"] == "given_up" else "failed, is tried again"
        return f"{word}: {sent['error']}{answered}"
    return "waiting to be sent"


def _standing(webhook: Webhook) -> str:
    if webhook["active"]:
        return "on"
    return "stopped: it failed for too long" if webhook["stopped"] else "off"
