"""Real photos: a burst of one animal comes together, and animals of different kinds do not."""

from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from PIL import Image

from models_registry.registry import Registry
from pipelines.steps import cut_around
from wildlife.review.spheres import spheres

pytestmark = pytest.mark.shared

PHOTOS = {
    "camtrap-dp/20210531082539-RCNX0033.JPG": "heron",
    "camtrap-dp/20210531082539-RCNX0034.JPG": "heron",
    "camtrap-dp/20210531082540-RCNX0036.JPG": "heron",
    "camtrap-dp/20210531082540-RCNX0038.JPG": "heron",
    "cameratrapai/african_elephants.jpg": "elephant",
    "cameratrapai/african_elephants_bw.jpg": "elephant",
    "cameratrapai/american_black_bear.jpg": "bear",
    "ena24/422.jpg": "squirrel",
    "ena24/49.jpg": "crow",
}


def surest(registry: Registry, path: Path) -> Image.Image:
    """Cut out the animal that the detector is surest of."""
    with Image.open(path) as file:
        photo = file.convert("RGB")
    photo.thumbnail((1600, 1600))
    (boxes,) = registry.detector("detector@1").detect([photo])
    box = next(one for one in boxes if one.label == "animal")
    return photo.crop(cut_around((box.x, box.y, box.width, box.height), photo.size))


def test_a_burst_of_one_animal_comes_together_and_different_species_do_not(
    shared_dir: Path,
) -> None:
    registry = Registry(settings.MODEL_CARD_DIRS[:1], settings.MODEL_CACHE_DIR, Path("/nowhere"))
    folder = shared_dir / "photos/camera-trap"
    crops = [surest(registry, folder / name) for name in PHOTOS]
    vectors = registry.embedder("nearest@2").embed(crops).astype(np.float16).astype(np.float32)
    same = np.zeros(len(crops), np.int64)  # the models call them all the same: looks alone decide
    groups = spheres(vectors, same, np.arange(len(crops)))
    kinds = list(PHOTOS.values())
    called = [{kinds[place] for place in group} for group in groups]
    assert {"heron"} in called
    assert all(len(one) == 1 for one in called), called
    herons = next(group for group in groups if kinds[group[0]] == "heron")
    assert len(herons) == 4
