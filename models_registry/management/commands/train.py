import math
import shlex
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import Progress, TaskID

from models_registry.errors import ModelError
from models_registry.registry import Registry
from models_registry.training.options import KINDS, OPTIONS, parse_arguments
from models_registry.training.recipe import Order, train

SECONDS_BETWEEN_LINES = 15.0
PARENTS = settings.BASE_DIR / "models_registry" / "parents"
"""Cards of published networks whose weights lie in SHARED_DIR: to train from, not to run."""


class Command(BaseCommand):
    help = "Train a model from labelled photos and write it as a release folder."

    def add_arguments(self, parser: ArgumentParser) -> None:
        kinds = parser.add_subparsers(dest="kind", required=True)
        for kind in KINDS:
            one = kinds.add_parser(kind, help=f"train a release of the kind {kind}")
            add = one.add_argument
            add("name", help="of the release: lower case, digits and dashes")
            add("--release", default="1", metavar="VERSION", help="version of the release")
            add("--title", default="", help="for people; the default is the name")
            add("--manifest", type=Path, required=True, help="CSV of labelled photos")
            add("--parent", required=True, metavar="KEY", help="release to start from: animals@1")
            add("--lineages", type=Path, nargs="*", default=[], help="CSVs of taxa and ancestors")
            add("--into", type=Path, required=True, help="folder for the release's folder")
            add("--work", type=Path, help="folder for the state; the default is in DATA_DIR")
            add("--licence", default="", help="of the weights; the default is the parent's")
            add("--source", default="", help="where the photos are from, for the card")
            add("--arguments", nargs="*", default=[], metavar="KEY=VALUE", help="of the network")
            for option in fields(OPTIONS[kind]):
                if option.name in ("kind", "arguments"):
                    continue
                many: dict[str, Any] = {"nargs": "*"} if option.name == "groups" else {}
                plain = type(option.default) if not many else str
                flag = f"--{option.name.replace('_', '-')}"
                add(flag, type=plain, default=option.default, help="(default: %(default)s)", **many)

    def handle(self, *args: Any, **given: Any) -> None:
        kind = given["kind"]
        models = _with_parents()
        options: dict[str, Any] = {
            one.name: given[one.name]
            for one in fields(OPTIONS[kind])
            if one.name in given and one.name != "kind"
        }
        if "groups" in options:
            options["groups"] = tuple(options["groups"])
        try:
            parent = models.card(given["parent"])
            options["arguments"] = parse_arguments(given["arguments"])
            order = Order(
                name=given["name"],
                version=given["release"],
                title=given["title"] or given["name"],
                licence=given["licence"] or parent.licence,
                source=given["source"] or f"trained from {parent.key}: {parent.source}",
                manifest=given["manifest"],
                lineages=tuple(given["lineages"]),
                parent=parent,
                weights=models.verify(given["parent"]),
                into=given["into"],
                work=given["work"] or Path(settings.DATA_DIR) / "training",
                command=_told(sys.argv[1:]),
            )
            console = Console(file=sys.stderr)
            if console.is_terminal:
                with Progress(console=console) as bar:
                    card = train(order, kind, options, _Bar(bar))
            else:
                card = train(order, kind, options, _Lines(self.stderr.write))
        except ModelError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{card.key} is in {card.folder}")


def _with_parents() -> Registry:
    """Return the releases of this copy and the published networks that the starters came from."""
    return Registry(
        card_dirs=[*settings.MODEL_CARD_DIRS, PARENTS],
        cache_dir=settings.MODEL_CACHE_DIR,
        shared_dir=settings.SHARED_DIR,
    )


def _told(words: list[str]) -> str:
    """Return the command for the card, without the folders of this machine."""
    kept = []
    for before, word in zip(["", *words], words, strict=False):
        if not {before, word} & {"--into", "--work"}:
            kept.append(word)
    return shlex.join(["manage.py", *kept])


class _Bar:
    """Shows the stages of a training, one line each with what is left."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._tasks: dict[str, TaskID] = {}

    def stage(self, name: str, done: int, total: int, note: str) -> None:
        """Hear that `done` of `total` steps of a stage are done."""
        if name not in self._tasks:
            self._tasks[name] = self._bar.add_task(name, total=total)
        self._bar.update(
            self._tasks[name], completed=done, total=total, description=f"{name} {note}"
        )


class _Lines:
    """Writes a line now and then, for logs."""

    def __init__(self, write: Callable[[str], Any]) -> None:
        self._write = write
        self._began: dict[str, tuple[float, int]] = {}
        self._said = -math.inf

    def stage(self, name: str, done: int, total: int, note: str) -> None:
        """Hear that `done` of `total` steps of a stage are done."""
        now = time.monotonic()
        began, first = self._began.setdefault(name, (now, done))
        if now - self._said < SECONDS_BETWEEN_LINES and done < total:
            return
        self._said = now
        left = (now - began) / max(1, done - first) * (total - done) / 60
        self._write(f"{name} {done}/{total}, {left:.0f} min left {note}")
