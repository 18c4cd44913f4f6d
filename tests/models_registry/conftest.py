"""Small models made here, with random weights, and the releases in the box."""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import timm
import torch
import torchvision
from django.conf import settings
from PIL import Image
from safetensors.torch import save_file

from models_registry import services
from models_registry.registry import Registry

CARD = """
name = "{name}"
version = "1"
title = "A small model"
kind = "{kind}"
adapter = "{adapter}"
licence = "none"
source = "made by a test"

[network]
architecture = "{architecture}"
weights = "weights.safetensors"
sha256 = "{sha256}"
precision = "fp32"

[input]
size = {size}
fit = "{fit}"
mean = [0.5, 0.5, 0.5]
std = [0.5, 0.5, 0.5]
"""
LABELS = """index,label,taxon,rank,group
0,lion,Panthera leo,species,mammal
1,tiger,Panthera tigris,species,mammal
2,duck,Anas,genus,bird
3,chair,,,none
"""
COCO = "index,label,taxon,rank,group\n" + "".join(
    f"{i},thing {i},,,{'animal' if i > 1 else ('person', 'vehicle')[i]}\n" for i in range(4)
)


def make_card(
    folder: Path, network: torch.nn.Module, labels: str = LABELS, **values: object
) -> Path:
    """Write a release with these weights; return its folder."""
    folder.mkdir(parents=True)
    save_file(network.state_dict(), folder / "weights.safetensors")
    sha256 = hashlib.sha256((folder / "weights.safetensors").read_bytes()).hexdigest()
    filled = {"size": 64, "fit": "squash", "sha256": sha256, "kind": "expert"} | values
    (folder / "card.toml").write_text(CARD.format(**filled))
    (folder / "labels.csv").write_text(labels)
    return folder


@pytest.fixture(scope="session")
def small_releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one small release per adapter, and one coarse classifier."""
    from ultralytics.nn.tasks import DetectionModel

    torch.manual_seed(5)
    folder = tmp_path_factory.mktemp("releases")
    efficient = timm.create_model("test_efficientnet", num_classes=4)
    names = {"adapter": "timm-classifier", "architecture": "test_efficientnet"}
    make_card(folder / "small-expert", efficient, name="small-expert", **names)
    make_card(folder / "small-coarse", efficient, name="small-coarse", **names | {"kind": "coarse"})
    make_card(
        folder / "small-torchvision",
        torchvision.models.shufflenet_v2_x0_5(num_classes=4),
        name="small-torchvision",
        adapter="torchvision-classifier",
        architecture="shufflenet_v2_x0_5",
    )
    make_card(
        folder / "small-detector",
        DetectionModel("yolo11n.yaml", nc=4, verbose=False),
        COCO,
        name="small-detector",
        kind="detector",
        adapter="ultralytics-detector",
        architecture="yolo11n.yaml",
        size=128,
        fit="letterbox",
    )
    return folder


@pytest.fixture(scope="session")
def small_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("prepared")


@pytest.fixture
def releases(small_releases: Path, tmp_path: Path) -> Path:
    """A copy of the small releases that a test may spoil."""
    return shutil.copytree(small_releases, tmp_path / "releases")


@pytest.fixture
def make_registry(tmp_path: Path, small_cache: Path) -> Callable[..., Registry]:
    def make(*card_dirs: Path, cache_dir: Path = small_cache, **values: str) -> Registry:
        return Registry(card_dirs, cache_dir, tmp_path / "shared", **values)

    return make


@pytest.fixture(scope="session")
def small_registry(small_releases: Path, small_cache: Path) -> Registry:
    return Registry([small_releases], small_cache, small_releases)


@pytest.fixture(scope="session")
def box_registry() -> Registry:
    """The releases in the box, prepared once per machine. They need no other folder."""
    nowhere = Path("/nonexistent")
    return Registry([settings.MODEL_CARD_DIRS[0]], settings.MODEL_CACHE_DIR, nowhere)


@pytest.fixture
def site_registry(
    releases: Path, small_cache: Path, settings: object, tmp_path: Path
) -> Iterator[Registry]:
    """The registry that services use, over the small releases."""
    settings.MODEL_CARD_DIRS = [releases]  # type: ignore[attr-defined]
    settings.MODEL_CACHE_DIR = small_cache  # type: ignore[attr-defined]
    settings.SHARED_DIR = tmp_path  # type: ignore[attr-defined]
    services.registry.cache_clear()
    yield services.registry()
    services.registry.cache_clear()


@pytest.fixture(scope="session")
def pictures() -> list[Image.Image]:
    """Noisy pictures of many shapes, also the silliest."""
    noise = np.random.default_rng(3)
    sizes = [(64, 64), (300, 200), (1, 1), (2000, 2), (3, 900), (97, 411)]
    return [
        Image.fromarray(noise.integers(0, 256, (height, width, 3), dtype=np.uint8))
        for width, height in sizes
    ]
