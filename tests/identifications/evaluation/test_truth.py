"""What a manifest says: who is on a photo, where, and what could not be used."""

from pathlib import Path

import pytest

from tests.identifications.evaluation.build import TREE
from wildlife.identifications.evaluation.truth import (
    Manifest,
    ManifestInvalid,
    plain,
    read_manifest,
    unambiguous,
)

COLUMNS = "file,split,group,common_name,scientific_name,boxes_xyxy,width,height"


@pytest.fixture
def read(tmp_path: Path):
    """Read a manifest of these rows; each file a.jpg to h.jpg is there."""
    for letter in "abcdefgh":
        (tmp_path / f"{letter}.jpg").touch()

    def reading(*rows: str, columns: str = COLUMNS, **wanted) -> Manifest:
        path = tmp_path / "manifest.csv"
        path.write_text("\n".join((columns, *rows)) + "\n", encoding="utf-8")
        names = {"monarch": "danaus-plexippus"}
        return read_manifest(path, TREE, **({"common_names": names} | wanted))

    return reading


@pytest.mark.parametrize(
    ("common", "scientific", "taxon"),
    [
        ("", "Felis catus", "felis-catus"),
        ("", "Felis silvestris catus", "felis-catus"),
        ("", "Felidae", "felidae"),
        ("Monarch", "", "danaus-plexippus"),
        ("monarch", "Felis catus", "felis-catus"),
    ],
)
def test_a_label_is_a_name_a_synonym_a_higher_taxon_or_a_common_name(
    read, common, scientific, taxon
):
    (truth,) = read(f"a.jpg,,mammal,{common},{scientific},,,").truths
    assert truth.taxon == taxon


def test_a_label_without_a_taxon_is_reported_and_keeps_its_group(read):
    manifest = read("a.jpg,,bird,,Avis incognita,,,", "b.jpg,,bird,some bird,,,,")
    assert manifest.unknown == ("Avis incognita", "some bird")
    assert [(one.group, one.taxon) for one in manifest.truths] == [("bird", ""), ("bird", "")]


def test_nobody_asks_which_taxon_an_empty_scene_or_a_vehicle_is(read):
    manifest = read("a.jpg,,none,blank,,,,", "b.jpg,,vehicle,truck,,,,")
    assert manifest.unknown == ()
    assert not any(one.is_animal for one in manifest.truths)


def test_files_that_are_not_there_are_reported(read):
    manifest = read("a.jpg,,bird,,Corvus corax,,,", "gone.jpg,,bird,,Corvus corax,,,")
    assert manifest.missing == ("gone.jpg",)
    assert [one.file for one in manifest.truths] == ["a.jpg"]


def test_boxes_become_fractions_of_the_photo(read):
    (truth,) = read('a.jpg,,bird,,,"[[20, 10, 60, 40], [0, 0, 200, 100]]",200,100').truths
    assert truth.boxes == (pytest.approx((0.1, 0.1, 0.2, 0.3)), (0.0, 0.0, 1.0, 1.0))


@pytest.mark.parametrize("cells", ["[[1, 2]],10,10", "[[1, 2, 3, 4]],,", "no,10,10"])
def test_boxes_that_are_none_are_refused_with_their_line(read, cells):
    boxes, width, height = cells.rsplit(",", 2)
    with pytest.raises(ManifestInvalid, match=r"manifest\.csv line 2"):
        read(f'a.jpg,,bird,,,"{boxes}",{width},{height}')


def test_a_split_has_several_names(read):
    rows = ["a.jpg,val,bird,,,,,", "b.jpg,validation,bird,,,,,", "c.jpg,train,bird,,,,,"]
    assert [one.file for one in read(*rows, split="validation").truths] == ["a.jpg", "b.jpg"]
    assert [one.file for one in read(*rows, split="train").truths] == ["c.jpg"]
    assert len(read(*rows).truths) == 3


def test_groups_and_a_limit_choose_evenly(read):
    rows = [f"{letter}.jpg,,{'bird' if letter < 'e' else 'fish'},,,,," for letter in "abcdefgh"]
    assert {one.group for one in read(*rows, groups=["fish"]).truths} == {"fish"}
    assert [one.file[0] for one in read(*rows, limit=4).truths] == ["a", "c", "e", "g"]
    assert len(read(*rows, limit=100).truths) == 8


def test_a_manifest_needs_its_columns_and_known_groups(read, tmp_path):
    with pytest.raises(ManifestInvalid, match="no column group"):
        read("a.jpg", columns="file")
    with pytest.raises(ManifestInvalid, match=r"line 3 has the unknown group 'dragon'"):
        read("a.jpg,,bird,,,,,", "b.jpg,,dragon,,,,,")
    with pytest.raises(ManifestInvalid, match="cannot be read"):
        read_manifest(tmp_path / "nowhere.csv", TREE, common_names={})


def test_a_common_name_counts_if_it_leads_to_one_taxon():
    names = [("Black-capped Vireo", "a"), ("black capped vireo", "a"), ("crane", "b")]
    assert unambiguous([*names, ("Crane", "c")]) == {"black capped vireo": "a"}
    assert plain("Chuck-will's-widow") == "chuck will s widow"
