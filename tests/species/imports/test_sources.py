"""Archives, tables and the mammals' list: what is read of them, and what is refused or named."""

from io import StringIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.core.management import CommandError, call_command
from openpyxl import Workbook

from benchmarks.backbone import write_archive
from tests.species.imports.conftest import Archive, Bring
from wildlife.species.imports import archives
from wildlife.species.imports.darwin_core import DarwinCoreArchive
from wildlife.species.imports.mammals import MammalDiversityDatabase
from wildlife.species.imports.records import Problem, Reader, Record, UnreadableSource
from wildlife.species.imports.tables import CsvTable, XlsxTable
from wildlife.species.models import ConservationAssessment, SpeciesImport, Taxon, Trait

Taxa = dict[str, Taxon]
CORE = "taxonID\tscientificName\ttaxonRank\ttaxonomicStatus\tparentNameUsageID\tacceptedNameUsageID"


@pytest.fixture(autouse=True)
def data_dir(settings: object, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path / "data"  # type: ignore[attr-defined]


def read(reader: Reader, position: str = "") -> tuple[list[Record], list[str]]:
    items = list(reader.records(position))
    reader.close()
    return (
        [one for one in items if isinstance(one, Record)],
        [str(one) for one in items if isinstance(one, Problem)],
    )


# --- Darwin Core Archives ------------------------------------------------------------------------


def test_parents_come_before_children_and_synonyms_last(archive: Archive) -> None:
    path = archive(
        CORE,
        "4\tFelis leo Linnaeus, 1758\tspecies\theterotypic synonym\t\t3",
        "3\tPanthera leo (Linnaeus, 1758)\tspecies\taccepted\t2\t",
        "2\tPanthera Oken, 1816\tgenus\taccepted\t1\t2",
        "1\tFelidae\tfamily\taccepted\t\t",
    )
    records, problems = read(DarwinCoreArchive(path))
    assert [(one.scientific_name, one.rank, one.parent, one.accepted) for one in records] == [
        ("Felidae", "family", "", ""),
        ("Panthera", "genus", "1", ""),
        ("Panthera leo", "species", "2", ""),
        ("Felis leo", "species", "", "3"),
    ]
    assert not problems


def test_columns_may_stand_in_any_order_with_commas_and_quotes(archive: Archive) -> None:
    path = archive(
        "taxonRank,scientificName,taxonID",
        'species,"Panthera leo (Linnaeus, 1758)",9',
        mark=",",
        quote="&quot;",
        title="GBIF Backbone Taxonomy",
    )
    (record,), _ = read(DarwinCoreArchive(path))
    assert (record.scientific_name, record.key) == ("Panthera leo", "9")
    assert record.identifiers[0].authority == "gbif"


def test_extensions_bring_names_places_and_masses(archive: Archive) -> None:
    path = archive(
        CORE,
        "3\tPanthera leo\tspecies\taccepted\t\t",
        VernacularName=["\tvernacularName\tlanguage", "3\tLion\teng", "3\tLöwe\tGerman"],
        Distribution=[
            "\tlocationID\tcountryCode\testablishmentMeans\toccurrenceStatus\tthreatStatus",
            "3\tISO:KE\t\t\t\t",
            "3\t\tUS\tintroduced\t\t",
            "3\t\tDE\t\tabsent\t",
            "3\t\t\t\t\tVulnerable",
            "3\t\tQQ\t\t\t",
        ],
        SpeciesProfile=["\tmassInGram", "3\t175000"],
    )
    (record,), _ = read(DarwinCoreArchive(path))
    assert [(one.language, one.name) for one in record.names] == [("en", "Lion"), ("de", "Löwe")]
    assert [(one.country, one.presence) for one in record.ranges] == [
        ("KEN", "native"),
        ("USA", "introduced"),
        ("QQ", "native"),
    ]
    assert [(one.category, one.country) for one in record.assessments] == [("VU", "")]
    assert record.traits[0].value == "175000"


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["1\tA\tgenus\t\t2\t", "2\tB\tgenus\t\t1\t"], "runs in a circle at or above '1'"),
        (["1\tA\tgenus\t\t\t", "1\tB\tgenus\t\t\t"], "the id '1' stands above already"),
        (["\tA\tgenus\t\t\t"], "the id of the taxon is missing"),
        (["1\tA\t\t\t\t"], "the rank is missing"),
        (["1\t\tgenus\t\t\t"], "the scientific name is missing"),
        (["1\tA\tgenus\tsynonym\t\t"], "a synonym without an accepted taxon"),
        (["1\t=cmd\tgenus\t\t\t"], "could be run as a formula"),
    ],
)
def test_bad_rows_of_an_archive_are_named(archive: Archive, lines: list[str], reason: str) -> None:
    records, problems = read(DarwinCoreArchive(archive(CORE, *lines, "9\tPuma\tgenus\t\t\t")))
    assert reason in problems[0]
    assert "Puma" in {one.scientific_name for one in records}


