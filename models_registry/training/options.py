"""What a curator may choose about a training."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from models_registry.card import KINDS
from models_registry.training.errors import TrainingRefused

__all__ = ["KINDS", "OPTIONS", "ClassifierOptions", "DetectorOptions", "parse_arguments"]


@dataclass(frozen=True, slots=True)
class ClassifierOptions:
    """For coarse classifiers, experts and embedders.

    `groups`: the ground of an expert, all where empty; photos of others teach it to say "something
    else", at most `strangers` for each of its own. `least`: training photos that a taxon needs for
    an output of its own. `turns`: views of each photo that are kept for heads and frozen trunks.
    `frozen`: leading blocks that are not trained. `night`: share of views that look infrared.
    `balance`: 0 counts all photos the same, 1 all taxa. `prior`: how far the number of photos of an
    expert's taxa is kept from becoming a belief about how common they are, 0 to 1. `distil`: weight
    of the parent's opinion on photos of what it knows; taxa without photos keep its weights anyway,
    so this only helps where there are few photos and the parent is seldom wrong. `blend`: share of
    the layers as they were before they were trained in the mean that becomes the release; it keeps
    what the parent knows of taxa without photos (Wortsman et al. 2022, "Robust fine-tuning").
    """

    kind: str
    groups: tuple[str, ...] = ()
    least: int = 4
    strangers: float = 0.5
    turns: int = 4
    head_epochs: int = 30
    epochs: int = 4
    frozen: int = 0
    batch: int = 64
    head_rate: float = 2e-3
    rate: float = 3e-4
    distil: float = 0.0
    blend: float = 0.0
    smoothing: float = 0.05
    balance: float = 0.3
    prior: float = 0.7
    night: float = 0.1
    patience: int = 4
    seed: int = 1
    architecture: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)

    @property
    def only_gallery(self) -> bool:
        """Whether nothing is trained: an embedder that sees as its parent does."""
        return self.kind == "embedder" and not (self.head_epochs or self.epochs)


@dataclass(frozen=True, slots=True)
class DetectorOptions:
    """For detectors.

    `size`: pixels of the long side while training. `sure`: confidence from which the parent's boxes
    count on photos that nobody boxed; `guess`: from which its surest box of anything does, where
    the photo is known to show an animal. `empty`: share of photos without an animal in a batch.
    `draws`: photos per epoch; 0 means as many as there are. `look`, `closer` and `threshold`: the
    sizes at which the release looks at photos, and the confidence from which its boxes count; 0: as
    the parent.
    """

    kind: str
    size: int = 320
    epochs: int = 4
    batch: int = 16
    rate: float = 2e-4
    sure: float = 0.4
    guess: float = 0.2
    empty: float = 0.2
    draws: int = 0
    look: int = 0
    closer: int = 0
    threshold: float = 0.0
    patience: int = 3
    seed: int = 1
    arguments: Mapping[str, Any] = field(default_factory=dict)


OPTIONS: dict[str, type[ClassifierOptions] | type[DetectorOptions]] = {
    kind: DetectorOptions if kind == "detector" else ClassifierOptions for kind in KINDS
}


def parse_arguments(pairs: Sequence[str]) -> dict[str, float | str]:
    """Return arguments of a network from words like depth_multiplier=0.66.

    Raises TrainingRefused.
    """
    arguments: dict[str, float | str] = {}
    for pair in pairs:
        key, sign, value = pair.partition("=")
        if not (key and sign and value):
            raise TrainingRefused(f"{pair!r} is not written like KEY=VALUE.")
        number = value.replace(".", "", 1).isdecimal()
        arguments[key] = (float(value) if "." in value else int(value)) if number else value
    return arguments
