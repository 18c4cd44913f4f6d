"""Readers of the formats' owners, without the networks that their packages load beside them."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any
from unittest.mock import MagicMock, patch

from PIL import ImageFile


@contextmanager
def _alone(package: str, *others: str, **stand_ins: Any) -> Iterator[None]:
    """Let modules of a package be loaded without what it loads itself, and without `others`.

    They let Pillow take photos that are cut short, everywhere: not beside our own tests of those.
    """
    spec = find_spec(package)
    assert spec is not None, f"{package} is missing: make setup"
    bare = ModuleType(package)
    bare.__path__ = list(spec.submodule_search_locations or ())
    with (
        patch.dict(sys.modules, {package: bare, **{name: MagicMock() for name in others}}),
        patch.object(ImageFile, "LOAD_TRUNCATED_IMAGES", ImageFile.LOAD_TRUNCATED_IMAGES),
    ):
        sys.modules.update({f"{package}.{name}": one for name, one in stand_ins.items()})
        yield


def left_to_speciesnet(path: str, filepaths: list[str]) -> tuple[dict[str, Any], list[Any]]:
    """Return the predictions that SpeciesNet takes from a file, and which it would make anew."""
    with _alone("speciesnet", "absl", "cloudpathlib", "huggingface_hub", "kagglehub"):
        read = import_module("speciesnet.utils").load_partial_predictions
        return read(path, [{"filepath": one} for one in filepaths])


def words_of_speciesnet() -> ModuleType:
    with _alone("speciesnet"):
        return import_module("speciesnet.constants")


def validated_by_megadetector(results: dict[str, Any]) -> dict[str, Any]:
    """Return the errors and warnings that MegaDetector's own validator finds."""
    videos = {"detection.video_utils": MagicMock(is_video_file=lambda path: False)}
    with _alone("megadetector", "jsonpickle", **videos):
        module = import_module("megadetector.postprocessing.validate_batch_results")
        told: dict[str, Any] = module.validate_batch_results(results)["validation_results"]
        return told
