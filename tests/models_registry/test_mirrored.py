"""A network that looks at the mirror image too, where its card asks for it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from models_registry.card import read_card
from models_registry.errors import CardInvalid
from models_registry.registry import Registry


def ask_for_the_mirror_image(folder: Path, value: str = "true") -> None:
    card = folder / "card.toml"
    card.write_text(card.read_text().replace("std = ", f"mirrored = {value}\nstd = "))


@pytest.fixture
def squares(pictures: list[Image.Image]) -> list[Image.Image]:
    """Pictures of the size that the small networks take, so that mirroring loses nothing."""
    return [one.resize((64, 64)) for one in pictures[:3]]


def test_a_picture_and_its_mirror_image_get_the_same_answer(
    releases: Path, make_registry: Callable[..., Registry], squares: list[Image.Image]
) -> None:
    mirrored = [ImageOps.mirror(one) for one in squares]
    once = make_registry(releases).classifier("small-expert@1")
    assert not np.allclose(once.classify(squares), once.classify(mirrored))

    ask_for_the_mirror_image(releases / "small-expert")
    twice = make_registry(releases).classifier("small-expert@1")
    answer = twice.classify(squares)
    np.testing.assert_allclose(answer, twice.classify(mirrored), rtol=1e-4)
    # The mean of logits is, but for a factor, the geometric mean of probabilities.
    means = np.sqrt(once.classify(squares) * once.classify(mirrored))
    np.testing.assert_allclose(answer, means / means.sum(1, keepdims=True), rtol=1e-3)


def test_a_card_says_yes_or_no_to_the_mirror_image(releases: Path) -> None:
    assert read_card(releases / "small-expert").input.mirrored is False
    ask_for_the_mirror_image(releases / "small-expert", '"yes"')
    with pytest.raises(CardInvalid, match="'mirrored' must be true or false"):
        read_card(releases / "small-expert")
