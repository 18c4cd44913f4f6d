"""Load a species catalogue."""

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from wildlife.species.loader import CATALOGUE, load


class Command(BaseCommand):
    help = (
        "Load a species catalogue (the project's own, unless a folder is named). Doing it again "
        "changes nothing, and what curators changed, added or removed stays as they have it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=CATALOGUE, metavar="DIR")
        parser.add_argument("--strict", action="store_true", help="fail where a row is left out")

    def handle(self, *args: Any, folder: Path, strict: bool, **options: Any) -> None:
        started = time.monotonic()
        try:
            report = load(folder)
        except FileNotFoundError as error:
            raise CommandError(str(error)) from error
        for problem in report.problems:
            self.stderr.write(self.style.WARNING(str(problem)))
        if report.nothing_changed:
            self.stdout.write("The species are up to date: nothing changed.")
        else:
            for word, counts in (
                ("created", report.created),
                ("changed", report.changed),
                ("withdrawn", report.withdrawn),
            ):
                if said := ", ".join(f"{count} {what}" for what, count in counts.items() if count):
                    self.stdout.write(f"{word}: {said}")
        if report.kept:
            self.stdout.write(f"left as curators have them: {report.kept}")
        if report.problems:
            self.stdout.write(f"left out, see above: {len(report.problems)}")
        self.stdout.write(f"{time.monotonic() - started:.1f} s")
        if strict and report.problems:
            raise CommandError(f"{len(report.problems)} rows were left out")
