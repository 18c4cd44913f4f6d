from pathlib import Path

import pytest

from models_registry.card import read_card
from models_registry.errors import CardInvalid
from models_registry.interfaces import GROUPS, NO_ANIMAL


@pytest.fixture
def folder(releases: Path) -> Path:
    return releases / "small-expert"


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def test_a_card_says_what_a_model_is(folder: Path) -> None:
    card = read_card(folder)
    assert card.key == "small-expert@1"
    assert card.weights_path(Path("/elsewhere")) == folder / "weights.safetensors"
    assert (card.weight, card.threshold, card.temperature, card.groups) == (1, 0.25, 1, ())
    assert card.labels[2].taxon == "Anas"


def test_shared_weights_are_looked_for_among_the_shared(folder: Path, tmp_path: Path) -> None:
    replace(folder / "card.toml", '"weights.saf', '"shared:weights.saf')
    assert read_card(folder).weights_path(tmp_path) == tmp_path / "weights/weights.safetensors"


def test_a_coarse_card_answers_in_groups(releases: Path) -> None:
    card = read_card(releases / "small-coarse")
    assert [label.text for label in card.labels] == [*GROUPS, NO_ANIMAL]
    assert len(card.outputs) == 4


def test_any_change_of_a_card_changes_its_fingerprint(folder: Path) -> None:
    before = read_card(folder).fingerprint
    replace(folder / "labels.csv", "lion", "Lion")
    between = read_card(folder).fingerprint
    replace(folder / "card.toml", "A small", "One small")
    assert len({before, between, read_card(folder).fingerprint}) == 3


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('name = "small-expert"', 'name = "Small Expert"', "'name' must be written like"),
        ('name = "small-expert"', f'name = "{"a" * 61}"', "'name' must be written like"),
        ('title = "A small model"', f'title = "{"A" * 121}"', "'title' must be written like"),
        ('version = "1"', "version = 1", "'version' must be a text"),
        ('title = "A small model"', "", "'title' must be a text"),
        ('title = "A small model"', 'title = ""', "not empty"),
        ('kind = "expert"', 'kind = "oracle"', "'kind' must be one of detector, coarse"),
        ('licence = "none"', 'licence = "none"\nweight = -1', "'weight' must be from 0"),
        ('licence = "none"', 'licence = "none"\nweight = true', "'weight' must be a number"),
        ('licence = "none"', 'licence = "none"\nthreshold = 1.5', "'threshold' must be from 0"),
        ('licence = "none"', 'licence = "none"\ngroups = ["bat"]', "without .'bat'."),
        ('licence = "none"', 'licence = "none"\ncolour = "red"', "nobody knows 'colour'"),
        ('"weights.safetensors"', '"../weights.safetensors"', "'weights' must be written like"),
        ('"weights.safetensors"', '"/tmp/w.safetensors"', "'weights' must be written like"),
        ('"test_efficientnet"', '"hf-hub:someone/model"', "'architecture' must be written like"),
        ('"test_efficientnet"', '"/tmp/evil.yaml"', "'architecture' must be written like"),
        ('precision = "fp32"', 'precision = "int3"', "'precision' must be one of fp32, bf16"),
        ('precision = "fp32"', 'precision = "fp32"\ntemperature = 0', "'temperature' must be from"),
        ("size = 64", 'size = "64"', "'size' must be a number"),
        ('fit = "squash"', 'fit = "stretch"', "'fit' must be one of"),
        ("mean = [0.5, 0.5, 0.5]", "mean = [0.5]", "three numbers"),
        ("[input]", "[output]", "'input' must be a table"),
        ("[input]", "[input", "cannot be read"),
    ],
)
def test_a_card_that_says_something_impossible_is_refused(
    folder: Path, old: str, new: str, sentence: str
) -> None:
    replace(folder / "card.toml", old, new)
    with pytest.raises(CardInvalid, match=sentence):
        read_card(folder)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("index,label", "number,label", "must have the columns index, label"),
        ("1,tiger", "7,tiger", "row 1 does not"),
        ("1,tiger,Panthera tigris,species,mammal", "1,tiger", "row 1 does not"),
        ("genus,bird", "genus,bat", "row 2 has the unknown group 'bat'"),
        ("Anas,genus", "Anas,", "row 2 has a taxon without a rank"),
    ],
)
def test_labels_that_say_something_impossible_are_refused(
    folder: Path, old: str, new: str, sentence: str
) -> None:
    replace(folder / "labels.csv", old, new)
    with pytest.raises(CardInvalid, match=sentence):
        read_card(folder)


def test_a_coarse_label_needs_a_group(releases: Path) -> None:
    replace(releases / "small-coarse/labels.csv", "3,chair,,,none", "3,chair,,,")
    with pytest.raises(CardInvalid, match="row 3 has no group"):
        read_card(releases / "small-coarse")


def test_a_folder_without_a_card_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CardInvalid, match="cannot be read"):
        read_card(tmp_path)
