"""The download of the Red List's website."""

import zipfile
from pathlib import Path

import pytest

from tests.species.sources.conftest import read
from wildlife.species.imports.records import IdentifierFact, UnreadableSource
from wildlife.species.sources.iucn_csv import RedListDownload

TEXT = "A text, over\nsome lines, that belongs to its authors."
ASSESSMENTS = (
    "assessmentId,internalTaxonId,scientificName,redlistCategory,redlistCriteria,yearPublished,"
    "assessmentDate,criteriaVersion,language,rationale,habitat,threats,population,populationTrend,"
    "range,useTrade,systems,conservationActions,realm,yearLastSeen,possiblyExtinct,"
    "possiblyExtinctInTheWild,scopes"
)
TAXONOMY = (
    "internalTaxonId,scientificName,kingdomName,phylumName,orderName,className,familyName,"
    "genusName,speciesName,infraType,infraName,infraAuthority,subpopulationName,authority,"
    "taxonomicNotes"
)
HABITATS = (
    "assessmentId,internalTaxonId,scientificName,code,name,majorImportance,season,suitability"
)
COUNTRIES = (
    "assessmentId,internalTaxonId,scientificName,code,name,presence,origin,seasonality,formerlyBred"
)
NAMES = "internalTaxonId,scientificName,name,language,main"


def assessed(pk: int, taxon: int, name: str, category: str, *, scopes: str = "Global") -> str:
    return (
        f'{pk},{taxon},{name},{category},A2abcd,2024,2023-02-23 00:00:00 UTC,3.1,English,"{TEXT}",'
        f'"{TEXT}",x,x,Decreasing,x,,Terrestrial,x,Afrotropical,,false,false,{scopes}'
    )


@pytest.fixture
def files() -> dict[str, str]:
    return {
        "assessments.csv": "\n".join(
            [
                ASSESSMENTS,
                assessed(1, 15951, "Panthera leo", "Vulnerable"),
                assessed(2, 15951, "Panthera leo", "Regionally Extinct", scopes="Europe"),
                assessed(3, 15954, "Panthera pardus ssp. orientalis", "Critically Endangered"),
                assessed(4, 7, "Panthera leo Asiatic subpopulation", "Endangered"),
                assessed(5, 22, "Lynx lynx", "Lower Risk/least concern"),
            ]
        ),
        "taxonomy.csv": "\n".join(
            [
                TAXONOMY,
                "15951,Panthera leo,ANIMALIA,CHORDATA,CARNIVORA,MAMMALIA,FELIDAE,Panthera,leo,,,,,"
                "\"(Linnaeus, 1758)\",x",
            ]
        ),
        "habitats.csv": "\n".join(
            [
                HABITATS,
                "1,15951,Panthera leo,2.1,Savanna - Dry,Yes,Resident,Suitable",
                "2,15951,Panthera leo,4.4,Grassland - Temperate,,Resident,Suitable",
                "1,15951,Panthera leo,14.1,Arable,No,,Marginal",
            ]
        ),
        "countries.csv": "\n".join(
            [
                COUNTRIES,
                "1,15951,Panthera leo,KE,Kenya,Extant,Native,Resident,",
                "1,15951,Panthera leo,US-HI,Hawaii,Extant,Introduced,Resident,",
                "1,15951,Panthera leo,EG,Egypt,Extinct Post-1500,Native,,",
                "1,15951,Panthera leo,LY,Libya,Presence Uncertain,Native,,",
            ]
        ),
        "common_names.csv": "\n".join(
            [
                NAMES,
                "15951,Panthera leo,Lion,English,true",
                "15951,Panthera leo,Simba,swa,false",
                "999,Nobody,Nobody,English,true",
            ]
        ),
    }  # fmt: skip


