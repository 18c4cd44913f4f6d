"""What commands print, and how they end.

Answers go to standard output, all else to standard error: `--json` can be read by a program while
a bar moves.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import IntEnum
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from wildlife_client import Problem, WildlifeError
from wildlife_client.errors import ServerFailed, TooManyRequests

errors = Console(stderr=True, highlight=False)
answers = Console(highlight=False)


class Exit(IntEnum):
    """The exit codes. 2 is also what typer says of a wrong option."""

    OK = 0
    SOME_FAILED = 1
    USAGE = 2
    SERVER = 3
    REFUSED = 4
    INTERRUPTED = 130


def new_app() -> typer.Typer:
    return typer.Typer(
        help="Which animals are on photos: ask a Wildlife server, or this machine alone.\n\n"
        "Ends with 0 where all went well, 1 where some photos failed, 2 for a command line that "
        "cannot be understood, 3 where the server cannot be reached or fails, 4 where it refuses.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )


def new_group(what: str) -> typer.Typer:
    """Return a command that has commands of its own."""
    return typer.Typer(help=what, no_args_is_help=True)


@contextmanager
def ended() -> Iterator[None]:
    """Turn what goes wrong into a sentence and an exit code, without a traceback."""
    try:
        yield
    except WildlifeError as error:
        complain(str(error), error.advice)
        refused = isinstance(error, Problem) and not isinstance(
            error, ServerFailed | TooManyRequests
        )
        sys.exit(Exit.REFUSED if refused else Exit.SERVER)
    except BrokenPipeError:  # whoever read the answers has seen enough
        sys.stderr.close()
        sys.exit(Exit.OK)
    except OSError as error:
        complain(str(error))
        sys.exit(Exit.USAGE)
    except KeyboardInterrupt:
        errors.print("interrupted")
        sys.exit(Exit.INTERRUPTED)


def complain(what: str, advice: str = "") -> None:
    errors.print(f"[red]{escape(what)}[/red]", soft_wrap=True)
    if advice:
        errors.print(escape(advice), soft_wrap=True)


def usage(what: str) -> typer.Exit:
    """Say what is wrong with a command line; raise what it returns."""
    complain(what)
    return typer.Exit(Exit.USAGE)


def print_json(data: Any) -> None:
    sys.stdout.write(json.dumps(data, indent=2, ensure_ascii=True) + "\n")
    sys.stdout.flush()


def rows(titles: Sequence[str], lines: Iterable[Sequence[str]]) -> Table:
    """Return a table of words as they are, whatever signs are in them.

    What is in the first column is to be copied, and never broken into lines.
    """
    table = Table(box=None, show_header=any(titles))
    for number, title in enumerate(titles):
        table.add_column(title, overflow="fold", no_wrap=number == 0)
    for line in lines:
        table.add_row(*map(escape, line))
    return table


def bar(*, quiet: bool = False) -> Progress:
    """Return a bar for photos, on standard error; none where nobody sees it."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=errors,
        disable=quiet or not errors.is_terminal,
    )
