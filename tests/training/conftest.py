"""A set of coloured squares and a small untrained parent: enough to train in seconds."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import timm
import torch
from PIL import Image, ImageDraw

from models_registry.card import ModelCard, read_card
from models_registry.interfaces import Label
from models_registry.training.recipe import Order
from models_registry.training.release import write_release

SIDE = 64
torch.set_num_threads(1)  # threads that wait for each other cost more than such small batches
COLOURS = {
    "Turdus merula": ("bird", (30, 30, 200)),
    "Vulpes vulpes": ("mammal", (220, 40, 30)),
    "Rana arvalis": ("amphibian", (30, 180, 40)),
    "": ("none", (128, 128, 128)),
}


class Listener:
    """A watcher that remembers the stages, and can interrupt a training."""

    def __init__(self, stop_in: str = "", after: int = 0) -> None:
        self.stages: list[tuple[str, int, int]] = []
        self._stop_in, self._after = stop_in, after

    def stage(self, name: str, done: int, total: int, note: str) -> None:
        """Hear, and interrupt where asked to."""
        self.stages.append((name, done, total))
        if name == self._stop_in and done >= self._after:
            raise KeyboardInterrupt


@pytest.fixture(scope="session")
def squares(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a manifest of 3 taxa and of nothing, each square boxed."""
    folder = tmp_path_factory.mktemp("squares")
    rng = np.random.default_rng(0)
    with (folder / "manifest.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "split", "group", "scientific_name", "boxes_xyxy"])
        for taxon, (group, colour) in COLOURS.items():
            for number in range(16):
                name = f"{group}-{number}.png"
                pixels = rng.integers(110, 146, (SIDE, SIDE, 3), np.uint8)
                image = Image.fromarray(pixels)
                x, y = (int(n) for n in rng.integers(2, 22, 2))
                box = [x, y, x + 36, y + 36]
                if taxon:
                    ImageDraw.Draw(image).rectangle(box, fill=colour)
                image.save(folder / name)
                split = "val" if number % 4 == 0 else "train"
                boxes = json.dumps([box]) if taxon else ""
                writer.writerow([name, split, group, taxon, boxes])
    return folder / "manifest.csv"


MakeOrder = Callable[[str], Order]


@pytest.fixture
def order(tmp_path: Path, squares: Path) -> Order:
    """Return an order from an untrained parent that knows the blackbird and a teapot."""
    torch.manual_seed(0)
    network = timm.create_model("mobilenetv2_035", num_classes=2)
    labels = (
        Label(0, "blackbird", "Turdus merula", "species", "bird"),
        Label(1, "teapot", "", "", "none"),
    )
    seed = _seed_card(tmp_path / "seed")
    first = Order(
        name="parent",
        version="1",
        title="Parent",
        licence="CC0-1.0",
        source="a test",
        manifest=squares,
        lineages=(),
        parent=seed,
        weights=Path(),
        into=tmp_path,
        work=tmp_path / "work",
        command="manage.py train",
    )
    parent = write_release(
        tmp_path / "parent",
        first,
        network.state_dict(),
        labels,
        kind="expert",
        groups=(),
        architecture="mobilenetv2_035",
        arguments={},
        temperature=1.0,
        size=SIDE,
        training={},
    )
    return Order(
        name="squares",
        version="2",
        title="Squares",
        licence="CC0-1.0",
        source="drawn by a test",
        manifest=squares,
        lineages=(),
        parent=parent,
        weights=parent.folder / "weights.safetensors",
        into=tmp_path / "releases",
        work=tmp_path / "work",
        command="manage.py train expert squares",
    )


def _seed_card(folder: Path) -> ModelCard:
    folder.mkdir()
    (folder / "labels.csv").write_text("index,label,taxon,rank,group\n0,a,,,none\n")
    (folder / "card.toml").write_text(
        f"""name = "seed"
version = "1"
title = "Seed"
kind = "expert"
adapter = "timm-classifier"
licence = "CC0-1.0"
source = "a test"
[network]
architecture = "mobilenetv2_035"
weights = "none"
sha256 = "{"0" * 64}"
precision = "fp32"
[input]
size = {SIDE}
fit = "squash"
mean = [0.5, 0.5, 0.5]
std = [0.5, 0.5, 0.5]
"""
    )
    return read_card(folder)
