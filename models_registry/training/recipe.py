"""From an order to a release: reads the photos' list, trains, writes card, weights and report."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from models_registry.card import ModelCard
from models_registry.training.lineages import read_lineages
from models_registry.training.manifest import Sample, fingerprint, read_manifest
from models_registry.training.options import OPTIONS

RECIPES = {
    "coarse": "models_registry.training.classifier",
    "expert": "models_registry.training.classifier",
    "embedder": "models_registry.training.classifier",
    "detector": "models_registry.training.detector",
}
"""From a kind to the module that trains it. Loaded when asked for: they import torch."""


@dataclass(frozen=True, slots=True)
class Order:
    """What shall be made, from what, and where. `work` keeps states, so that it can be resumed."""

    name: str
    version: str
    title: str
    licence: str
    source: str
    manifest: Path
    lineages: tuple[Path, ...]
    parent: ModelCard
    weights: Path
    into: Path
    work: Path
    command: str


class Watcher(Protocol):
    """Is told how a training goes on."""

    def stage(self, name: str, done: int, total: int, note: str) -> None:
        """Hear that `done` of `total` steps of a stage are done."""
        ...


def train(order: Order, kind: str, options: Mapping[str, Any], watcher: Watcher) -> ModelCard:
    """Make a release and return its card; the same order again goes on where it was interrupted.

    Raises TrainingRefused, CardInvalid.
    """
    samples = read_manifest(order.manifest)
    lineages = read_lineages(order.lineages)
    chosen = OPTIONS[kind](kind=kind, **options)
    made: ModelCard = import_module(RECIPES[kind]).make(order, samples, lineages, chosen, watcher)
    return made


def about(order: Order, samples: Sequence[Sample], options: Any, without: Sequence[str]) -> str:
    """Return a hash of all that a state depends on, but for the options named in `without`."""
    chosen = {name: value for name, value in asdict(options).items() if name not in without}
    told = (chosen, order.parent.fingerprint, fingerprint(samples), [*map(str, order.lineages)])
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def provenance(order: Order, samples: Sequence[Sample], seed: int) -> dict[str, Any]:
    """Return what a card says about the making, beside the figures."""
    return {
        "command": order.command,
        "seed": seed,
        "manifest": f"{order.manifest.parent.name}/{order.manifest.name}",
        "manifest_fingerprint": fingerprint(samples),
    }
