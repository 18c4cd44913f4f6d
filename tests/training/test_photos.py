import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models_registry.training.errors import TrainingRefused
from models_registry.training.manifest import read_manifest
from models_registry.training.views import around, plain, varied

HEADER = ["file", "split", "group", "scientific_name", "boxes_xyxy", "note"]


def manifest(folder: Path, *rows: list[str]) -> Path:
    path = folder / "manifest.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([HEADER, *rows])
    return path


GOOD = ["a.jpg", "train", "mammal", "Vulpes vulpes", "[[1, 2, 3, 4.5]]", ""]
CHECK = ["b.jpg", "val", "none", "", "", ""]


def test_a_manifest_is_read(tmp_path: Path) -> None:
    fox, nothing = read_manifest(manifest(tmp_path, GOOD, CHECK))

    assert (fox.path, fox.coarse, fox.taxon) == (tmp_path / "a.jpg", "mammal", "Vulpes vulpes")
    assert (fox.boxes, fox.things) == (((1, 2, 3, 4.5),), ("animal",))
    assert nothing.coarse == "none"


def test_boxes_of_different_things_are_told_by_the_note(tmp_path: Path) -> None:
    boxes = "[[0,0,1,1],[0,0,2,2],[0,0,3,3]]"
    note = "COCO 2017; boxes in order: person x1, dog x1, truck x1"
    row = ["a.jpg", "train", "human", "Homo sapiens", boxes, note]

    person, _ = read_manifest(manifest(tmp_path, row, CHECK))

    assert person.things == ("person", "animal", "vehicle")
    assert (person.coarse, person.taxon) == ("none", "")


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [(1, "test", "split"), (2, "plant", "group 'plant'"), (4, "[[1, 2]]", "four numbers")],
)
def test_a_faulty_row_is_named(tmp_path: Path, column: int, value: str, sentence: str) -> None:
    row = [*GOOD]
    row[column] = value

    with pytest.raises(TrainingRefused, match=rf"line 2.*{sentence}"):
        read_manifest(manifest(tmp_path, row, CHECK))


def test_a_manifest_without_validation_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingRefused, match="'val'"):
        read_manifest(manifest(tmp_path, GOOD))


def test_crops_are_square_and_end_at_the_edges() -> None:
    assert around((40, 30, 60, 40), (200, 200), margin=0.1) == (38, 23, 62, 47)
    assert around((0, 0, 100, 10), (100, 50)) == (0, 0, 100, 50)


def test_the_plain_view_shows_the_largest_animal() -> None:
    image = Image.new("RGB", (100, 100))
    image.paste((255, 0, 0), (10, 10, 20, 20))
    image.paste((0, 0, 255), (50, 50, 90, 90))

    view = plain(image, ((10, 10, 20, 20), (50, 50, 90, 90)), 32)

    assert view.shape == (32, 32, 3)
    assert view[16, 16].tolist() == [0, 0, 255]


def test_views_differ_by_chance_and_are_the_same_for_the_same_chance() -> None:
    image = Image.fromarray(np.random.default_rng(0).integers(0, 255, (90, 70, 3), np.uint8))

    def view(seed: int, night: float = 0.5) -> np.ndarray:
        return varied(image, ((5, 5, 60, 60),), 48, np.random.default_rng(seed), night)

    assert all(view(seed).shape == (48, 48, 3) for seed in range(40))
    assert (view(1) == view(1)).all()
    assert (view(1) != view(2)).any()
    red, green, _ = np.moveaxis(view(3, night=1.0).astype(int), -1, 0)
    assert np.abs(red - green).mean() < 12  # infrared has no colours, but for compression's sake
