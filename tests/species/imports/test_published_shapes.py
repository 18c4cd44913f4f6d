"""Archives in the shapes in which GBIF, ChecklistBank, IPT and iNaturalist publish theirs."""

from collections.abc import Mapping
from pathlib import Path
from zipfile import ZipFile

import pytest

from wildlife.species.imports.darwin_core import DarwinCoreArchive
from wildlife.species.imports.records import Problem, Record, UnreadableSource

DWC, GBIF, DC = (
    "http://rs.tdwg.org/dwc/terms/",
    "http://rs.gbif.org/terms/1.0/",
    "http://purl.org/dc/terms/",
)


@pytest.fixture(autouse=True)
def data_folder(settings: object, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path / "data"  # type: ignore[attr-defined]


def records(path: Path, meta: str, files: Mapping[str, str | bytes]) -> dict[str, Record]:
    """Write an archive, read it without a problem, and return its records by name."""
    with ZipFile(path / "archive.zip", "w") as out:
        out.writestr("meta.xml", f'<archive xmlns="http://rs.tdwg.org/dwc/text/">{meta}</archive>')
        for name, text in files.items():
            out.writestr(name, text)
    reader = DarwinCoreArchive(str(path / "archive.zip"))
    found = list(reader.records())
    reader.close()
    assert [one for one in found if isinstance(one, Problem)] == []
    return {one.scientific_name: one for one in found if isinstance(one, Record)}


def part(tag: str, row_type: str, *locations: str, fields: str, **options: str) -> str:
    """Describe files as meta.xml does; `fields` are terms by column, "-" for none."""
    said = "".join(f' {name}="{value}"' for name, value in options.items())
    files = "".join(f"<location>{one}</location>" for one in locations)
    key = "id" if tag == "core" else "coreid"
    columns = "".join(
        f'<field index="{number}" term="{term}"/>'
        for number, term in enumerate(fields.split())
        if term != "-"
    )
    inside = f'<files>{files}</files><{key} index="0"/>{columns}'
    return f'<{tag}{said} rowType="{row_type}">{inside}</{tag}>'


TABS = {
    "encoding": "UTF-8",
    "fieldsTerminatedBy": r"\t",
    "linesTerminatedBy": r"\n",
    "fieldsEnclosedBy": "",
    "ignoreHeaderLines": "1",
}


def test_the_backbone_of_gbif_names_its_ids_in_no_field_and_quotes_nothing(tmp_path: Path) -> None:
    core = part(
        "core",
        f"{DWC}Taxon",
        "Taxon.tsv",
        fields=f"- {DWC}parentNameUsageID {DWC}acceptedNameUsageID {DWC}scientificName "
        f"{DWC}scientificNameAuthorship {GBIF}canonicalName {DWC}taxonRank {DWC}taxonomicStatus "
        f"{DWC}family",
        **TABS,
    )
    names = part(
        "extension",
        f"{GBIF}VernacularName",
        "VernacularName.tsv",
        fields=f"- {DWC}vernacularName {DC}language {DWC}countryCode",
        **TABS,
    )
    places = part(
        "extension",
        f"{GBIF}Distribution",
        "Distribution.tsv",
        fields=f"- {DWC}locality {DWC}countryCode {DWC}occurrenceStatus {GBIF}threatStatus",
        **TABS,
    )
    found = records(
        tmp_path,
        core + names + places,
        {
            "Taxon.tsv": "taxonID\t…\n"
            "5219404\t2435194\t\tPanthera leo (Linnaeus, 1758)\t(Linnaeus, 1758)\tPanthera leo"
            "\tspecies\taccepted\tFelidae\n"
            "2435194\t\t\tPanthera Oken, 1816\tOken, 1816\tPanthera\tgenus\taccepted\tFelidae\n"
            '7193927\t\t5219404\tFelis "leo" Linnaeus, 1758\tLinnaeus, 1758\tFelis leo'
            "\tspecies\thomotypic synonym\t\n",
            "VernacularName.tsv": 'taxonID\t…\n5219404\tLion "of Africa"\ten\tKE\n',
            "Distribution.tsv": "taxonID\t…\n"
            "5219404\tKenya\tKE\tpresent\t\n5219404\t\t\t\tVULNERABLE\n",
        },
    )
    lion = found["Panthera leo"]
    assert (lion.key, lion.parent) == ("5219404", "2435194")
    assert [one.name for one in lion.names] == ['Lion "of Africa"']
    assert [one.country for one in lion.ranges] == ["KEN"]
    assert [one.category for one in lion.assessments] == ["VU"]
    assert found["Felis leo"].accepted == "5219404"


def test_a_checklist_of_the_catalogue_of_life(tmp_path: Path) -> None:
    core = part(
        "core",
        f"{DWC}Taxon",
        "Taxon.tsv",
        fields=f"{DWC}taxonID {DWC}parentNameUsageID {DWC}acceptedNameUsageID "
        f"{DWC}taxonomicStatus {DWC}taxonRank {DWC}scientificName {DWC}scientificNameAuthorship "
        f"{DWC}genericName {DWC}specificEpithet {DWC}infraspecificEpithet",
        **TABS,
    )
    places = part(
        "extension",
        f"{GBIF}Distribution",
        "Distribution.tsv",
        fields=f"{DWC}taxonID {DWC}occurrenceStatus {DWC}locationID {DWC}locality",
        **TABS,
    )
    names = part(
        "extension",
        f"{GBIF}VernacularName",
        "VernacularName.tsv",
        fields=f"{DWC}taxonID {DC}language {DWC}vernacularName",
        **TABS,
    )
    found = records(
        tmp_path,
        core + places + names,
        {
            "Taxon.tsv": "dwc:taxonID\t…\n"
            "4CGXP\t6DBT\t\taccepted\tspecies\tPanthera leo (Linnaeus, 1758)\t(Linnaeus, 1758)"
            "\tPanthera\tleo\t\n"
            "6DBT\t\t\tprovisionally accepted\tgenus\tPanthera Oken, 1816\tOken, 1816"
            "\tPanthera\t\t\n"
            "3DXV3\t\t4CGXP\tsynonym\tspecies\tFelis leo Linnaeus, 1758\tLinnaeus, 1758"
            "\tFelis\tleo\t\n"
            "9X\t\t4CGXP\tmisapplied\tspecies\tFelis nubica\t\tFelis\tnubica\t\n"
            "7Y\t4CGXP\t\taccepted\tsubspecies\tPanthera leo persica (Meyer, 1826)\t(Meyer, 1826)"
            "\tPanthera\tleo\tpersica\n",
            "Distribution.tsv": "dwc:taxonID\t…\n"
            "4CGXP\tnative\tiso:KE\tKenya\n4CGXP\t\ttdwg:IND\tIndia\n",
            "VernacularName.tsv": "dwc:taxonID\t…\n4CGXP\teng\tLion\n4CGXP\tzho\t狮\n",
        },
    )
    assert found.keys() == {"Panthera", "Panthera leo", "Panthera leo persica", "Felis leo"}
    lion = found["Panthera leo"]
    assert [(one.language, one.name) for one in lion.names] == [("en", "Lion"), ("zh", "狮")]
    assert [one.country for one in lion.ranges] == ["KEN", "IND"]
    assert found["Panthera leo persica"].parent == "4CGXP"


def test_parents_are_named_by_their_taxon_ids_where_rows_have_others(tmp_path: Path) -> None:
    comma = {"fieldsTerminatedBy": ",", "fieldsEnclosedBy": "&quot;", "ignoreHeaderLines": "1"}
    core = part(
        "core",
        f"{DWC}Taxon",
        "taxa.csv",
        fields=f"- {DWC}taxonID {DWC}parentNameUsageID {DWC}scientificName {DWC}taxonRank",
        **comma,
    )
    names = part(
        "extension",
        f"{GBIF}VernacularName",
        "VernacularNames-english.csv",
        "VernacularNames-german.csv",
        fields=f"- {DWC}vernacularName {DC}language",
        **comma,
    )
    at = "https://www.inaturalist.org/taxa/"
    found = records(
        tmp_path,
        core + names,
        {
            "taxa.csv": "id,taxonID,…\n"
            f'41964,{at}41964,{at}41958,"Panthera leo",species\n'
            f"41958,{at}41958,{at}41944,Panthera,genus\n",
            "VernacularNames-english.csv": 'id,…\n41964,"Lion, African",en\n',
            "VernacularNames-german.csv": "id,…\n41964,Löwe,de\n",
        },
    )
    assert found["Panthera leo"].parent == "41958"
    assert [one.name for one in found["Panthera leo"].names] == ["Lion, African", "Löwe"]


def test_an_older_checklist_in_latin_1_with_defaults_and_windows_line_ends(tmp_path: Path) -> None:
    core = (
        '<core encoding="ISO-8859-1" fieldsTerminatedBy=";" linesTerminatedBy="\\r\\n" '
        'fieldsEnclosedBy="\'" ignoreHeaderLines="2" rowType="http://rs.tdwg.org/dwc/terms/taxon">'
        "<files><location>taxa.txt</location></files>"
        f'<field index="0" term="{DWC}taxonID"/><field index="1" term="{DWC}scientificName"/>'
        f'<field index="2" default="species" term="{DWC}taxonRank"/>'
        f'<field default="Animalia" term="{DWC}kingdom"/></core>'
    )
    rows = "Liste\r\nid;name;rank\r\n1;'Coenonympha oedippus';\r\n2;Melitaea;genus\r\n"
    found = records(tmp_path, core, {"taxa.txt": rows.encode("latin-1")})
    assert found["Coenonympha oedippus"].rank == "species"
    assert found["Melitaea"].rank == "genus"
    assert [one.name for one in found["Melitaea"].lineage] == ["Animalia"]


@pytest.mark.parametrize("sign", [r"\t", "&#9;", "\t"])
def test_a_tab_is_written_in_three_ways(tmp_path: Path, sign: str) -> None:
    fields = f"{DWC}taxonID {DWC}scientificName {DWC}taxonRank"
    core = part("core", f"{DWC}Taxon", "t.txt", fields=fields, fieldsTerminatedBy=sign)
    found = records(tmp_path, core, {"t.txt": '1\t"Panthera leo"\tspecies\n'})
    assert found.keys() == {"Panthera leo"}


def test_accents_of_latin_1_are_kept(tmp_path: Path) -> None:
    fields = f"- {DWC}scientificName {DWC}taxonRank"
    core = part("core", f"{DWC}Taxon", "t.txt", fields=fields, fieldsTerminatedBy=r"\t")
    names = part(
        "extension",
        f"{GBIF}VernacularName",
        "n.txt",
        fields=f"- {DWC}vernacularName {DC}language",
        fieldsTerminatedBy=r"\t",
        encoding="latin1",
    )
    found = records(
        tmp_path,
        core + names,
        {
            "t.txt": "1\tPanthera leo\tspecies\n",
            "n.txt": "1\tLöwe\tISO639-3:deu\n".encode("latin1"),
        },
    )
    assert [(one.language, one.name) for one in found["Panthera leo"].names] == [("de", "Löwe")]


def test_a_core_over_several_files_is_refused_and_not_read_in_part(tmp_path: Path) -> None:
    fields = f"{DWC}taxonID {DWC}scientificName {DWC}taxonRank"
    core = part("core", f"{DWC}Taxon", "a.txt", "b.txt", fields=fields)
    with pytest.raises(UnreadableSource, match="several files"):
        records(tmp_path, core, {"a.txt": "1,Puma,genus\n", "b.txt": "2,Lynx,genus\n"})
