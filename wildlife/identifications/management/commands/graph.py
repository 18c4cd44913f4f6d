"""`manage.py graph`: the graph of the project's own releases as mermaid, for the README."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from wildlife.identifications.drawing import BEGIN, END, drawn, replaced


class Command(BaseCommand):
    help = f"Print the graph as mermaid, or keep the one between {BEGIN} and {END} of a file fresh."

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--write", type=Path, metavar="FILE", help="bring this file up to date")
        what.add_argument("--check", type=Path, metavar="FILE", help="fail if this file is stale")

    def handle(self, *, write: Path | None, check: Path | None, **options: Any) -> None:
        mermaid = drawn(settings.MODEL_CARD_DIRS[0])
        if (file := write or check) is None:
            self.stdout.write(mermaid)
            return
        text = file.read_text("utf-8")
        try:
            fresh = replaced(text, mermaid)
        except ValueError as error:
            raise CommandError(f"{file}: {error}") from error
        if write:
            file.write_text(fresh, "utf-8")
        elif fresh != text:
            raise CommandError(f"{file} is stale: run `manage.py graph --write {file}`.")
