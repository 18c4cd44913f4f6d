"""Loading what a catalogue says beyond names: what may be left out, what is refused, what stays."""

import pytest

from tests.species.conftest import Folder
from wildlife.species.catalogue_rows import COLUMNS, OPTIONAL
from wildlife.species.loader import load
from wildlife.species.models import (
    CommonName,
    ConservationAssessment,
    LookAlike,
    NameKey,
    Range,
    Source,
    Taxon,
    TaxonHabitat,
    TaxonIdentifier,
    Trait,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def rich(folder: Folder) -> Folder:
    """The small catalogue with every column that a catalogue may have."""
    for file, more in OPTIONAL.items():
        lines = (folder.path / file).read_text().splitlines()
        filler = "," * len(more)
        rows = [f"{line}{filler}" for line in lines[1:]]
        head = ",".join([*COLUMNS[file], *more])
        (folder.path / file).write_text("\n".join([head, *rows, ""]))
    folder.add("taxa.csv", "panthera-onca,Panthera onca,species,panthera,,,1")
    folder.add("taxa.csv", "panthera-pardus,Panthera pardus,species,panthera,,,")
    folder.write("traits.csv", "panthera-leo,body_mass_g,161500.5,book",
                 "panthera-leo,diet,meat,notes")  # fmt: skip
    folder.write(
        "identifiers.csv", "panthera-leo,iucn,15951,book", "panthera-leo,gbif,5219404,book"
    )
    folder.write("look_alikes.csv", "panthera-pardus,panthera-onca,Dots in the rosettes.,book")
    folder.write("descriptions.csv", 'panthera-leo,"A cat, large.",notes')
    return folder


def reasons(folder: Folder) -> list[str]:
    return [str(problem) for problem in load(folder.path).problems]


def lion() -> Taxon:
    return Taxon.objects.get(slug="panthera-leo")


def test_every_column_arrives(rich: Folder) -> None:
    rich.add("assessments.csv", 'panthera-leo,SANBI,LC,2016,stable,notes,A2c,ZAF,"Miller, 2016"')
    rich.add("taxon_habitats.csv", "panthera-leo,2,book,marginal,1")
    rich.add("ranges.csv", "panthera-leo,vagrant,IND,book,IN-GJ;Thar")
    assert reasons(rich) == []
    national = ConservationAssessment.objects.get(country="ZAF")
    assert (national.authority, national.criteria, national.citation) == (
        "SANBI", "A2c", "Miller, 2016",
    )  # fmt: skip
    home = TaxonHabitat.objects.get(habitat__code="2")
    assert (home.suitability, home.major) == ("marginal", True)
    plain = TaxonHabitat.objects.get(habitat__code="1")
    assert (plain.suitability, plain.major) == ("suitable", False)
    places = Range.objects.filter(country="IND").order_by("region")
    assert [(place.region, place.presence) for place in places] == [
        ("IN-GJ", "vagrant"), ("Thar", "vagrant"),
    ]  # fmt: skip
    traits = {trait.kind: trait.value for trait in Trait.objects.all()}
    assert traits == {"body_mass_g": "161500.5", "diet": "meat"}
    assert {str(one) for one in TaxonIdentifier.objects.all()} == {"iucn:15951", "gbif:5219404"}
    pair = LookAlike.objects.get()
    assert {pair.taxon.slug, pair.other.slug} == {"panthera-onca", "panthera-pardus"}
    assert lion().description == "A cat, large."
    assert lion().description_source == Source.objects.get(key="notes")
    assert Taxon.objects.get(sensitive=True).slug == "panthera-onca"
    assert NameKey.objects.filter(taxon=lion(), key="lion").exists()


def test_a_second_load_of_it_changes_nothing(rich: Folder) -> None:
    load(rich.path)
    assert load(rich.path).nothing_changed


def test_an_assessment_of_the_same_year_may_be_of_the_world_and_of_a_country(rich: Folder) -> None:
    rich.add("assessments.csv", "panthera-leo,IUCN Red List,EN,2016,,book,,IND,")
    assert reasons(rich) == []
    assert ConservationAssessment.objects.count() == 2


def test_a_catalogue_without_flags_takes_none_away(folder: Folder) -> None:
    load(folder.path)
    Taxon.objects.filter(slug="panthera-leo").update(sensitive=True)
    assert load(folder.path).nothing_changed
    assert lion().sensitive


def test_a_flag_that_the_catalogue_lowers_is_lowered(rich: Folder) -> None:
    load(rich.path)
    Taxon.objects.filter(slug="panthera-leo").update(sensitive=True)
    load(rich.path)
    assert not lion().sensitive


def test_what_the_catalogue_changed_or_withdrew_follows(rich: Folder) -> None:
    rich.add("descriptions.csv", "panthera,Big cats.,notes")
    load(rich.path)
    rich.write("traits.csv", "panthera-leo,body_mass_g,170000,notes")
    rich.write("identifiers.csv", "panthera-onca,iucn,15951,book", "panthera-leo,gbif,1,book")
    rich.write("look_alikes.csv", "panthera-onca,panthera-pardus,Heavier head.,book")
    rich.write("descriptions.csv", "panthera,Great cats.,book")
    report = load(rich.path)
    assert (report.withdrawn["traits"], report.changed["traits"]) == (1, 1)
    assert {(one.taxon.slug, str(one)) for one in TaxonIdentifier.objects.all()} == {
        ("panthera-onca", "iucn:15951"), ("panthera-leo", "gbif:1"),
    }  # fmt: skip
    assert LookAlike.objects.get().difference == "Heavier head."
    assert (lion().description, lion().description_source) == ("", None)
    assert Taxon.objects.get(slug="panthera").description == "Great cats."
    assert load(rich.path).nothing_changed


def test_a_better_preferred_name_takes_the_place_of_one_that_went(folder: Folder) -> None:
    load(folder.path)
    folder.write("common_names.csv", "panthera-leo,en,African lion,1,book")
    load(folder.path)
    assert [(one.name, one.preferred) for one in CommonName.objects.all()] == [
        ("African lion", True)
    ]


# --- What people and imports have ---------------------------------------------------------------


def test_what_curators_changed_stays(rich: Folder) -> None:
    load(rich.path)
    trait = Trait.objects.get(kind="diet")
    trait.value = "zebras"
    trait.save()
    TaxonIdentifier.objects.get(authority="gbif").delete()
    pair = LookAlike.objects.get()
    pair.difference = "Look at the tail."
    pair.save()
    taxon = lion()
    taxon.description = "The king."
    taxon.save()
    report = load(rich.path)
    assert report.nothing_changed
    assert Trait.objects.get(kind="diet").value == "zebras"
    assert not TaxonIdentifier.objects.filter(authority="gbif").exists()
    assert LookAlike.objects.get().difference == "Look at the tail."
    assert lion().description == "The king."


def test_a_fact_of_which_a_curator_changed_the_key_does_not_come_back(rich: Folder) -> None:
    load(rich.path)
    place = Range.objects.get(country="TZA")
    place.country = "IND"
    place.save()
    name = CommonName.objects.get()
    name.name = "African lion"
    name.save()
    identifier = TaxonIdentifier.objects.get(authority="gbif")
    identifier.value = "2"
    identifier.save()
    assert load(rich.path).nothing_changed
    assert {place.country for place in Range.objects.all()} == {"KEN", "IND"}
    assert CommonName.objects.get().name == "African lion"
    assert TaxonIdentifier.objects.get(authority="gbif").value == "2"


def test_a_fact_that_a_curator_added_keeps_no_other_out(rich: Folder) -> None:
    load(rich.path)
    Range.objects.create(taxon=lion(), country="IND")
    rich.write("ranges.csv", "panthera-leo,native,KEN;TZA;ZMB,book")
    load(rich.path)
    assert {place.country for place in Range.objects.all()} == {"KEN", "TZA", "ZMB", "IND"}


def test_facts_of_other_sources_stay(rich: Folder) -> None:
    load(rich.path)
    other = Source.objects.create(key="import", citation="An import")
    Trait.objects.filter(kind="diet").update(value="carnivore", source=other)
    Taxon.objects.filter(slug="panthera-leo").update(
        description="Imported.", description_source=other
    )
    report = load(rich.path)
    assert report.nothing_changed
    assert report.kept == 2
    assert Trait.objects.get(kind="diet").value == "carnivore"
    assert lion().description == "Imported."


def test_a_pair_that_a_curator_has_the_other_way_round_is_not_said_twice(rich: Folder) -> None:
    load(rich.path)
    pair = LookAlike.objects.get()
    one, other = pair.taxon, pair.other
    LookAlike.objects.all().delete()
    LookAlike.history.all().delete()
    LookAlike.objects.create(taxon=other, other=one, difference="Mine.")
    load(rich.path)
    assert LookAlike.objects.get().difference == "Mine."


def test_facts_of_a_taxon_that_a_curator_made_a_synonym_are_passed_over(rich: Folder) -> None:
    load(rich.path)
    leopard = Taxon.objects.get(slug="panthera-pardus")
    leopard.parent, leopard.accepted = None, lion()
    leopard.save()
    rich.add("traits.csv", "panthera-pardus,diet,meat,book")
    report = load(rich.path)
    assert report.problems == []
    assert not Trait.objects.filter(taxon=leopard).exists()


# --- What is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "line", "reason"),
    [
        ("assessments.csv", "panthera,X,VU,,,book,,ABC,", "'ABC' is no country"),
        ("assessments.csv", f"panthera,X,VU,,,book,{'A' * 121},,", "criteria has more than 120"),
        ("assessments.csv", "panthera,,VU,,,book,,,", "the authority is missing"),
        ("taxon_habitats.csv", "panthera,1,book,good,", "'good' is no suitability"),
        ("taxon_habitats.csv", "panthera,1,book,,yes", "major is 1 or empty"),
        ("ranges.csv", "panthera,native,KEN;TZA,book,Serengeti", "regions are of one country"),
        ("ranges.csv", "panthera,native,KEN,book,IN-GJ", "'IN-GJ' is no region of KEN"),
        ("ranges.csv", "panthera,native,KEN,book,Tsavo;=1", "begins like a spreadsheet's formula"),
        ("ranges.csv", "panthera,native,KEN,book,Tsavo;", "the name of a region is missing"),
        ("ranges.csv", f"panthera,native,KEN,book,{'a' * 81}", "a region has at most 80"),
        ("traits.csv", "panthera,colour,tawny,book", "'colour' is no kind of trait"),
        ("traits.csv", "panthera,diet,,book", "the value is missing"),
        ("traits.csv", "panthera,body_mass_g,150 kg,book", "'150 kg' is no body mass"),
        ("traits.csv", "panthera,body_mass_g,0,book", "'0' is no body mass"),
        ("traits.csv", "panthera,body_mass_g,1e300,book", "'1e300' is no body mass"),
        ("traits.csv", "panthera,body_mass_g,900000000,book", "'900000000' is no body mass"),
        ("identifiers.csv", "panthera,itis,1,book", "'itis' is no authority"),
        ("identifiers.csv", "panthera,gbif,52 19,book", "'52 19' is no identifier"),
        ("identifiers.csv", "panthera,gbif,5219404,book", "gbif / 5219404 stands in this file"),
        ("look_alikes.csv", "panthera,nobody,A tail.,book", "taxon 'nobody' is unknown"),
        ("look_alikes.csv", "panthera,felis-leo,A tail.,book", "taxon 'felis-leo' is unknown"),
        ("look_alikes.csv", "panthera,panthera,A tail.,book", "nothing looks like itself"),
        ("look_alikes.csv", "panthera,felidae,,book", "how to tell them apart is missing"),
        ("look_alikes.csv", "panthera-onca,panthera-pardus,Dots.,book", "stands in this file"),
        ("look_alikes.csv", f"panthera,felidae,{'a' * 301},book", "difference has more than 300"),
        ("descriptions.csv", "panthera,,book", "the description is missing"),
        ("descriptions.csv", "panthera-leo,Again.,book", "panthera-leo stands in this file"),
        ("taxa.csv", "x,X,genus,felidae,,,secret", "sensitive is 1 or empty"),
        ("taxa.csv", f"x,{'X' * 121},genus,felidae,,,", "scientific_name has more than 120"),
        ("sources.csv", f"{'k' * 61},A citation,,", "key has more than 60"),
    ],
)  # fmt: skip
def test_a_bad_row_is_named(rich: Folder, file: str, line: str, reason: str) -> None:
    rich.add(file, line)
    (problem,) = load(rich.path).problems
    assert problem.file == file
    assert problem.line == len((rich.path / file).read_text().splitlines())
    assert reason in problem.reason
    assert Taxon.objects.count() == 7


