import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import load_file

from models_registry.card import read_card
from models_registry.interfaces import GROUPS, NO_ANIMAL
from models_registry.registry import Registry
from models_registry.training.errors import TrainingRefused
from models_registry.training.manifest import read_manifest
from models_registry.training.recipe import Order, train
from models_registry.training.views import plain
from tests.training.conftest import Listener

QUICK = {
    "turns": 2,
    "head_epochs": 25,
    "epochs": 2,
    "frozen": 5,
    "batch": 12,
    "head_rate": 0.02,
    "least": 2,
    "night": 0.0,
    "strangers": 9.0,
}


def registry_of(order: Order, tmp_path: Path) -> Registry:
    return Registry([order.into], tmp_path / "prepared", tmp_path, device="cpu", precision="fp32")


def test_an_expert_learns_and_its_release_answers(order: Order, tmp_path: Path) -> None:
    card = train(order, "expert", QUICK, Listener())

    models = registry_of(order, tmp_path)
    assert models.refused == ()
    assert card.parent == "parent@1"
    assert [label.taxon for label in card.labels] == [
        "Turdus merula",
        "Rana arvalis",
        "Vulpes vulpes",
        "",
    ]
    checks = [one for one in read_manifest(order.manifest) if one.split == "val"]
    crops = [Image.fromarray(plain(Image.open(one.path), one.boxes, 64)) for one in checks]
    rows = models.classifier("squares@2").classify(crops)
    said = [card.labels[int(row.argmax())].taxon for row in rows]
    right = np.mean([taxon == one.taxon for taxon, one in zip(said, checks, strict=True)])
    assert right >= 0.9
    report = json.loads((card.folder / "report" / "report.json").read_text())
    assert right == pytest.approx(report["top1"], abs=0.07)
    assert card.training["validation"]["top1"] == report["top1"]
    assert card.training["seed"] == 1
    assert (card.folder / "report" / "curves.svg").read_text().startswith("<?xml")
    assert (card.folder / "report" / "confusion.svg").is_file()


def test_a_taxon_without_photos_keeps_the_parents_weights(order: Order) -> None:
    parent = load_file(order.weights)
    labels = order.parent.folder / "labels.csv"
    labels.write_text(labels.read_text().replace("Turdus merula", "Corvus corax"))
    order = replace(order, parent=read_card(order.parent.folder))

    card = train(order, "expert", QUICK | {"epochs": 0}, Listener())

    assert next(label.taxon for label in card.labels) == "Corvus corax"
    child = load_file(card.folder / card.weights)
    assert np.allclose(child["classifier.weight"][0], parent["classifier.weight"][0], atol=2e-3)
    assert not np.allclose(child["classifier.weight"][3], parent["classifier.weight"][1], atol=2e-3)


def test_a_child_looks_at_pictures_as_its_parent_does(order: Order) -> None:
    parent = replace(order.parent, input=replace(order.parent.input, mirrored=True))
    card = train(replace(order, parent=parent), "expert", QUICK, Listener())
    assert card.input == parent.input
    assert not train(order, "expert", QUICK, Listener()).input.mirrored


def test_weights_are_half_precision(order: Order) -> None:
    card = train(order, "expert", QUICK | {"head_epochs": 1, "epochs": 0}, Listener())

    tensors = load_file(card.folder / card.weights)
    floats = [one.dtype for one in tensors.values() if one.dtype != np.int64]
    assert set(floats) == {np.dtype(np.float16)}


@pytest.mark.parametrize(("frozen", "stage"), [(5, "head"), (0, "layers")])
def test_an_interrupted_training_ends_as_an_uninterrupted_one(
    order: Order, tmp_path: Path, frozen: int, stage: str
) -> None:
    quick = QUICK | {"head_epochs": 2, "epochs": 2, "frozen": frozen}
    whole = train(order, "expert", quick, Listener())

    other = replace(order, into=tmp_path / "again", work=tmp_path / "other-work")
    # Four steps an epoch: this is within the second one. Every step is saved.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("models_registry.training.loop.SAVE_SECONDS", 0.0)
        with pytest.raises(KeyboardInterrupt):
            train(other, "expert", quick, Listener(stop_in=stage, after=6))
        watcher = Listener()
        resumed = train(other, "expert", quick, watcher)

    assert resumed.sha256 == whole.sha256
    assert next(done for name, done, _ in watcher.stages if name == stage) == 7