def test_a_line_that_is_not_utf8_is_left_out_alone(archive: Archive, tmp_path: Path) -> None:
    whole = archive(CORE, "1\tCaf?\tgenus\t\t\t", "2\tPuma\tgenus\t\t\t")
    broken = tmp_path / "broken.zip"
    with ZipFile(whole) as source, ZipFile(broken, "w") as out:
        for name in source.namelist():
            out.writestr(name, source.read(name).replace(b"Caf?", b"Caf\xe9"))
    records, problems = read(DarwinCoreArchive(str(broken)))
    assert [one.scientific_name for one in records] == ["Puma"]
    assert problems == ["taxon.txt:2: not UTF-8: byte 6 is 0xe9"]


def test_reading_goes_on_after_a_position(archive: Archive) -> None:
    path = archive(CORE, *(f"{n}\tGenus{n}\tgenus\t\t\t" for n in range(5)))
    reader = DarwinCoreArchive(path)
    items = reader.records()
    first = [next(items), next(items)]
    reader.close()
    rest, _ = read(DarwinCoreArchive(path), first[1].position)
    assert [one.key for one in rest] == ["2", "3", "4"]


def test_traps_are_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "trap.zip"
    with ZipFile(path, "w", ZIP_DEFLATED) as out:
        out.writestr("../../evil", "x")
    with pytest.raises(UnreadableSource, match="leads out"):
        DarwinCoreArchive(str(path))
    monkeypatch.setattr(archives, "_SUSPICIOUS_FROM", 1000)
    with ZipFile(path, "w", ZIP_DEFLATED) as out:
        out.writestr("meta.xml", "0" * 1_000_000)
    with pytest.raises(UnreadableSource, match="only a trap"):
        DarwinCoreArchive(str(path))
    path.write_text("no zip")
    with pytest.raises(UnreadableSource, match="no zip file"):
        DarwinCoreArchive(str(path))


def test_a_made_up_backbone_is_brought_in_whole(taxa: Taxa, tmp_path: Path) -> None:
    path = tmp_path / "backbone.zip"
    write_archive(path, 300)
    out, again = StringIO(), StringIO()
    call_command("import_species", "dwca", str(path), "--within", "animalia", stdout=out)
    assert Taxon.objects.exclude(pk__in=[one.pk for one in taxa.values()]).count() == 299
    call_command("import_species", "dwca", str(path), stdout=again)
    assert "nothing changes" in again.getvalue()


# --- Tables --------------------------------------------------------------------------------------

ROW = {
    "scientific_name": "Panthera tigris", "genus": "Panthera", "common_name": "Tiger",
    "common_name_zh-hans": "虎", "category": "Endangered", "year": "2022", "trend": "Decreasing",
    "habitats": "1; 2.1", "countries": "India|NP", "extinct": "Iran", "body_mass_g": "180000",
    "iucn": "15955",
}  # fmt: skip


def test_a_row_of_a_table_says_everything_of_a_species(taxa: Taxa, bring: Bring) -> None:
    summary = bring(ROW)
    tiger = Taxon.objects.get(slug="panthera-tigris")
    assert not summary.problems
    assert {(one.language, one.name) for one in tiger.common_names.all()} == {
        ("en", "Tiger"),
        ("zh-hans", "虎"),
    }
    status = tiger.assessments.get()
    assert (status.category, status.year, status.trend) == ("EN", 2022, "decreasing")
    assert [one.habitat.code for one in tiger.habitats.all()] == ["1", "2.1"]
    assert [(one.country, one.presence) for one in tiger.ranges.all()] == [
        ("IND", "native"),
        ("IRN", "extinct"),
        ("NPL", "native"),
    ]
    assert (Trait.objects.get().value, tiger.identifiers.get().value) == ("180000", "15955")
    assert bring(ROW).nothing_changes


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ({"category": "XX"}, "'XX' is no category"),
        ({"countries": "Atlantis"}, "'Atlantis' is no country"),
        ({"habitats": "99"}, "habitat '99' is unknown"),
        ({"year": "soon"}, "'soon' is no year"),
        ({"year": "1066"}, "1066 is no year"),
        ({"category": "", "year": "2000"}, "year without a category"),
        ({"trend": "up"}, "'up' is no trend"),
        ({"body_mass_g": "-3"}, "no body mass"),
        ({"scientific_name": ""}, "a scientific name has"),
        ({"scientific_name": "=1+1"}, "could be run as a formula"),
        ({"common_name": "+SUM(A1)"}, "could be run as a formula"),
        ({"common_name": "@x"}, "could be run as a formula"),
        ({"common_name": "\tx"}, "could be run as a formula"),
        ({"common_name": "Caf\ufffd"}, "its encoding is broken"),
        ({"rank": "kind"}, "'kind' is no rank"),
    ],
)
def test_a_bad_row_of_a_table_is_left_out_whole_and_named(
    taxa: Taxa, bring: Bring, bad: dict[str, str], reason: str
) -> None:
    other = {"scientific_name": "Panthera onca", "genus": "Panthera"}
    summary = bring(ROW | {"rank": ""} | bad, other)
    assert summary.problems[0].startswith("line 2: ")
    assert reason in summary.problems[0]
    assert not ConservationAssessment.objects.exists()
    assert set(Taxon.objects.filter(parent=taxa["Panthera"]).values_list("slug", flat=True)) == {
        "panthera-leo",
        "panthera-onca",
    }


