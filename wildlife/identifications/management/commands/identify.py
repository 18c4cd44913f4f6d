"""`manage.py identify`: the whole graph for files and folders, without a server.

It ends with 1 where a file failed; the answers for all others are there all the same.
"""

import io
import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import replace
from os.path import commonpath, relpath
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from rich.console import Console
from rich.markup import escape
from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from wildlife.identifications import lineup
from wildlife.identifications.local import FileAnswer, Seen, identify_files
from wildlife.identifications.megadetector import batch_results
from wildlife.species.countries import is_country
from wildlife.species.selectors import common_names_for

SUFFIXES = frozenset(
    ".jpg .jpeg .png .webp .gif .tif .tiff .bmp .heic .heif .avif".split()  # noqa: SIM905
)


class Command(BaseCommand):
    help = "Identify photos and folders of photos in this process, without a server."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--json", action="store_true", help="MegaDetector-format JSON")
        parser.add_argument("--output", type=Path, help="write to this file, not to the screen")
        parser.add_argument("--language", default="en", help="of common names (default: en)")
        parser.add_argument(
            "--country",
            default="",
            type=str.upper,
            help="where the photos are from that do not tell it themselves: BWA, DEU (ISO 3166-1)",
        )

    def handle(self, *, paths: list[Path], **options: Any) -> None:
        files = list(_files(paths))
        if not files:
            raise CommandError("There is no photo at these paths.")
        if options["country"] and not is_country(options["country"]):
            raise CommandError(
                f"{options['country']} is no country's code of three letters (ISO 3166-1 alpha-3)."
            )
        try:
            who = lineup.current()
        except lineup.LineupIncomplete as error:
            raise CommandError(f"{error} `manage.py sync_models` looks for new models.") from error
        except DatabaseError as error:
            raise CommandError("The database is not ready. Run `manage.py prepare`.") from error
        answers = _with_progress(files, who, options["country"])
        text = (
            json.dumps(batch_results(answers, who, _root(paths)), indent=1, ensure_ascii=False)
            if options["json"]
            else _table(answers, options["language"])
        )
        if options["output"]:
            options["output"].write_text(text + "\n", encoding="utf-8")
        else:
            self.stdout.write(text)
        if failed := sum(bool(answer.failure) for answer in answers):
            raise CommandError(f"{failed} of {len(files)} files could not be identified.")


def _files(paths: list[Path]) -> Iterator[Path]:
    """Yield the files that are named, and the photos in folders that are named."""
    for path in paths:
        if path.is_dir():
            inside = (file for file in sorted(path.rglob("*")) if file.is_file())
            yield from (file for file in inside if file.suffix.lower() in SUFFIXES)
        elif path.exists():
            yield path
        else:
            raise CommandError(f"{path} does not exist.")


def _root(paths: list[Path]) -> Path:
    return paths[0] if len(paths) == 1 and paths[0].is_dir() else Path()


def _with_progress(files: list[Path], who: lineup.Lineup, country: str) -> list[FileAnswer]:
    answers = []
    bar = Progress(
        *Progress.get_default_columns()[:3],
        MofNCompleteColumn(),
        TextColumn("photos"),
        TimeRemainingColumn(),
        console=Console(file=sys.stderr),
    )
    with bar:
        task = bar.add_task("Identifying", total=len(files))
        for answer in identify_files(files, who, country):
            # Without the votes: those of a large folder would fill the memory.
            answers.append(replace(answer, crops=(), ballots=()))
            bar.advance(task)
    return answers


def _table(answers: list[FileAnswer], language: str) -> str:
    """Draw one row per animal; photos are named from the folder that holds all of them on."""
    slugs = {seen.taxon.slug for answer in answers for seen in answer.seen if seen.taxon}
    names = common_names_for(slugs, language)
    table = Table(box=None)
    table.add_column("Photo", overflow="fold", min_width=20)
    for title in ("What", "Scientific name", "Sure", "Experts agree"):
        table.add_column(title)
    folder = commonpath([answer.path.absolute().parent for answer in answers])
    for answer in answers:
        photo = escape(relpath(answer.path, folder))
        if answer.failure:
            table.add_row(photo, f"[red]{escape(answer.failure)}[/red]")
        for seen in answer.seen:
            table.add_row(photo, *_row(seen, names))
            photo = ""
    text = io.StringIO()
    Console(file=text, width=160).print(table)
    return text.getvalue()


def _row(seen: Seen, names: dict[str, str]) -> tuple[str, ...]:
    if seen.answer is None:
        return (seen.detection.category, "", f"{seen.detection.confidence:.0%}")
    sure, agree = f"{seen.answer.confidence:.0%}", f"{seen.answer.agreement:.0%}"
    if seen.taxon is None:
        return ("no animal", "", sure) if seen.answer.reason == "no_animal" else ("unknown animal",)
    name = names.get(seen.taxon.slug, seen.taxon.get_rank_display())
    return (name, seen.taxon.scientific_name, sure, agree)
