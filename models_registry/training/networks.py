"""Parents, cut in two: a frozen trunk whose outputs can be kept on disk, and what is trained."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import timm
import torch
from safetensors.torch import load_file
from torch import nn

from models_registry.adapters import slim as slim  # registers its architecture
from models_registry.adapters.networks import FromPixels
from models_registry.card import ModelCard
from models_registry.training.errors import TrainingRefused

ADAPTER = "timm-classifier"
QUIET = -4.0
"""Bias of an output that the parent does not have: below the others until photos raise it."""
SHARPNESS = 16.0
"""Factor on the cosines that an embedder is trained with."""


class Parent:
    """A timm network with `blocks`, as MobileNet, EfficientNet and their kin have them.

    The child may differ by `architecture` ("": the card's) and `arguments`: with depth_multiplier
    below 1 the last blocks of each stage are left out, and with a narrower last layer the features
    on which the parent's head relies least; all others keep the parent's weights.
    """

    def __init__(
        self, card: ModelCard, weights: Path, architecture: str, arguments: Mapping[str, Any]
    ) -> None:
        if card.adapter != ADAPTER:
            raise TrainingRefused(f"{card.key} is no {ADAPTER}, and so no parent to train from.")
        self.card = card
        self.arguments = {**card.arguments, **arguments}
        self.architecture = architecture or card.architecture
        self.network: Any = timm.create_model(self.architecture, num_classes=0, **self.arguments)
        if not hasattr(self.network, "blocks") or not hasattr(self.network, "conv_head"):
            raise TrainingRefused(f"{self.architecture} has no blocks; train from a MobileNet.")
        tensors = {name: tensor.float() for name, tensor in load_file(weights).items()}
        self.head_weight = tensors.pop("classifier.weight", torch.empty(0))
        self.head_bias = tensors.pop("classifier.bias", torch.empty(0))
        self._narrow(tensors)
        try:
            missing, _ = self.network.load_state_dict(tensors, strict=False)
        except RuntimeError as error:
            raise TrainingRefused(
                f"{card.key} does not fit {self.architecture}: {error}"
            ) from error
        if missing := [name for name in missing if not name.endswith("num_batches_tracked")]:
            raise TrainingRefused(f"{card.key} lacks {', '.join(missing[:3])}.")
        self.network.eval()

    def _narrow(self, tensors: dict[str, torch.Tensor]) -> None:
        """Leave as many channels of the last layer as the child has."""
        wide, narrow = len(tensors["conv_head.weight"]), self.features
        if narrow == wide or not len(self.head_weight):
            return
        used = self.head_weight.var(0).topk(narrow).indices.sort().values
        for name, tensor in tensors.items():
            if name.startswith(("conv_head.", "bn2.")) and tensor.ndim:
                tensors[name] = tensor[used]
        self.head_weight = self.head_weight[:, used]

    @property
    def difference(self) -> str:
        """How the child's architecture differs from the card's, for file names; mostly nothing."""
        card = self.card
        if (self.architecture, self.arguments) == (card.architecture, dict(card.arguments)):
            return ""
        told = f"{self.architecture} {sorted(self.arguments.items())}"
        return f"-{hashlib.sha256(told.encode()).hexdigest()[:8]}"

    @property
    def stages(self) -> int:
        """How many leading blocks can be frozen."""
        return len(self.network.blocks)

    @property
    def features(self) -> int:
        """Length of the vector that the head gets."""
        return int(self.network.num_features)

    def trunk(self, frozen: int) -> nn.Module:
        """Return pixels → output of the first `frozen` blocks; with 0 just normalised planes."""
        net = self.network
        first = (net.conv_stem, net.bn1, *net.blocks[:frozen]) if frozen else ()
        return FromPixels(nn.Sequential(*first), self.card.input).eval()

    def rest(self, frozen: int) -> nn.Module:
        """Return output of the trunk → vectors, shape (batch, features)."""
        net = self.network
        first = () if frozen else (net.conv_stem, net.bn1)
        return nn.Sequential(
            *first, *net.blocks[frozen:], net.conv_head, net.bn2, net.global_pool
        ).eval()

    def head(self, outputs: int, inherited: Sequence[int]) -> nn.Linear:
        """Return a head whose outputs start as the mean of the parent's outputs they inherit."""
        head = nn.Linear(self.features, outputs)
        with torch.no_grad():
            head.weight.zero_()
            head.bias.fill_(QUIET)
            for output in range(outputs):
                rows = [i for i, heir in enumerate(inherited) if heir == output]
                if rows and len(self.head_weight):
                    head.weight[output] = self.head_weight[rows].mean(0)
                    head.bias[output] = self.head_bias[rows].mean() + torch.tensor(len(rows)).log()
        return head


class CosineHead(nn.Module):
    """Compares directions only: what stands before it becomes an embedding."""

    def __init__(self, features: int, outputs: int) -> None:
        super().__init__()
        self.directions = nn.Parameter(torch.randn(outputs, features) * features**-0.5)

    def forward(self, vectors: torch.Tensor) -> torch.Tensor:
        """Return logits, shape (batch, outputs)."""
        unit = nn.functional.normalize
        return SHARPNESS * unit(vectors) @ unit(self.directions).T


def inherited_probabilities(
    logits: torch.Tensor, inherited: torch.Tensor, outputs: int
) -> torch.Tensor:
    """Return the parent's probabilities, laid on the new outputs; shape (batch, outputs)."""
    laid = logits.new_zeros(len(logits), outputs)
    return laid.index_add_(1, inherited, logits.softmax(1))
