"""Published weights of other libraries, as the plain tensors that parents are read from.

python -m models_registry.training.published FILE.pth tf_efficientnet_lite0 FILE.safetensors
"""

import sys
from pathlib import Path

import timm
import torch
from safetensors.torch import save_file

from models_registry.training.errors import TrainingRefused

COUNTER = "num_batches_tracked"
"""Batches that a normalisation has seen: some libraries count them, others do not."""


def converted(published: Path, architecture: str) -> dict[str, torch.Tensor]:
    """Return the tensors of a state dict in fp16, by the names that timm gives the same network.

    Both libraries must list the layers in the same order. No code in the file is run. Raises
    TrainingRefused where a tensor has another shape than the one in its place.
    """
    theirs = _without_counters(torch.load(published, map_location="cpu", weights_only=True))
    ours = _without_counters(timm.create_model(architecture).state_dict())
    shapes = [[tuple(one.shape) for one in tensors.values()] for tensors in (theirs, ours)]
    if shapes[0] != shapes[1]:
        raise TrainingRefused(f"{published.name} does not hold the weights of {architecture}.")
    return {name: one.half().contiguous() for name, one in zip(ours, theirs.values(), strict=True)}


def _without_counters(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {name: one for name, one in tensors.items() if not name.endswith(COUNTER)}


if __name__ == "__main__":
    save_file(converted(Path(sys.argv[1]), sys.argv[2]), sys.argv[3])