def test_a_coarse_classifier_knows_all_groups(order: Order, tmp_path: Path) -> None:
    quick = QUICK | {"arguments": {"depth_multiplier": 0.66}}
    card = train(order, "coarse", quick, Listener())

    assert [one.group for one in card.labels] == [*GROUPS, NO_ANIMAL]
    photo = Image.new("RGB", (64, 64), (30, 30, 200))
    row = registry_of(order, tmp_path).classifier("squares@2").classify([photo])[0]
    assert card.labels[int(row.argmax())].group == "bird"


def test_an_expert_of_some_groups_calls_the_others_something_else(order: Order) -> None:
    card = train(order, "expert", QUICK | {"groups": ("bird",), "epochs": 0}, Listener())

    assert [label.text for label in card.labels] == ["blackbird", "something else"]
    report = json.loads((card.folder / "report" / "report.json").read_text())
    assert report["groups"]["mammal"]["top1"] == 1.0
    assert card.groups == ("bird",)


def test_layers_that_are_frozen_stay_the_parents(order: Order) -> None:
    card = train(order, "expert", QUICK | {"head_epochs": 1}, Listener())

    before, after = load_file(order.weights), load_file(card.folder / card.weights)
    assert (before["blocks.0.0.conv_dw.weight"] == after["blocks.0.0.conv_dw.weight"]).all()
    assert (before["blocks.6.0.conv_pw.weight"] != after["blocks.6.0.conv_pw.weight"]).any()


def test_a_blend_lies_between_the_layers_before_and_after(order: Order, tmp_path: Path) -> None:
    quick = QUICK | {"head_epochs": 1, "epochs": 1}
    trained, blended, parent = (
        load_file((card.folder if card else order.weights.parent) / "weights.safetensors")
        for card in (
            train(order, "expert", quick, Listener()),
            train(
                replace(order, into=tmp_path / "b"), "expert", quick | {"blend": 0.5}, Listener()
            ),
            None,
        )
    )
    name = "blocks.6.0.conv_pw.weight"
    halfway = (parent[name].astype(np.float32) + trained[name]) / 2
    assert np.allclose(blended[name], halfway, atol=2e-3)
    assert not np.allclose(blended[name], trained[name], atol=1e-5)


def test_more_frozen_blocks_than_there_are_is_refused(order: Order) -> None:
    with pytest.raises(TrainingRefused, match="7 blocks"):
        train(order, "expert", QUICK | {"frozen": 8}, Listener())


def test_an_embedder_puts_look_alikes_near_each_other(order: Order, tmp_path: Path) -> None:
    card = train(order, "embedder", QUICK, Listener())

    checks = [one for one in read_manifest(order.manifest) if one.split == "val" and one.taxon]
    crops = [Image.fromarray(plain(Image.open(one.path), one.boxes, 64)) for one in checks]
    vectors = registry_of(order, tmp_path).embedder(card.key).embed(crops)
    alike = vectors @ vectors.T
    same = np.equal.outer(*(2 * [np.array([one.taxon for one in checks])]))

    assert np.diag(alike) == pytest.approx(1, abs=1e-3)
    assert alike[same].mean() > alike[~same].mean() + 0.02
    rows = registry_of(order, tmp_path).classifier(card.key).classify(crops)
    said = [card.labels[int(row.argmax())].taxon for row in rows]
    assert np.mean([taxon == one.taxon for taxon, one in zip(said, checks, strict=True)]) >= 0.9
    assert card.training["validation"]["top1"] >= 0.9


def test_an_embedder_whose_layers_stay_runs_the_weights_of_its_parent(order: Order) -> None:
    order = replace(order, into=order.parent.folder.parent)
    card = train(order, "embedder", QUICK | {"epochs": 0, "head_epochs": 1}, Listener())

    assert card.weights == "../parent/weights.safetensors"
    assert card.weights_path(Path()).samefile(order.weights)
    assert not (card.folder / "weights.safetensors").exists()


def test_an_embedder_of_which_nothing_is_trained_only_gets_a_gallery(order: Order) -> None:
    beside = replace(order, into=order.parent.folder.parent)
    heard = Listener()
    card = train(beside, "embedder", QUICK | {"epochs": 0, "head_epochs": 0}, heard)
    assert {name for name, _, _ in heard.stages} == {"gallery"}
    assert (card.gallery, card.temperature) == ("gallery.safetensors", 1.0)
    assert not (card.folder / "report").exists()
