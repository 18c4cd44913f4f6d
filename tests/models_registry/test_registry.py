import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models_registry.errors import (
    CardInvalid,
    ReleaseUnknown,
    WeightsMissing,
    WeightsTampered,
)
from models_registry.registry import Registry
from wildlife.settings import BASE_DIR

Make = Callable[..., Registry]


def test_weights_that_were_changed_are_refused(make_registry: Make, releases: Path) -> None:
    weights = releases / "small-expert/weights.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    with pytest.raises(WeightsTampered, match="small-expert@1"):
        make_registry(releases).classifier("small-expert@1")


def test_weights_that_are_missing_are_named(make_registry: Make, releases: Path) -> None:
    (releases / "small-expert/weights.safetensors").unlink()
    with pytest.raises(WeightsMissing, match=r"small-expert@1 needs weights\.safetensors"):
        make_registry(releases).classifier("small-expert@1")


def test_weights_of_another_architecture_are_refused(
    make_registry: Make, releases: Path, tmp_path: Path
) -> None:
    card = releases / "small-expert/card.toml"
    card.write_text(card.read_text().replace("test_efficientnet", "test_byobnet"))
    with pytest.raises(CardInvalid, match="does not fit its architecture"):
        make_registry(releases, cache_dir=tmp_path / "empty").classifier("small-expert@1")


def test_an_unknown_release_is_named(make_registry: Make, releases: Path) -> None:
    with pytest.raises(ReleaseUnknown, match="lions@7"):
        make_registry(releases).card("lions@7")


def test_a_model_of_another_kind_is_refused(small_registry: Registry) -> None:
    with pytest.raises(CardInvalid, match="no classifier"):
        small_registry.classifier("small-detector@1")
    with pytest.raises(CardInvalid, match="no detector"):
        small_registry.detector("small-expert@1")


def test_a_broken_card_keeps_no_other_from_working(make_registry: Make, releases: Path) -> None:
    (releases / "small-coarse/labels.csv").write_text("nonsense")
    registry = make_registry(releases)
    assert "small-coarse@1" not in registry.cards
    assert "small-expert@1" in registry.cards
    assert "labels.csv" in str(registry.refused[0])


def test_two_cards_of_one_name_and_version_do_not_hide_each_other(
    make_registry: Make, releases: Path, small_releases: Path
) -> None:
    registry = make_registry(releases, small_releases)
    assert registry.card("small-expert@1").folder == releases / "small-expert"
    assert len(registry.refused) == 4


def test_a_card_that_was_added_while_running_is_found(make_registry: Make, releases: Path) -> None:
    (releases / "small-expert").rename(releases.parent / "aside")
    registry = make_registry(releases)
    assert "small-expert@1" not in registry.cards
    (releases.parent / "aside").rename(releases / "small-expert")
    assert registry.card("small-expert@1").name == "small-expert"


def test_threads_that_ask_at_once_get_one_instance(make_registry: Make, releases: Path) -> None:
    registry = make_registry(releases)
    with ThreadPoolExecutor(6) as threads:
        found = set(map(id, threads.map(registry.classifier, ["small-expert@1"] * 12)))
    assert len(found) == 1


def test_models_that_are_not_active_any_more_are_let_go(
    make_registry: Make, releases: Path
) -> None:
    registry = make_registry(releases)
    kept, dropped = registry.classifier("small-expert@1"), registry.classifier("small-coarse@1")
    registry.keep_only({"small-expert@1"})
    assert registry.classifier("small-expert@1") is kept
    assert registry.classifier("small-coarse@1") is not dropped


@pytest.mark.parametrize(
    "spoil", [lambda data: data[:-100], lambda data: b"", lambda data: data[:50] + b"x" + data[51:]]
)
def test_a_damaged_prepared_network_is_made_again(
    make_registry: Make,
    small_releases: Path,
    tmp_path: Path,
    pictures: list[Image.Image],
    spoil: Callable[[bytes], bytes],
) -> None:
    first = make_registry(small_releases, cache_dir=tmp_path)
    assert first.prepare("small-expert@1")
    assert not first.prepare("small-expert@1")
    expected = first.classifier("small-expert@1").classify(pictures)
    (path,) = tmp_path.glob("*.prepared")
    sound = path.read_bytes()
    path.write_bytes(spoil(sound))
    second = make_registry(small_releases, cache_dir=tmp_path)
    np.testing.assert_array_equal(second.classifier("small-expert@1").classify(pictures), expected)
    assert not second.prepare("small-expert@1")
    assert not list(tmp_path.glob("*.part"))


def test_prepared_networks_of_other_cards_are_deleted(
    make_registry: Make, releases: Path, tmp_path: Path
) -> None:
    registry = make_registry(releases, cache_dir=tmp_path / "cache")
    registry.prepare("small-expert@1")
    registry.prepare("small-coarse@1")
    card = releases / "small-expert/card.toml"
    card.write_text(card.read_text().replace("A small model", "Another title"))
    registry.refresh()
    registry.prune()
    assert [path.name[:14] for path in (tmp_path / "cache").iterdir()] == ["small-coarse@1"]


def test_a_process_whose_networks_are_prepared_never_imports_torch(
    make_registry: Make, small_releases: Path, small_cache: Path
) -> None:
    for key in (registry := make_registry(small_releases)).cards:
        registry.prepare(key)
    program = f"""
import sys
from pathlib import Path
from PIL import Image
from models_registry.registry import Registry
registry = Registry([Path({str(small_releases)!r})], Path({str(small_cache)!r}), Path("."))
picture = Image.new("RGB", (90, 60))
registry.classifier("small-expert@1").classify([picture])
registry.classifier("small-coarse@1").classify([picture])
list(registry.detector("small-detector@1").detect([picture]))
print(sorted({{"torch", "timm", "ultralytics", "torchvision", "django"}} & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=BASE_DIR, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_precision_for_all_overrides_the_cards(make_registry: Make, releases: Path) -> None:
    card = releases / "small-expert/card.toml"
    card.write_text(card.read_text().replace('"fp32"', '"bf16"'))
    registry = make_registry(releases, precision="fp32")
    assert registry.precision("small-expert@1") == "fp32"
    assert registry.classifier("small-expert@1").precision == "fp32"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"test_efficientnet"', '"no_such_network"'),
        ('"test_efficientnet"', '"test_efficientnet"\narguments = { colour = "red" }'),
        ('"test_efficientnet"', '"test_efficientnet"\narguments = { checkpoint_path = "x.pth" }'),
    ],
)
def test_a_network_that_cannot_be_built_is_the_cards_fault(
    make_registry: Make, releases: Path, tmp_path: Path, old: str, new: str
) -> None:
    card = releases / "small-expert/card.toml"
    card.write_text(card.read_text().replace(old, new))
    with pytest.raises(CardInvalid, match="small-expert@1 cannot be built"):
        make_registry(releases, cache_dir=tmp_path / "prepared").classifier("small-expert@1")