def test_a_quote_that_is_not_closed_spoils_one_row(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b'scientific_name;common_name\nA a;"x\nB b;y\nC\xe9;\nD d;"two\nlines"\n')
    records, problems = read(CsvTable(str(path)))
    assert [one.scientific_name for one in records] == ["B b", "D d"]
    assert [one.split(":")[0] for one in problems] == ["line 2", "line 4"]


def test_other_tables_are_refused_and_unknown_columns_named(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("scientific_name,colour\nA a,red\n")
    assert read(CsvTable(str(path)))[1] == ["line 1: columns that are not read: colour"]
    path.write_text("a,b\n1,2\n")
    with pytest.raises(UnreadableSource, match="scientific_name"):
        read(CsvTable(str(path)))


def test_excel_is_read_and_its_formulas_are_not_run(tmp_path: Path) -> None:
    book = Workbook()
    for row in (["scientific_name", "category", "year"], ["A a", "LC", 2016], ["=B1", None, None]):
        book.active.append(row)
    path = str(tmp_path / "t.xlsx")
    book.save(path)
    (record,), problems = read(XlsxTable(path))
    assert record.assessments[0].year == 2016
    assert "could be run as a formula" in problems[0]


def test_the_mammals_list(taxa: Taxa, tmp_path: Path) -> None:
    path = tmp_path / "mdd.csv"
    path.write_text(
        "sciName,id,phylosort,mainCommonName,otherCommonNames,order,family,genus,"
        "countryDistribution,biogeographicRealm,iucnStatus,extinct,domestic\n"
        "Panthera_tigris,1005930,1,Tiger,,CARNIVORA,FELIDAE,Panthera,"
        "India|Nepal|Laos?|Atlantis,Indomalaya,EN,0,0\n"
    )
    (record,), _ = read(MammalDiversityDatabase(str(path)))
    assert record.lineage[-2].name == "Felidae"
    out, said = StringIO(), StringIO()
    call_command("import_species", "mdd", str(path), stdout=out, stderr=said)
    tiger = Taxon.objects.get(slug="panthera-tigris")
    assert tiger.parent == taxa["Panthera"]
    assert [one.country for one in tiger.ranges.all()] == ["IND", "NPL"]
    assert (tiger.assessments.get().category, tiger.identifiers.get().authority) == ("EN", "mdd")
    assert "line 2: 'Atlantis' is no country" in said.getvalue()


# --- The command ---------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_command_says_what_is_wrong_with_what_it_was_given(tmp_path: Path) -> None:
    for more, reason in (
        (["--within", "nowhere"], "there is no taxon"),
        (["--source", "nobody"], "there is no source"),
        (["--dry-run"], "there is no file"),
        ([], "there is no file"),
    ):
        with pytest.raises(CommandError, match=reason):
            call_command("import_species", "csv", str(tmp_path / "missing.csv"), *more)


def test_the_command_goes_on_where_it_was(taxa: Taxa, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("scientific_name,genus\nPanthera onca,Panthera\nPanthera tigris,Panthera\n")
    call_command("import_species", "csv", str(path), stdout=StringIO())
    done = SpeciesImport.objects.get()
    SpeciesImport.objects.filter(pk=done.pk).update(
        state="running", finished_at=None, position="2", read=1
    )
    Taxon.objects.get(slug="panthera-onca").delete()
    out = StringIO()
    call_command("import_species", "csv", str(path), "--resume", stdout=out)
    assert "goes on after 1 records" in out.getvalue()
    assert not Taxon.objects.filter(slug="panthera-onca").exists()
    assert SpeciesImport.objects.get().state == "done"
