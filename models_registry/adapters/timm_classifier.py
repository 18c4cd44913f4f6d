"""Classifiers whose architecture timm knows by name."""

from pathlib import Path

import timm
import torch

from models_registry.adapters import slim as slim  # registers its architecture
from models_registry.adapters.networks import FromPixels, fill
from models_registry.card import ModelCard


def network(card: ModelCard, weights: Path) -> torch.nn.Module:
    """Return the network, pixels to logits. Raises CardInvalid where the weights do not fit."""
    # `checkpoint_path` is set so that no card can: it would load a pickle from anywhere.
    built = timm.create_model(
        card.architecture,
        pretrained=False,
        checkpoint_path="",
        num_classes=len(card.outputs),
        **card.arguments,
    )
    return FromPixels(fill(built, weights), card.input).eval()