@pytest.fixture
def packed(tmp_path: Path, files: dict[str, str]) -> Path:
    path = tmp_path / "redlist_species_data.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def test_the_files_are_put_together(packed: Path) -> None:
    records, problems = read(RedListDownload(str(packed)))

    assert problems == []
    lion = records[0]
    assert (lion.scientific_name, lion.rank) == ("Panthera leo", "")
    assert lion.identifiers == (IdentifierFact("iucn", "15951"),)
    [fact] = lion.assessments
    assert (fact.category, fact.year, fact.trend, fact.criteria) == (
        "VU", 2024, "decreasing", "A2abcd",
    )  # fmt: skip
    assert [(one.code, one.suitability, one.major) for one in lion.habitats] == [
        ("2.1", "suitable", True),
        ("14.1", "marginal", False),
    ]
    assert [(one.country, one.region, one.presence) for one in lion.ranges] == [
        ("KEN", "", "native"),
        ("USA", "Hawaii", "introduced"),
        ("EGY", "", "extinct"),
    ]
    assert [(one.language, one.name, one.preferred) for one in lion.names] == [
        ("en", "Lion", True),
        ("sw", "Simba", False),
    ]
    assert [one.name for one in lion.lineage] == [
        "Animalia", "Chordata", "Mammalia", "Carnivora", "Felidae", "Panthera",
    ]  # fmt: skip
    assert str(lion.ranges[1].place) == "countries.csv:3"
    assert "belongs to its authors" not in repr(records)


def test_subspecies_are_named_as_here_and_populations_passed_over(packed: Path) -> None:
    records, _ = read(RedListDownload(str(packed)))
    assert [(one.scientific_name, one.assessments[0].category) for one in records] == [
        ("Panthera leo", "VU"),
        ("Panthera pardus orientalis", "CR"),
        ("Lynx lynx", "LC"),
    ]
    # The texts before it have line breaks: it is the line that an editor shows.
    assert str(records[2].place) == "assessments.csv:14"


def test_it_goes_on_after_a_position(packed: Path) -> None:
    records, _ = read(RedListDownload(str(packed)))
    again, problems = read(RedListDownload(str(packed)), records[0].position)
    assert again == records[1:]
    assert problems == []


def test_broken_rows_are_left_out_alone(tmp_path: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with (tmp_path / "countries.csv").open("ab") as out:
        out.write(b"\n1,15951,Panthera leo,ML,M\xe1li,Extant,Native,,")
        out.write(b"\n1,15951,Panthera leo,NE\n1,,Panthera leo,TD,Chad,Extant,Native,,")
        out.write(b"\n1,15951,Panthera leo,BW,Botswana,Extant,Native,,\n")

    [lion, *_], problems = read(RedListDownload(str(tmp_path)))

    assert [str(one) for one in problems] == [
        "countries.csv:6: not UTF-8: byte 26 is 0xe1",
        "countries.csv:7: has 4 columns instead of 9",
        "countries.csv:8: internalTaxonId is missing",
    ]
    assert lion.ranges[-1].country == "BWA"


def test_a_wrong_category_is_left_for_the_importer_to_name(
    tmp_path: Path, files: dict[str, str]
) -> None:
    text = "\n".join([ASSESSMENTS, assessed(1, 15951, "Panthera leo", "Quite rare")])
    (tmp_path / "assessments.csv").write_text(text)
    [lion], _ = read(RedListDownload(str(tmp_path)))
    assert lion.assessments[0].category == "Quite rare"
    assert str(lion.assessments[0].place) == "assessments.csv:2"


def test_what_is_no_download_is_refused(tmp_path: Path, packed: Path) -> None:
    with pytest.raises(UnreadableSource, match="no file"):
        RedListDownload(str(tmp_path / "missing.zip"))
    broken = tmp_path / "broken.zip"
    broken.write_bytes(packed.read_bytes()[:200])
    with pytest.raises(UnreadableSource, match=r"no assessments\.csv"):
        RedListDownload(str(broken))
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("assessments.csv", "assessmentId,name\n1,x\n")
    with pytest.raises(UnreadableSource, match="no column internalTaxonId, redlistCategory"):
        RedListDownload(str(other))
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("taxa.csv", "x\n")
    with pytest.raises(UnreadableSource, match=r"no assessments\.csv"):
        RedListDownload(str(other))
