import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import load_file

from models_registry.interfaces import DETECTION_LABELS, Box, Label
from models_registry.registry import Registry
from models_registry.training.errors import TrainingRefused
from models_registry.training.manifest import Sample
from models_registry.training.recipe import Order, train
from models_registry.training.release import write_release
from models_registry.training.scenes import Known, boxes_hit, known, mosaic, varied_scene
from tests.training.conftest import Listener

QUICK = {"size": 64, "epochs": 2, "batch": 8, "draws": 16}
SIZE = (100, 80)


@pytest.fixture
def yolo(order: Order, tmp_path: Path) -> Order:
    """Return an order for a detector from an untrained parent."""
    os.environ["YOLO_OFFLINE"] = "true"
    from ultralytics.nn.tasks import DetectionModel

    labels = tuple(Label(i, name, "", "", name) for i, name in enumerate(DETECTION_LABELS))
    body = DetectionModel("yolo11n.yaml", nc=len(labels), verbose=False)
    card = replace(
        order.parent,
        adapter="ultralytics-detector",
        architecture="yolo11n.yaml",
        input=replace(order.parent.input, fit="letterbox", mean=(0, 0, 0), std=(1, 1, 1)),
    )
    parent = write_release(
        tmp_path / "yolo",
        replace(order, name="yolo", parent=card),
        body.state_dict(),
        labels,
        kind="detector",
        groups=(),
        architecture="yolo11n.yaml",
        arguments={},
        temperature=1.0,
        size=64,
        training={},
    )
    return replace(order, parent=parent, weights=parent.folder / "weights.safetensors")


def test_a_detector_is_trained_resumed_and_loaded(yolo: Order, tmp_path: Path) -> None:
    whole = train(yolo, "detector", QUICK, Listener())

    other = replace(yolo, into=tmp_path / "again", work=tmp_path / "other-work")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("models_registry.training.loop.SAVE_SECONDS", 0.0)
        with pytest.raises(KeyboardInterrupt):
            train(other, "detector", QUICK, Listener(stop_in="layers", after=3))
        resumed = train(other, "detector", QUICK, Listener())

    states = [load_file(one.work / "squares-2" / "layers.state") for one in (yolo, other)]
    assert states[0].keys() == states[1].keys()
    assert all((states[0][name] == states[1][name]).all() for name in states[0])
    moved = "network/model.23.cv3.0.2.weight"
    assert (states[0][moved] != load_file(yolo.weights)[moved.removeprefix("network/")]).any()
    assert resumed.sha256 == whole.sha256
    report = json.loads((whole.folder / "report" / "report.json").read_text())
    assert set(report["groups"]) == {"bird", "mammal", "amphibian", "none"}
    models = Registry([yolo.into], tmp_path / "prepared", tmp_path, device="cpu", precision="fp32")
    assert list(models.detector(whole.key).detect([Image.new("RGB", SIZE)])) is not None


def test_a_classifier_is_no_parent_of_a_detector(order: Order) -> None:
    with pytest.raises(TrainingRefused, match="no ultralytics-detector"):
        train(order, "detector", QUICK, Listener())


def sample(group: str, boxes: tuple[tuple[float, float, float, float], ...] = ()) -> Sample:
    return Sample(Path("x"), "train", group, "", "", boxes, ("animal",) * len(boxes))


def test_boxes_of_people_count_before_the_parents() -> None:
    everything = [Box(0, 0, 1, 1, "animal", 0.9)]
    drawn = known(sample("bird", ((1, 2, 30, 40),)), everything, [], SIZE)
    found = known(sample("bird"), [Box(0.5, 0.25, 0.5, 0.5, "animal", 0.9)], everything, SIZE)

    assert drawn
    assert drawn.corners == ((1, 2, 30, 40),)
    assert found
    assert found.corners == ((50, 20, 100, 60),)


def test_what_the_parent_boxes_as_anything_on_a_photo_of_an_animal_is_the_animal() -> None:
    person, anything = Box(0, 0, 0.1, 1, "person", 0.9), Box(0.5, 0.25, 0.5, 0.5, "animal", 0.3)
    facts = known(sample("reptile"), [person], [anything], SIZE)

    assert facts
    assert facts.corners == ((50, 20, 100, 60), (0, 0, 10, 80))
    assert [DETECTION_LABELS[label] for label in facts.labels] == ["animal", "person"]
    assert not known(sample("human"), [], [anything], SIZE)


def test_an_animal_of_which_nobody_knows_where_it_is_teaches_nothing() -> None:
    assert known(sample("bird"), [Box(0, 0, 1, 1, "person", 0.9)], [], SIZE) is None


def test_an_animal_on_an_empty_photo_is_a_mistake_and_a_person_is_not() -> None:
    boxes = [Box(0, 0, 0.5, 1, "animal", 0.9), Box(0.5, 0, 0.5, 1, "person", 0.9)]
    facts = known(sample("none"), boxes, boxes[:1], SIZE)

    assert facts
    assert [DETECTION_LABELS[label] for label in facts.labels] == ["person"]


SCENES = "models_registry.training.scenes."


def square_on_black(folder: Path) -> tuple[Sample, Known]:
    path = folder / "photo.png"
    image = Image.new("RGB", SIZE)
    image.paste((255, 255, 255), (20, 30, 60, 70))
    image.save(path)
    one = replace(sample("bird", ((20, 30, 60, 70),)), path=path)
    facts = known(one, [], [], SIZE)
    assert facts
    return one, facts


@pytest.mark.parametrize("seed", range(8))
def test_a_box_moves_with_the_photo(tmp_path: Path, seed: int) -> None:
    one, facts = square_on_black(tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SCENES + "weathered", lambda square, *_: np.asarray(square))
        patch.setattr(SCENES + "FARTHEST", 0.6)
        scene = varied_scene(one, facts, 64, np.random.default_rng(seed), 0.0)

    ys, xs = np.nonzero(scene.pixels[..., 0] > 200)
    assert scene.corners[0] == pytest.approx((xs.min(), ys.min(), xs.max(), ys.max()), abs=3)


def test_the_boxes_of_a_mosaic_lie_on_its_four_photos(tmp_path: Path) -> None:
    pair = square_on_black(tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SCENES + "weathered", lambda square, *_: np.asarray(square))
        patch.setattr(SCENES + "FARTHEST", 0.9)
        patch.setattr(SCENES + "NEAREST", 1.0)
        scene = mosaic([pair] * 4, 128, np.random.default_rng(1), 0.0)

    assert len(scene.corners) == len(scene.labels) == 4
    for left, top, right, bottom in scene.corners:
        inside = scene.pixels[
            round(top) + 2 : round(bottom) - 2, round(left) + 2 : round(right) - 2
        ]
        assert inside.min() > 200
    assert {(left // 64, top // 64) for left, top, *_ in scene.corners} == set(np.ndindex(2, 2))


def test_a_found_box_hits_what_it_mostly_covers() -> None:
    facts = known(sample("bird", ((0, 0, 50, 40), (60, 50, 90, 80))), [], [], SIZE)
    assert facts
    found = [Box(0.0, 0.0, 0.45, 0.5, "animal", 0.9), Box(0.6, 0.1, 0.3, 0.3, "animal", 0.9)]

    assert boxes_hit(facts, found) == [True, False]
