from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from models_registry.adapters.detection import FLOOR, BoxDetector, boxes, joined, suppress
from models_registry.adapters.preprocessing import Inside, pixels, placement
from models_registry.card import InputSpec
from models_registry.errors import InferenceFailed
from models_registry.interfaces import Box

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


def box(x: float, y: float, side: float, confidence: float, label: str = "animal") -> Box:
    return Box(x, y, side, side, label, confidence)


def test_a_closer_look_adds_what_the_first_one_did_not_see_and_no_parts_of_what_it_saw() -> None:
    herd, far, head = box(0.1, 0.1, 0.3, 0.6), box(0.8, 0.8, 0.05, 0.4), box(0.12, 0.12, 0.1, 0.9)
    assert joined([herd], [head, far]) == [herd, far]


def test_a_closer_look_knows_better_than_a_guess_but_its_own_guesses_count_nothing() -> None:
    guess, sure = box(0.1, 0.1, 0.3, 0.16), box(0.12, 0.1, 0.28, 0.7)
    assert joined([guess], [sure, box(0.6, 0.6, 0.1, 0.19)]) == [sure]
    assert joined([guess], []) == [guess]


def test_a_person_whom_the_closer_look_sees_in_a_vehicle_or_before_an_animal_is_not_lost() -> None:
    car, driver = box(0.1, 0.1, 0.5, 0.9, "vehicle"), box(0.2, 0.2, 0.1, 0.3, "person")
    assert joined([car], [driver]) == [car, driver]
    bear, mistaken = box(0.1, 0.1, 0.5, 0.9), box(0.1, 0.1, 0.49, 0.3, "person")
    assert joined([bear], [mistaken]) == [bear]


class Scripted:
    """A backend whose grids are given; it reads two inputs ahead, as the real ones do."""

    precision = "fp32"

    def __init__(self, *grids: np.ndarray) -> None:
        self.grids, self.sizes = list(grids), []

    def map(self, inputs):
        waiting = []
        for array in inputs:
            self.sizes.append(array.shape[1])
            waiting.append(self.grids[len(self.sizes) - 1][None])
            if len(waiting) == 2:
                yield waiting.pop(0)
        yield from waiting


def test_only_a_photo_that_no_sure_animal_fills_is_looked_at_twice_and_the_order_stays() -> None:
    def seen(confidence: float, reach: float) -> np.ndarray:
        return raw(one=(3 * 8 + 2, (reach,) * 4, (confidence, 0, 0)))

    filled, small, unsure = seen(0.9, 3), seen(0.8, 0.5), seen(0.3, 3)
    grid = np.zeros((7, 16 * 16 + 8 * 8 + 4 * 4), np.float32)
    grid[:4, 15 * 16 + 15], grid[4, 15 * 16 + 15] = 0.5, 0.95  # in the lower right corner
    card = SimpleNamespace(input=replace(SPEC, closer=128))
    first, closer = Scripted(filled, small, filled, unsure, filled), Scripted(grid, grid)

    found = list(
        BoxDetector(card, first, closer).detect(Image.new("RGB", (64, 64)) for _ in range(5))
    )

    assert closer.sizes == [128, 128]
    assert [[round(one.confidence, 2) for one in boxes] for boxes in found] == [
        [0.9],
        [0.95, 0.8],
        [0.9],
        [0.95, 0.3],
        [0.9],
    ]


def test_photos_that_are_seen_well_do_not_wait_for_one_that_is_not() -> None:
    filled = raw(one=(3 * 8 + 2, (3,) * 4, (0.9, 0, 0)))
    card = SimpleNamespace(input=replace(SPEC, closer=128))
    taken = []

    def images():
        for number in range(100):
            taken.append(number)
            yield Image.new("RGB", (64, 64))

    answers = BoxDetector(card, Scripted(*[filled] * 100), Scripted()).detect(images())
    next(answers)
    assert len(taken) < 10
