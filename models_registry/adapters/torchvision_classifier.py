"""Classifiers whose architecture torchvision knows by name."""

from pathlib import Path

import torch
import torchvision

from models_registry.adapters.networks import FromPixels, fill
from models_registry.card import ModelCard


def network(card: ModelCard, weights: Path) -> torch.nn.Module:
    """Return the network, pixels to logits. Raises CardInvalid where the weights do not fit."""
    built = torchvision.models.get_model(
        card.architecture, weights=None, num_classes=len(card.outputs), **card.arguments
    )
    return FromPixels(fill(built, weights), card.input).eval()
