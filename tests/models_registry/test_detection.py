import numpy as np
import pytest
from PIL import Image

from models_registry.adapters.detection import FLOOR, boxes, suppress
from models_registry.adapters.preprocessing import Inside, pixels, placement
from models_registry.card import InputSpec
from models_registry.errors import InferenceFailed

SPEC = InputSpec(64, "letterbox", 1.0, 114, (0, 0, 0), (1, 1, 1))
CELLS = 8 * 8 + 4 * 4 + 2 * 2


def raw(**cells: tuple[int, tuple[float, ...], tuple[float, ...]]) -> np.ndarray:
    grid = np.zeros((7, CELLS), np.float32)
    for cell, distances, scores in cells.values():
        grid[:4, cell], grid[4:, cell] = distances, scores
    return grid


def test_a_cell_says_how_far_the_sides_are_from_its_centre() -> None:
    # The cell in row 3, column 2 of the finest grid has its centre at (20, 28).
    (box,) = boxes(raw(one=(3 * 8 + 2, (1, 2, 3, 1), (0.9, 0, 0))), 64, Inside(0, 0, 64, 64))
    assert (box.x, box.y, box.width, box.height) == pytest.approx(
        ((20 - 8) / 64, (28 - 16) / 64, 32 / 64, 24 / 64)
    )
    assert (box.label, box.confidence) == ("animal", pytest.approx(0.9))


def test_coarser_cells_have_longer_strides() -> None:
    # The last cell of the coarsest grid has its centre at (48, 48).
    (box,) = boxes(raw(one=(CELLS - 1, (1, 0.5, 0.5, 0.5), (0, 0.7, 0))), 64, Inside(0, 0, 64, 64))
    assert (box.x, box.y, box.width, box.height) == pytest.approx((0.25, 0.5, 0.75, 0.5))
    assert box.label == "person"


def test_boxes_are_those_of_the_photo_and_not_of_its_padding() -> None:
    inside = placement((200, 100), SPEC)
    assert inside == Inside(0, 16, 64, 32)
    (box,) = boxes(raw(one=(3 * 8 + 2, (9, 9, 9, 9), (0.9, 0, 0))), 64, inside)
    assert (box.x, box.y, box.width, box.height) == (0, 0, 1, 1)


def test_what_lies_in_the_padding_alone_is_no_box() -> None:
    assert boxes(raw(one=(0, (0.2, 0.2, 0.2, 0.2), (0.9, 0, 0))), 64, Inside(0, 16, 64, 32)) == []


def test_unsure_cells_are_no_boxes() -> None:
    assert boxes(raw(one=(9, (1, 1, 1, 1), (FLOOR - 0.01, 0, 0))), 64, Inside(0, 0, 64, 64)) == []


def test_numbers_that_are_none_are_an_error_worth_a_retry() -> None:
    grid = raw()
    grid[2, 5] = np.nan
    with pytest.raises(InferenceFailed) as caught:
        boxes(grid, 64, Inside(0, 0, 64, 64))
    assert caught.value.transient


@pytest.mark.parametrize(
    ("second", "labels", "kept"),
    [
        ((0, 0, 1, 0.9), (0, 0), [1]),
        ((0, 0, 1, 0.9), (0, 1), [1]),
        ((0, 0, 1, 0.7), (0, 0), [1]),
        ((0, 0, 1, 0.7), (0, 1), [1, 0]),
        ((0, 0, 1, 0.5), (0, 0), [1, 0]),
    ],
)
def test_the_most_confident_of_boxes_on_one_thing_stays(
    second: tuple[float, ...], labels: tuple[int, int], kept: list[int]
) -> None:
    corners = np.array([(0, 0, 1, 1), second], np.float32)
    assert suppress(corners, np.array([0.5, 0.8], np.float32), np.array(labels)) == kept


def test_what_a_hidden_box_would_hide_stays() -> None:
    corners = np.array([(0, 0, 1, 1), (0, 0, 1, 0.65), (0, 0, 1, 0.4)], np.float32)
    assert suppress(corners, np.array([0.9, 0.8, 0.7], np.float32), np.zeros(3, int)) == [0, 2]


def test_a_crowded_grid_is_cut_to_its_most_confident_cells() -> None:
    grid = np.zeros((7, 8400), np.float32)
    grid[:4], grid[4] = 0.1, np.linspace(0.1, 0.9, 8400)
    found = boxes(grid, 640, Inside(0, 0, 640, 640))
    assert len(found) == 300
    assert found[-1].confidence > 0.85


def test_a_letterbox_keeps_the_aspect_and_pads_with_grey() -> None:
    array = pixels(Image.new("RGB", (200, 100), "red"), SPEC)[0]
    assert array.shape == (64, 64, 3)
    assert (array[:16] == 114).all()
    assert (array[16:48] == (255, 0, 0)).all()
    assert (array[48:] == 114).all()


def test_a_crop_sees_the_middle_and_a_squash_everything() -> None:
    image = Image.new("RGB", (300, 100), "red")
    image.paste("blue", (100, 0, 200, 100))
    crop = pixels(image, InputSpec(32, "crop", 0.9, 114, (0, 0, 0), (1, 1, 1)))[0]
    squash = pixels(image, InputSpec(32, "squash", 1.0, 114, (0, 0, 0), (1, 1, 1)))[0]
    assert (crop == (0, 0, 255)).all()
    assert (squash[:, 0] == (255, 0, 0)).all()
    assert (squash[:, 16] == (0, 0, 255)).all()


@pytest.mark.parametrize("mode", ["L", "RGBA", "CMYK", "P"])
def test_pictures_of_other_modes_are_made_rgb(mode: str) -> None:
    assert pixels(Image.new(mode, (10, 20)), SPEC).shape == (1, 64, 64, 3)
