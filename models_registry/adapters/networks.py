"""What all libraries' networks share: a strict load of plain tensors, and pixels as their input."""

from pathlib import Path

import torch
from safetensors.torch import load_file

from models_registry.card import InputSpec
from models_registry.errors import CardInvalid


class FromPixels(torch.nn.Module):
    """A network that takes pixels (batch, height, width, RGB), uint8, as the adapters make them."""

    mean: torch.Tensor
    std: torch.Tensor

    def __init__(self, network: torch.nn.Module, spec: InputSpec) -> None:
        super().__init__()
        self.network = network
        self.register_buffer("mean", torch.tensor(spec.mean).view(1, 3, 1, 1) * 255)
        self.register_buffer("std", torch.tensor(spec.std).view(1, 3, 1, 1) * 255)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        planes = pixels.permute(0, 3, 1, 2).float()
        result: torch.Tensor = self.network((planes - self.mean) / self.std)
        return result


def fill(network: torch.nn.Module, weights: Path, without: str = "") -> torch.nn.Module:
    """Load a safetensors state dict, every key of it, as fp32; return the network in eval mode.

    Only tensors whose names begin with `without`, if that is given, are left aside. Raises
    CardInvalid where the tensors are not those of this architecture.
    """
    tensors = {
        name: tensor.float() if tensor.is_floating_point() else tensor
        for name, tensor in load_file(weights).items()
        if not (without and name.startswith(without))
    }
    try:
        network.load_state_dict(tensors, strict=True)
    except RuntimeError as error:
        raise CardInvalid(f"{weights.name} does not fit its architecture: {error}") from error
    return network.float().eval().requires_grad_(False)
