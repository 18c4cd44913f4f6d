"""From a finished training to a release folder: card.toml, labels.csv, weights and a report."""

import csv
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from models_registry.card import COLUMNS, ModelCard, read_card
from models_registry.interfaces import Label
from models_registry.training.gallery import Built
from models_registry.training.recipe import Order

WEIGHTS = "weights.safetensors"
GALLERY = "gallery.safetensors"


def write_release(
    folder: Path,
    order: Order,
    tensors: Mapping[str, torch.Tensor],
    labels: Sequence[Label],
    *,
    kind: str,
    groups: Sequence[str],
    architecture: str,
    arguments: Mapping[str, Any],
    temperature: float,
    size: int,
    training: Mapping[str, Any],
    gallery: Built | None = None,
) -> ModelCard:
    """Write the files of a release and return its card, read back and so checked.

    Floating-point tensors are stored as fp16, others as they are. Without tensors the release runs
    the weights of its parent, which must lie beside it. Raises CardInvalid.
    """
    parent = order.parent
    folder.mkdir(parents=True, exist_ok=True)
    weights = WEIGHTS if tensors else f"../{parent.folder.name}/{parent.weights}"
    if tensors:
        halves = {
            name: (one.half() if one.is_floating_point() else one).contiguous().clone()
            for name, one in tensors.items()
        }
        _save(halves, folder / WEIGHTS)
    if labels:
        with (folder / "labels.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(COLUMNS)
            writer.writerows(
                (one.index, one.text, one.taxon, one.rank, one.group) for one in labels
            )
    top: dict[str, Any] = {
        "name": order.name,
        "version": order.version,
        "title": order.title,
        "kind": kind,
        "adapter": parent.adapter,
        "groups": list(groups),
        "weight": 1.0,
        "threshold": parent.threshold,
        "licence": order.licence,
        "source": order.source,
        "parent": parent.key,
    }
    network = {
        "architecture": architecture,
        "arguments": dict(arguments),
        "weights": weights,
        "sha256": _sha256(folder / weights),
        "precision": parent.precision,
        "temperature": round(temperature, 4),
    }
    spec = parent.input
    picture = {
        "size": size,
        "fit": spec.fit,
        "crop": spec.crop,
        "fill": spec.fill,
        "mean": list(spec.mean),
        "std": list(spec.std),
        **({"closer": spec.closer} if spec.closer else {}),
        **({"mirrored": True} if spec.mirrored and kind != "embedder" else {}),
    }
    parts: dict[str, Mapping[str, Any]] = {"network": network, "input": picture}
    if gallery:
        _save(gallery.tensors(), folder / GALLERY)
        parts["gallery"] = {
            "file": GALLERY,
            "sha256": _sha256(folder / GALLERY),
            **asdict(gallery.closeness),
        }
    parts["training"] = training
    text = _lines(top) + "".join(f"\n[{name}]\n{_lines(part)}" for name, part in parts.items())
    (folder / "card.toml").write_text(text, encoding="utf-8")
    return read_card(folder)


def _save(tensors: dict[str, torch.Tensor], path: Path) -> None:
    save_file(tensors, path)
    path.chmod(0o644)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _lines(table: Mapping[str, Any]) -> str:
    return "".join(f"{key} = {_toml(value)}\n" for key, value in table.items())


def _toml(value: object) -> str:
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{key} = {_toml(one)}" for key, one in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml, value))}]"
    # JSON's strings, numbers and booleans are TOML's.
    return json.dumps(value, ensure_ascii=False)
