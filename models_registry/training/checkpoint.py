"""The state of a training on disk: one safetensors file, whole or absent, and never a pickle."""

import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

Tensors = dict[str, torch.Tensor]


def save(path: Path, tensors: Tensors, facts: dict[str, Any]) -> None:
    """Write tensors and JSON-able facts at once: a crash leaves the old file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    # Copies, because safetensors refuses tensors that share memory.
    plain = {name: tensor.detach().cpu().clone().contiguous() for name, tensor in tensors.items()}
    save_file(plain, part, metadata={"facts": json.dumps(facts)})
    part.replace(path)


def load(path: Path) -> tuple[Tensors, dict[str, Any]] | None:
    """Return what `save` wrote, or None where there is nothing, or nothing readable."""
    try:
        with safe_open(path, "pt") as file:
            facts = json.loads(file.metadata()["facts"])
            names = file.keys()
            return {name: file.get_tensor(name) for name in names}, facts
    except (FileNotFoundError, SafetensorError, KeyError, TypeError, ValueError):
        return None


def flattened(optimizer: torch.optim.Optimizer) -> Tensors:
    """Return the tensors of an optimizer's state by name."""
    state = optimizer.state_dict()["state"]
    return {
        f"{index}.{name}": torch.as_tensor(value)
        for index, values in state.items()
        for name, value in values.items()
    }


def restore(optimizer: torch.optim.Optimizer, tensors: Tensors) -> None:
    """Put the tensors that `flattened` returned back."""
    content = optimizer.state_dict()
    content["state"] = {}
    for key, tensor in tensors.items():
        index, _, name = key.partition(".")
        content["state"].setdefault(int(index), {})[name] = tensor
    optimizer.load_state_dict(content)
