"""Classifiers whose architecture timm knows by name."""

from pathlib import Path

import timm
import torch

from models_registry.adapters import slim as slim  # registers its architecture
from models_registry.adapters.networks import FromPixels, fill
from models_registry.card import ModelCard

HEAD = "classifier."


def network(card: ModelCard, weights: Path) -> torch.nn.Module:
    """Return the network, pixels to logits, or to features for an embedder.

    Raises CardInvalid where the weights do not fit.
    """
    embeds = card.kind == "embedder"
    # `checkpoint_path` is set so that no card can: it would load a pickle from anywhere.
    built = timm.create_model(
        card.architecture,
        pretrained=False,
        checkpoint_path="",
        num_classes=0 if embeds else len(card.outputs),
        **card.arguments,
    )
    return FromPixels(fill(built, weights, without=HEAD if embeds else ""), card.input).eval()