@pytest.mark.parametrize(
    "cell",
    ['"=HYPERLINK(""http://x"",""y"")"', "+1+1", "-2+3", "@SUM(A1)", "\tx", " =1", "＝1", '"\t=1"'],
)
def test_formulas_are_refused_in_every_text(rich: Folder, cell: str) -> None:
    lines = {
        "common_names.csv": f"panthera,en,{cell},,book",
        "descriptions.csv": f"panthera,{cell},book",
        "look_alikes.csv": f"panthera,felidae,{cell},book",
        "traits.csv": f"panthera,diet,{cell},book",
        "ranges.csv": f"panthera,native,KEN,book,{cell}",
        "assessments.csv": f"panthera,X,VU,,,book,,,{cell}",
        "sources.csv": f"web,{cell},,",
        "taxa.csv": f"x,{cell},genus,felidae,,,",
    }
    for file, line in lines.items():
        rich.add(file, line)
    problems = load(rich.path).problems
    assert {problem.file for problem in problems} == {*lines}
    assert all("spreadsheet's formula" in problem.reason for problem in problems)


def test_columns_that_nobody_knows_or_that_come_twice_leave_the_file_out(rich: Folder) -> None:
    for more in ("colour", "regions,regions"):
        head = ",".join([*COLUMNS["ranges.csv"], more])
        (rich.path / "ranges.csv").write_text(f"{head}\n")
        assert reasons(rich) == [
            "ranges.csv:1: the columns must be taxon, presence, countries, source; "
            "regions may follow"
        ]
