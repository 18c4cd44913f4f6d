"""Detectors of the YOLO family, built from their yaml's name; never from a pickle."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from models_registry.adapters.networks import FromPixels, fill
from models_registry.card import ModelCard
from models_registry.errors import CardInvalid
from models_registry.interfaces import DETECTION_LABELS

_OPENING = Image.open
"""Before ultralytics comes, which puts another in its place."""


class Grid(torch.nn.Module):
    """The network up to its raw grid: (batch, 4 distances + one score per group, cells).

    The scores of all outputs of one group are reduced to the largest, so that an animal that
    looks like a bear and like an elephant is one animal. Distances are in units of the stride:
    where the cells lie is left to the decoder, which then computes few of them.
    """

    def __init__(self, body: torch.nn.Module, groups: Sequence[Sequence[int]]) -> None:
        super().__init__()
        self.body = body
        self.distances = body.model[-1].dfl  # type: ignore[index, union-attr]
        self.groups = [list(outputs) for outputs in groups]

    def forward(self, planes: torch.Tensor) -> torch.Tensor:
        raw = self.body(planes)[1]
        scores = [raw["scores"][:, outputs].amax(1, keepdim=True) for outputs in self.groups]
        return torch.cat((self.distances(raw["boxes"]), torch.cat(scores, 1).sigmoid()), 1)


def model_class() -> Any:
    """Return ultralytics' class of detection models, without what its import does beside that.

    It looks whether there is an internet, and lets Pillow install packages where a picture cannot
    be read.
    """
    os.environ.setdefault("YOLO_OFFLINE", "true")
    from ultralytics.nn.tasks import DetectionModel

    Image.open = _OPENING
    return DetectionModel


def network(card: ModelCard, weights: Path) -> torch.nn.Module:
    """Return the network, pixels to grid. Raises CardInvalid where the weights do not fit."""
    built = model_class()(card.architecture, nc=len(card.outputs), verbose=False, **card.arguments)
    fill(built, weights)
    groups = groups_of(card)
    if empty := [
        label for label, outputs in zip(DETECTION_LABELS, groups, strict=True) if not outputs
    ]:
        raise CardInvalid(f"{card.key} has no output for {', '.join(empty)}.")
    return FromPixels(Grid(built.fuse(verbose=False), groups), card.input).eval()


def groups_of(card: ModelCard) -> list[list[int]]:
    """Return the outputs of each detection label, in the order of DETECTION_LABELS."""
    return [
        [output.index for output in card.outputs if output.group == label]
        for label in DETECTION_LABELS
    ]
