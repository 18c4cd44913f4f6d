"""Weights that were published for another library become a parent's."""

from pathlib import Path

import pytest
import timm
import torch

from models_registry.training.errors import TrainingRefused
from models_registry.training.published import converted

SMALL = "mobilenetv2_035"


def published(tmp_path: Path, tensors: dict[str, torch.Tensor]) -> Path:
    torch.save(tensors, tmp_path / "network.pth")
    return tmp_path / "network.pth"


def test_weights_with_other_names_become_timms(tmp_path: Path) -> None:
    network = timm.create_model(SMALL)
    theirs = {
        f"_{number}": tensor
        for number, (name, tensor) in enumerate(network.state_dict().items())
        if not name.endswith("num_batches_tracked")
    }
    made = converted(published(tmp_path, theirs), SMALL)
    missing, unexpected = network.load_state_dict(made, strict=False)
    assert not unexpected
    assert all(name.endswith("num_batches_tracked") for name in missing)
    assert torch.equal(made["classifier.weight"], network.state_dict()["classifier.weight"].half())


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    theirs = timm.create_model("mobilenetv2_050").state_dict()
    with pytest.raises(TrainingRefused, match="mobilenetv2_035"):
        converted(published(tmp_path, theirs), SMALL)
