"""The releases in the box on real photos of animals that are known."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from models_registry.adapters import timm_classifier, ultralytics_detector
from models_registry.adapters.classification import ImageClassifier
from models_registry.adapters.detection import BoxDetector
from models_registry.backends.openvino import precision_here
from models_registry.backends.torch import Torch
from models_registry.interfaces import Box
from models_registry.registry import Registry
from wildlife.settings import BASE_DIR, MODEL_CACHE_DIR

pytestmark = pytest.mark.shared

CLASSIFIERS = (
    "animals@3",
    "birds@2",
    "coarse@2",
    "cold-blooded@1",
    "insects@2",
    "mammals@1",
)
DETECTOR = "detector@1"
BUILDERS = {
    "timm-classifier": timm_classifier,
    "ultralytics-detector": ultralytics_detector,
}
needs_bf16 = pytest.mark.skipif(
    precision_here("bf16", "cpu") != "bf16", reason="this CPU does not compute in bf16"
)


def photo(path: Path) -> Image.Image:
    image = Image.open(path)
    image.draft("RGB", (1280, 1280))
    return ImageOps.exif_transpose(image).convert("RGB")


@pytest.fixture(scope="module")
def trap(shared_dir: Path) -> Path:
    return shared_dir / "photos/camera-trap/cameratrapai"


@pytest.fixture(scope="module")
def sample(shared_dir: Path) -> list[tuple[str, Image.Image]]:
    """Every third photo of an animal, with its group."""
    with (shared_dir / "photos/manifest.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["group"] not in ("none", "human")]
    rows = [row for row in rows if "truncated" not in row["file"]][::3]
    return [(row["group"], photo(shared_dir / "photos" / row["file"])) for row in rows]


@pytest.fixture(scope="module")
def in_bf16(shared_dir: Path) -> Registry:
    folder = BASE_DIR / "models_registry/releases"
    return Registry([folder], MODEL_CACHE_DIR, shared_dir, precision="bf16")


@pytest.fixture(scope="module")
def in_fp32(shared_dir: Path) -> Registry:
    folder = BASE_DIR / "models_registry/releases"
    return Registry([folder], MODEL_CACHE_DIR, shared_dir, precision="fp32")


@pytest.fixture(scope="module")
def crops(in_fp32: Registry, sample: list[tuple[str, Image.Image]]) -> list[Image.Image]:
    """The best animal on each photo, and the whole photo where none is found."""
    images = [image for _, image in sample]
    cut = []
    for image, found in zip(images, in_fp32.detector(DETECTOR).detect(images), strict=True):
        animals = [box for box in found if box.label == "animal" and box.confidence > 0.25]
        for box in animals[:1]:
            left, top = box.x * image.width, box.y * image.height
            size = (box.width * image.width, box.height * image.height)
            image = image.crop((int(left), int(top), int(left + size[0]), int(top + size[1])))
        cut.append(image)
    return cut


@pytest.mark.parametrize(
    ("name", "label", "least"),
    [
        ("african_elephants.jpg", "animal", 3),
        ("african_elephants_bw.jpg", "animal", 3),
        ("african_elephants_cmyk.jpg", "animal", 3),
        ("african_elephants_with_exif_orientation.jpg", "animal", 3),
        ("american_black_bear.jpg", "animal", 1),
        ("domestic_dog.jpg", "animal", 1),
        ("human.jpg", "person", 1),
        ("vehicle.jpg", "vehicle", 1),
    ],
)
def test_the_detector_finds_who_is_there(
    box_registry: Registry, trap: Path, name: str, label: str, least: int
) -> None:
    detector = box_registry.detector(DETECTOR)
    (found,) = detector.detect([photo(trap / name)])
    # Letters in a camera's strip look like people far away.
    sure = [box for box in found if box.confidence >= 0.25 and box.width * box.height > 0.001]
    assert len(sure) >= least
    assert {box.label for box in sure} == {label}


def test_one_bear_is_one_animal(box_registry: Registry, trap: Path) -> None:
    (found,) = box_registry.detector(DETECTOR).detect([photo(trap / "american_black_bear.jpg")])
    assert [box.label for box in found if box.confidence > 0.5] == ["animal"]


@pytest.mark.parametrize("name", ["blank.jpg", "blank2.jpg", "blank3.jpg"])
def test_the_detector_finds_nothing_where_nothing_is(
    box_registry: Registry, trap: Path, name: str
) -> None:
    (found,) = box_registry.detector(DETECTOR).detect([photo(trap / name)])
    assert [box for box in found if box.confidence >= 0.25] == []


def test_most_animals_fall_into_their_group(
    box_registry: Registry, crops: list[Image.Image], sample: list[tuple[str, Image.Image]]
) -> None:
    coarse = box_registry.classifier("coarse@2")
    best = coarse.classify(crops).argmax(axis=1)
    right = [coarse.labels[i].group == group for i, (group, _) in zip(best, sample, strict=True)]
    assert np.mean(right) >= 0.87


@pytest.mark.parametrize(
    ("key", "folder", "least"), [("birds@2", "cub", 0.6), ("insects@2", "leeds-butterfly", 0.7)]
)
def test_the_experts_know_their_species(
    box_registry: Registry, shared_dir: Path, key: str, folder: str, least: float
) -> None:
    with (shared_dir / "photos/manifest.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if f"close/{folder}/" in row["file"]][::2]
    expert = box_registry.classifier(key)
    answer = expert.classify([photo(shared_dir / "photos" / row["file"]) for row in rows])
    right = [
        expert.labels[i].taxon == row["scientific_name"]
        for i, row in zip(answer.argmax(axis=1), rows, strict=True)
    ]
    assert np.mean(right) >= least


@pytest.mark.parametrize("key", CLASSIFIERS)
def test_openvino_in_fp32_says_what_torch_says(
    in_fp32: Registry, key: str, crops: list[Image.Image]
) -> None:
    card = in_fp32.card(key)
    network = BUILDERS[card.adapter].network(card, in_fp32.verify(key))
    reference = ImageClassifier(card, Torch(network, "cpu", "fp32"))
    np.testing.assert_allclose(
        in_fp32.classifier(key).classify(crops[::12]),
        reference.classify(crops[::12]),
        rtol=0,
        atol=1e-4,
    )


def test_the_detector_in_fp32_says_what_torch_says(
    in_fp32: Registry, sample: list[tuple[str, Image.Image]]
) -> None:
    card = in_fp32.card(DETECTOR)
    network = ultralytics_detector.network(card, in_fp32.verify(DETECTOR))
    images = [image for _, image in sample[::24]]
    ours = in_fp32.detector(DETECTOR).detect(images)
    on_torch = Torch(network, "cpu", "fp32")
    torchs = BoxDetector(card, on_torch, on_torch).detect(images)
    for found, expected in zip(ours, torchs, strict=True):
        sure = [box for box in expected if box.confidence > 0.1]
        assert [box.label for box in found[: len(sure)]] == [box.label for box in sure]
        for box, other in zip(found, sure, strict=False):
            assert _numbers(box) == pytest.approx(_numbers(other), abs=1e-3)


@needs_bf16
@pytest.mark.parametrize("key", CLASSIFIERS)
def test_bf16_changes_no_answer_of_cards_that_ask_for_it_and_no_sure_one_of_others(
    in_fp32: Registry, in_bf16: Registry, key: str, crops: list[Image.Image]
) -> None:
    exact, quick = (models.classifier(key).classify(crops) for models in (in_fp32, in_bf16))
    sure = exact.max(axis=1) >= (0 if in_fp32.card(key).precision == "bf16" else 0.5)
    assert in_bf16.classifier(key).precision == "bf16"
    different = (exact.argmax(axis=1) != quick.argmax(axis=1)) & sure
    assert different.sum() <= max(1, 0.01 * sure.sum())


@needs_bf16
def test_the_detector_in_bf16_finds_the_same(
    in_fp32: Registry, in_bf16: Registry, sample: list[tuple[str, Image.Image]]
) -> None:
    images = [image for _, image in sample]
    exact = in_fp32.detector(DETECTOR).detect(images)
    quick = in_bf16.detector(DETECTOR).detect(images)
    same = [
        any(box.label == other.label and _overlap(box, other) > 0.6 for other in others)
        for found, others in zip(exact, quick, strict=True)
        for box in found
        if box.confidence >= 0.3
    ]
    assert len(same) > 50
    assert np.mean(same) >= 0.99


def _numbers(box: Box) -> Sequence[float]:
    return (box.x, box.y, box.width, box.height, box.confidence)


def _overlap(one: Box, other: Box) -> float:
    width = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    height = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    common = max(0.0, width) * max(0.0, height)
    return common / (one.width * one.height + other.width * other.height - common)
