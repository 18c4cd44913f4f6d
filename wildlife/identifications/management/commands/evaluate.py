"""`manage.py evaluate`: how well the whole graph does on photos that somebody has labelled."""

import json
import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from models_registry.errors import ModelError
from pipelines.rules import METHODS, Rules
from wildlife.identifications import lineup
from wildlife.identifications.evaluation import recording, terminal
from wildlife.identifications.evaluation.page import page
from wildlife.identifications.evaluation.results import evaluate, report_of
from wildlife.identifications.evaluation.truth import (
    KNOWN_GROUPS,
    Manifest,
    ManifestInvalid,
    Truth,
    read_manifest,
    unambiguous,
)
from wildlife.species.models import CommonName
from wildlife.species.selectors import tree

NAMED_AT_MOST = 12


class Command(BaseCommand):
    help = "Identify labelled photos and say how often the answers are right."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("manifest", type=Path, help="CSV: file, group, scientific_name, …")
        parser.add_argument("--report", type=Path, metavar="DIR", help="report.json and index.html")
        parser.add_argument("--no-thumbnails", action="store_true", help="a page without photos")
        parser.add_argument("--split", default="", help="only rows of this split, as `validation`")
        parser.add_argument("--group", action="append", choices=KNOWN_GROUPS, default=[])
        parser.add_argument("--limit", type=int, default=0, help="so many photos, spread evenly")
        parser.add_argument("--votes", type=Path, metavar="FILE", help="keep the raw votes here")
        parser.add_argument(
            "--replay",
            type=Path,
            metavar="FILE",
            help="answer anew from kept votes, without models",
        )
        parser.add_argument(
            "--rule",
            type=_rule,
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help="a threshold of the fusion, as walk=0.7, or method=majority",
        )
        parser.add_argument(
            "--weight",
            type=_setting,
            action="append",
            default=[],
            metavar="EXPERT=VALUE",
            help="how much an expert counts; 0 leaves it out",
        )

    def handle(self, *, manifest: Path, report: Path | None, **options: Any) -> None:
        rules = _rules(dict(options["rule"]))
        head, kept = _evidence(options["replay"])
        asked = _read(manifest, head, options)
        self._complain("not there", asked.missing)
        self._complain("a label that no taxon has, counted for the group only", asked.unknown)
        if not asked.truths:
            raise CommandError("There is no photo to judge.")
        weights = dict(options["weight"])
        if strangers := weights.keys() - {member.name for member in head.lineup.experts}:
            raise CommandError(f"There is no expert {', '.join(sorted(strangers))}.")
        try:
            records = _records(asked.truths, kept, head, options["votes"])
        except ModelError as error:
            raise CommandError(str(error)) from error
        voted_on = {one.file for one in records}
        lacking = [truth.file for truth in asked.truths if truth.file not in voted_on]
        self._complain("without kept votes, left out", lacking)
        result = evaluate(asked.truths, records, head, tree=tree(), rules=rules, weights=weights)
        self._complain("unreadable", [f"{file}: {why}" for file, why in result.failed])
        self.stdout.write(terminal.table(result))
        if report:
            report.mkdir(parents=True, exist_ok=True)
            values = json.dumps(report_of(result), indent=1, ensure_ascii=False)
            (report / "report.json").write_text(values + "\n", encoding="utf-8")
            html = page(
                result,
                _title(manifest, options["split"]),
                tree(),
                pictures=not options["no_thumbnails"],
            )
            (report / "index.html").write_text(html, encoding="utf-8")
            self.stdout.write(f"Written: {report / 'report.json'}, {report / 'index.html'}")

    def _complain(self, what: str, names: Iterable[str]) -> None:
        known = list(names)
        if known:
            shown = ", ".join(known[:NAMED_AT_MOST])
            more = f" and {len(known) - NAMED_AT_MOST} more" if len(known) > NAMED_AT_MOST else ""
            self.stderr.write(self.style.WARNING(f"{len(known)} {what}: {shown}{more}"))


def _title(manifest: Path, split: str) -> str:
    folder = manifest.resolve().parent.name
    return f"{folder}, {split}" if split else folder


def _rule(text: str) -> tuple[str, float | str]:
    name, _, value = text.partition("=")
    return (name, value) if name == "method" and value in METHODS else _setting(text)


def _setting(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    try:
        return name, float(value)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} must be written like name=0.5") from None


def _rules(changed: dict[str, Any]) -> Rules:
    known = {field.name for field in fields(Rules)}
    if strangers := changed.keys() - known:
        raise CommandError(
            f"There is no rule {', '.join(sorted(strangers))}, but {', '.join(sorted(known))}."
        )
    return replace(Rules(), **changed)


def _evidence(
    replayed: Path | None,
) -> tuple[recording.Header, list[recording.Record] | None]:
    """Return who votes, and what was kept of their votes if it is to be replayed."""
    try:
        if replayed:
            return recording.read_votes(replayed)
        return recording.header(lineup.current(), tree()), None
    except (recording.VotesInvalid, lineup.LineupIncomplete, ModelError) as error:
        raise CommandError(str(error)) from error


def _read(manifest: Path, head: recording.Header, options: dict[str, Any]) -> Manifest:
    try:
        return read_manifest(
            manifest,
            tree(),
            common_names=_common_names(head),
            split=options["split"],
            groups=options["group"],
            limit=options["limit"],
        )
    except ManifestInvalid as error:
        raise CommandError(str(error)) from error


def _common_names(head: recording.Header) -> dict[str, str]:
    """Return the names that people use for taxa, and those that the models use for others."""
    whole = tree()
    curated = CommonName.objects.filter(language="en").values_list("name", "taxon__slug")
    return head.names | unambiguous((name, slug) for name, slug in curated if slug in whole)


def _records(
    truths: tuple[Truth, ...],
    kept: list[recording.Record] | None,
    head: recording.Header,
    votes: Path | None,
) -> list[recording.Record]:
    if kept is not None:
        return kept
    made = recording.record(truths, head.lineup)
    if votes:
        made = recording.write_votes(votes, head, made)
    return list(_with_progress(made, len(truths)))


def _with_progress(made: Iterator[recording.Record], total: int) -> Iterator[recording.Record]:
    bar = Progress(
        *Progress.get_default_columns()[:3],
        MofNCompleteColumn(),
        TextColumn("photos"),
        TimeRemainingColumn(),
        console=Console(file=sys.stderr),
    )
    with bar:
        yield from bar.track(made, total=total, description="Judging")
