"""What every model must hold, whatever library it comes from."""

import io
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from PIL import Image, UnidentifiedImageError

from models_registry.adapters.ultralytics_detector import model_class
from models_registry.card import read_card
from models_registry.interfaces import DETECTION_LABELS
from models_registry.registry import Registry
from wildlife.settings import BASE_DIR

BOX = [
    read_card(path.parent) for path in (BASE_DIR / "models_registry/releases").glob("*/card.toml")
]
SMALL = [
    ("small-expert@1", "expert"),
    ("small-coarse@1", "coarse"),
    ("small-torchvision@1", "expert"),
]


def releases(detectors: bool) -> list[Any]:
    small = [("small-detector@1", "detector")] if detectors else SMALL
    boxed = [(card.key, card.kind) for card in BOX if (card.kind == "detector") == detectors]
    return [key for key, _ in [*small, *sorted(boxed)]]


@pytest.fixture
def models(key: str, request: pytest.FixtureRequest) -> Registry:
    name = "small_registry" if key.startswith("small-") else "box_registry"
    registry: Registry = request.getfixturevalue(name)
    return registry


@pytest.mark.parametrize("key", releases(detectors=False))
def test_a_classifier_gives_every_label_a_probability(
    key: str, models: Registry, pictures: list[Image.Image]
) -> None:
    classifier = models.classifier(key)
    answer = classifier.classify(pictures)
    assert answer.shape == (len(pictures), len(models.labels(key)))
    assert answer.dtype == np.float32
    assert classifier.labels == models.labels(key)
    assert (answer >= 0).all()
    if models.card(key).kind == "embedder":  # what is not familiar is none of its labels
        assert (answer.sum(axis=1) <= 1 + 1e-4).all()
    else:
        np.testing.assert_allclose(answer.sum(axis=1), 1, atol=1e-4)


@pytest.mark.parametrize("key", releases(detectors=False))
def test_a_classifier_sees_each_picture_by_itself(
    key: str, models: Registry, pictures: list[Image.Image]
) -> None:
    classifier = models.classifier(key)
    answer = classifier.classify(pictures)
    np.testing.assert_array_equal(classifier.classify(pictures[::-1])[::-1], answer)
    np.testing.assert_array_equal(classifier.classify(pictures[1:2]), answer[1:2])


@pytest.mark.parametrize("key", releases(detectors=False))
def test_a_classifier_of_nothing_says_nothing(key: str, models: Registry) -> None:
    assert models.classifier(key).classify([]).shape == (0, len(models.labels(key)))


@pytest.mark.parametrize("key", releases(detectors=False))
def test_threads_share_a_classifier(
    key: str, models: Registry, pictures: list[Image.Image]
) -> None:
    classifier = models.classifier(key)
    expected = classifier.classify(pictures)
    with ThreadPoolExecutor(4) as threads:
        for answer in threads.map(classifier.classify, [pictures] * 8):
            np.testing.assert_array_equal(answer, expected)


@pytest.mark.parametrize("key", releases(detectors=True))
def test_a_detector_gives_boxes_within_the_photo_most_confident_first(
    key: str, models: Registry, pictures: list[Image.Image]
) -> None:
    answers = list(models.detector(key).detect(pictures))
    assert len(answers) == len(pictures)
    for boxes in answers:
        assert [box.confidence for box in boxes] == sorted(
            (box.confidence for box in boxes), reverse=True
        )
        for box in boxes:
            assert box.label in DETECTION_LABELS
            assert 0 < box.confidence <= 1
            assert box.x >= 0
            assert box.y >= 0
            assert box.width > 0
            assert box.height > 0
            assert box.x + box.width <= 1 + 1e-6
            assert box.y + box.height <= 1 + 1e-6


@pytest.mark.parametrize("key", releases(detectors=True))
def test_a_detector_sees_each_picture_by_itself(
    key: str, models: Registry, pictures: list[Image.Image]
) -> None:
    detector = models.detector(key)
    answers = list(detector.detect(pictures))
    assert list(detector.detect(pictures[::-1]))[::-1] == answers
    assert list(detector.detect(pictures[1:2])) == answers[1:2]
    assert list(detector.detect([])) == []


@pytest.mark.parametrize("key", releases(detectors=True))
def test_threads_share_a_detector(key: str, models: Registry, pictures: list[Image.Image]) -> None:
    detector = models.detector(key)
    expected = list(detector.detect(pictures))
    with ThreadPoolExecutor(4) as threads:
        for answers in threads.map(lambda photos: list(detector.detect(photos)), [pictures] * 6):
            assert answers == expected


def test_a_detector_takes_one_picture_ahead_and_no_more(
    small_registry: Registry, pictures: list[Image.Image]
) -> None:
    taken = []
    photos = (taken.append(i) or picture for i, picture in enumerate(pictures))  # type: ignore[func-returns-value]
    answers = small_registry.detector("small-detector@1").detect(photos)
    assert taken == []
    next(answers)
    assert taken == [0, 1]


def test_detections_that_nobody_finished_reading_disturb_no_other(
    small_registry: Registry, pictures: list[Image.Image]
) -> None:
    detector = small_registry.detector("small-detector@1")
    expected = list(detector.detect(pictures))
    left = detector.detect(pictures)
    next(left)
    both = list(zip(detector.detect(pictures), detector.detect(pictures), strict=True))
    left.close()  # type: ignore[attr-defined]
    assert both == [(boxes, boxes) for boxes in expected]
    assert list(detector.detect(pictures)) == expected


def test_an_error_in_decoding_reaches_the_caller(
    small_registry: Registry, pictures: list[Image.Image]
) -> None:
    def photos():  # type: ignore[no-untyped-def]
        yield pictures[0]
        raise OSError("truncated")

    detector = small_registry.detector("small-detector@1")
    with pytest.raises(OSError, match="truncated"):
        list(detector.detect(photos()))
    assert len(list(detector.detect(pictures))) == len(pictures)


def test_a_coarse_classifier_sums_the_outputs_of_each_group(
    small_registry: Registry, pictures: list[Image.Image]
) -> None:
    fine = small_registry.classifier("small-expert@1").classify(pictures)
    coarse = small_registry.classifier("small-coarse@1")
    answer = coarse.classify(pictures)
    groups = [label.group for label in coarse.labels]
    np.testing.assert_allclose(answer[:, groups.index("mammal")], fine[:, 0] + fine[:, 1], 1e-5)
    np.testing.assert_allclose(answer[:, groups.index("bird")], fine[:, 2], 1e-5)
    np.testing.assert_allclose(answer[:, groups.index("none")], fine[:, 3], 1e-5)
    assert answer[:, groups.index("fish")].max() == 0


@pytest.mark.parametrize("key", releases(detectors=False) + releases(detectors=True))
def test_the_precision_is_known_and_chosen(key: str, models: Registry) -> None:
    loaded = models.detector(key) if "detector" in key else models.classifier(key)
    assert loaded.precision == models.precision(key)
    assert loaded.precision in ("fp32", models.card(key).precision)


def test_the_detectors_library_leaves_pillow_as_it_is() -> None:
    """It would have it install packages where a picture cannot be read."""
    opening = Image.open
    model_class()
    assert Image.open is opening
    with pytest.raises(UnidentifiedImageError):
        Image.open(io.BytesIO(b"no picture"))
