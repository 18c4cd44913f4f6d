"""iNaturalist's taxa, from its open data and from its archive."""

import gzip
import zipfile
from pathlib import Path

import pytest

from tests.species.sources.conftest import read
from wildlife.species.imports.records import IdentifierFact, UnreadableSource
from wildlife.species.sources.inaturalist import INaturalistTaxa

OPEN_DATA = """taxon_id\tancestry\trank_level\trank\tname\tactive
41964\t48460/1/41944\t10.0\tspecies\tPanthera leo\ttrue
41944\t48460/1\t20.0\tgenus\tPanthera\ttrue
1\t48460\t70.0\tkingdom\tAnimalia\ttrue
48460\t\t100.0\tstateofmatter\tLife\ttrue
500\t48460/1/41944\t10.0\tspecies\tFelis leo\tfalse
41963\t48460/1/41944/41970\t5.0\tsubspecies\tPanthera pardus orientalis\ttrue
41970\t48460/1/41944\t11.0\tcomplex\tPanthera pardus complex\ttrue
x1\t48460\t10.0\tspecies\tBroken id\ttrue
77\t48460
"""
ARCHIVE = """id,taxonID,identifier,parentNameUsageID,kingdom,phylum,class,order,family,genus,\
specificEpithet,infraspecificEpithet,modified,scientificName,taxonRank,references
41964,https://www.inaturalist.org/taxa/41964,https://www.inaturalist.org/taxa/41964,\
https://www.inaturalist.org/taxa/41944,Animalia,Chordata,Mammalia,Carnivora,Felidae,Panthera,leo,,\
2021-11-01T23:54:30Z,Panthera leo,species,
41944,https://www.inaturalist.org/taxa/41944,https://www.inaturalist.org/taxa/41944,,Animalia,\
Chordata,Mammalia,Carnivora,Felidae,Panthera,,,2021-11-01T23:54:30Z,Panthera,genus,
"""
HEAD = "id,vernacularName,language,locality,countryCode,source,lexicon,contributor,created\n"
ENGLISH = (
    HEAD + "41964,Lion,en,,,,English,loarie,2008-03-13T02:35:09Z\n41964,Lion,en,,,,English,,\n"
)
CHINESE = HEAD + "41964,狮,zh,,,,Chinese (Simplified),,\n41964,獅,zh-TW,,,,,,\n41964,?,und,,,,,,\n"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "inaturalist-taxonomy.dwca.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("meta.xml", "<archive/>")
        file.writestr("taxa.csv", ARCHIVE)
        file.writestr("VernacularNames-english.csv", ENGLISH)
        file.writestr("VernacularNames-chinese-simplified.csv", CHINESE)
    return path


@pytest.fixture
def open_data(tmp_path: Path) -> Path:
    path = tmp_path / "taxa.csv.gz"
    path.write_bytes(gzip.compress(OPEN_DATA.encode()))
    return path


def test_parents_come_first_and_taxa_out_of_use_not_at_all(open_data: Path) -> None:
    records, problems = read(INaturalistTaxa(str(open_data)))

    assert [(one.key, one.parent, one.rank, one.scientific_name) for one in records] == [
        ("48460", "", "stateofmatter", "Life"),
        ("1", "48460", "kingdom", "Animalia"),
        ("41944", "1", "genus", "Panthera"),
        ("41964", "41944", "species", "Panthera leo"),
        ("41970", "41944", "complex", "Panthera pardus complex"),
        ("41963", "41970", "subspecies", "Panthera pardus orientalis"),
    ]
    assert records[3].identifiers == (IdentifierFact("inat", "41964"),)
    assert str(records[3].place) == "line 2"
    assert [str(one) for one in problems] == [
        "line 9: 'x1' is no id of a taxon",
        "line 10: has 2 columns instead of 6",
    ]


def test_the_archive_brings_names_in_the_scripts_they_are_in(archive: Path) -> None:
    records, problems = read(INaturalistTaxa(str(archive)))

    assert problems == []
    assert [(one.key, one.parent) for one in records] == [("41944", ""), ("41964", "41944")]
    assert {(one.language, one.name) for one in records[1].names} == {
        ("en", "Lion"),
        ("zh-hans", "狮"),
        ("zh-hant", "獅"),
    }
    assert len(records[1].names) == 3


def test_a_folder_may_hold_the_open_data_and_the_names(open_data: Path, archive: Path) -> None:
    records, _ = read(INaturalistTaxa(str(open_data.parent)))
    lion = next(one for one in records if one.key == "41964")
    assert len(records) == 6
    assert len(lion.names) == 3


def test_it_goes_on_after_a_position(open_data: Path) -> None:
    records, _ = read(INaturalistTaxa(str(open_data)))
    again, problems = read(INaturalistTaxa(str(open_data)), records[2].position)
    assert again == records[3:]
    assert problems == []


def test_circles_are_named(tmp_path: Path) -> None:
    lines = ["taxon_id\tancestry\trank_level\trank\tname\tactive"]
    lines += ["1\t2\t20\tgenus\tOne\tt", "2\t1\t20\tgenus\tTwo\tt", "3\t\t20\tgenus\tThree\tt"]
    (tmp_path / "taxa.csv").write_text("\n".join(lines))
    records, problems = read(INaturalistTaxa(str(tmp_path / "taxa.csv")))
    assert [one.key for one in records] == ["3"]
    assert [str(one) for one in problems] == [
        "line 2: the tree runs in a circle at or above '1'",
        "line 3: the tree runs in a circle at or above '2'",
    ]


def test_what_holds_no_taxa_is_refused(tmp_path: Path) -> None:
    (tmp_path / "names.csv").write_text(HEAD)
    with pytest.raises(UnreadableSource, match="no table has the columns"):
        INaturalistTaxa(str(tmp_path))
    (tmp_path / "taxa.csv.gz").write_bytes(b"\x1f\x8b cut off")
    with pytest.raises(UnreadableSource, match="cannot be read"):
        INaturalistTaxa(str(tmp_path / "taxa.csv.gz"))
