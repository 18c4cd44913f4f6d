"""Loading a catalogue: once, again, over curators' work, and with bad rows."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.species.conftest import Folder
from wildlife.species.loader import load
from wildlife.species.models import (
    CommonName,
    ConservationAssessment,
    Range,
    Source,
    Taxon,
    TaxonHabitat,
)

pytestmark = pytest.mark.django_db


def reasons(folder: Folder) -> list[str]:
    return [str(problem) for problem in load(folder.path).problems]


def test_everything_in_the_files_is_there_afterwards(folder: Folder) -> None:
    report = load(folder.path)
    lion = Taxon.objects.get(slug="panthera-leo")
    assert not report.problems
    assert report.created["taxa"] == 5
    assert (lion.parent.slug, lion.rank, lion.accepted) == ("panthera", "species", None)
    assert Taxon.objects.get(slug="felis-leo").accepted == lion
    name = lion.common_names.get()
    assert (name.language, name.name, name.preferred, name.source.key) == (
        "en", "Lion", True, "book",
    )  # fmt: skip
    status = lion.assessments.get()
    assert (status.category, status.year, status.trend) == ("VU", 2016, "decreasing")
    assert [home.habitat.code for home in lion.habitats.all()] == ["1", "2.1"]
    assert [(place.country, place.presence) for place in lion.ranges.all()] == [
        ("KEN", "native"),
        ("TZA", "native"),
    ]


def test_a_second_load_changes_nothing_and_says_so(folder: Folder) -> None:
    load(folder.path)
    stamps = list(Taxon.objects.values_list("pk", "updated_at"))
    out = StringIO()
    call_command("load_species", folder.path, stdout=out)
    assert "nothing changed" in out.getvalue()
    assert list(Taxon.objects.values_list("pk", "updated_at")) == stamps
    assert not Taxon.history.exists()


def test_what_the_catalogue_changed_is_changed(folder: Folder) -> None:
    load(folder.path)
    folder.write("assessments.csv", "panthera-leo,IUCN Red List,EN,2016,stable,notes")
    folder.write("common_names.csv", "panthera-leo,en,African lion,1,book",
                 "panthera-leo,en,Lion,,book")  # fmt: skip
    folder.write("taxa.csv", *[
        "animalia,Animalia,kingdom,,,",
        "mammalia,Mammalia,class,animalia,,",
        "felidae,Felidae,family,mammalia,,",
    ])  # fmt: skip
    report = load(folder.path)
    assert not report.problems
    status = ConservationAssessment.objects.get()
    assert (status.category, status.trend, status.source.key) == ("EN", "stable", "notes")
    assert CommonName.objects.get(preferred=True).name == "African lion"
    assert Taxon.objects.get(slug="felidae").parent.slug == "mammalia"
    assert Taxon.objects.filter(slug="panthera-leo").exists()


def test_a_fact_that_the_catalogue_withdrew_goes_and_may_come_back(folder: Folder) -> None:
    load(folder.path)
    folder.write("ranges.csv", "panthera-leo,native,KEN,book")
    assert load(folder.path).withdrawn["ranges"] == 1
    assert [place.country for place in Range.objects.all()] == ["KEN"]
    folder.write("ranges.csv", "panthera-leo,native,KEN;TZA,book")
    load(folder.path)
    assert Range.objects.count() == 2


def test_curators_rows_stay_as_they_have_them(folder: Folder) -> None:
    load(folder.path)
    lion = Taxon.objects.get(slug="panthera-leo")
    Range.objects.create(taxon=lion, country="IND", source=Source.objects.get(key="book"))
    Range.objects.get(country="TZA").delete()
    status = ConservationAssessment.objects.get()
    status.category = "CR"
    status.save()
    tiger = Taxon.objects.create(
        slug="panthera-tigris", scientific_name="Panthera tigris", rank="species",
        parent=lion.parent,
    )  # fmt: skip
    report = load(folder.path)
    assert report.nothing_changed
    assert report.kept == 2
    assert {place.country for place in Range.objects.all()} == {"KEN", "IND"}
    assert ConservationAssessment.objects.get().category == "CR"
    assert Taxon.objects.filter(pk=tiger.pk).exists()


def test_a_taxon_that_a_curator_moved_or_removed_is_left_alone(folder: Folder) -> None:
    load(folder.path)
    lion = Taxon.objects.get(slug="panthera-leo")
    lion.parent = Taxon.objects.get(slug="felidae")
    lion.save()
    assert load(folder.path).nothing_changed
    assert Taxon.objects.get(slug="panthera-leo").parent.slug == "felidae"
    lion.delete()
    report = load(folder.path)
    assert not Taxon.objects.filter(slug="panthera-leo").exists()
    assert not report.problems
    assert report.kept == 6


def test_the_name_that_a_curator_prefers_stays_preferred(folder: Folder) -> None:
    load(folder.path)
    CommonName.objects.update(preferred=False)
    lion = Taxon.objects.get(slug="panthera-leo")
    CommonName.objects.create(taxon=lion, language="en", name="King of beasts", preferred=True)
    load(folder.path)
    assert CommonName.objects.get(preferred=True).name == "King of beasts"
    assert CommonName.objects.count() == 2


@pytest.mark.parametrize(
    ("file", "line", "reason"),
    [
        ("taxa.csv", "x,X,genus,nowhere,,", "7: parent 'nowhere' is unknown"),
        ("taxa.csv", "x,X,kind,felidae,,", "7: 'kind' is no rank"),
        ("taxa.csv", "X x,X,genus,felidae,,", "7: 'X x' is no slug"),
        ("taxa.csv", "felidae,Felidae,family,animalia,,", "7: 'felidae' stands on line 3 already"),
        ("taxa.csv", "x,X,order,felidae,,", "7: rank 'order' does not lie below the parent's"),
        ("taxa.csv", "x,X,species,,felis-leo,", "7: 'felis-leo' is a synonym itself"),
        ("taxa.csv", "x,X,species,,nowhere,", "7: accepted taxon 'nowhere' is unknown"),
        ("taxa.csv", "x,X,species,panthera,panthera-leo,", "7: a synonym has no parent"),
        ("taxa.csv", "x,X,genus,x,,", "7: the tree runs in a circle"),
        ("taxa.csv", "x,X,genus,felidae,,maybe", "7: domesticated is 1 or empty"),
        ("taxa.csv", "x,X,genus", "7: has 3 columns instead of 6"),
        ("taxa.csv", 'x,"X,genus,felidae,,', "7: not CSV"),
        ("assessments.csv", "panthera,IUCN Red List,XX,,,book", "3: 'XX' is no category"),
        ("assessments.csv", "panthera,IUCN Red List,VU,,up,book", "3: 'up' is no trend"),
        ("assessments.csv", "panthera,IUCN Red List,VU,99,,book", "3: '99' is no year"),
        ("assessments.csv", "nobody,IUCN Red List,VU,,,book", "3: taxon 'nobody' is unknown"),
        ("assessments.csv", "felis-leo,IUCN Red List,VU,,,book", "3: 'felis-leo' is a synonym"),
        ("assessments.csv", "panthera,IUCN Red List,VU,,,web", "3: source 'web' is unknown"),
        ("ranges.csv", "panthera,native,XYZ,book", "3: 'XYZ' is no country"),
        ("ranges.csv", "panthera,visiting,KEN,book", "3: 'visiting' is no presence"),
        ("ranges.csv", "panthera-leo,extinct,KEN,book", "3: panthera-leo / KEN stands in this"),
        ("taxon_habitats.csv", "panthera,99,book", "3: habitat '99' is unknown"),
        ("common_names.csv", "panthera-leo,en,Simba,1,book", "3: 'panthera-leo' has a preferred"),
        ("common_names.csv", "panthera-leo,English,Leo,,book", "3: 'English' is no language"),
        ("common_names.csv", "panthera-leo,en,,,book", "3: the name is missing"),
        ("habitats.csv", "woods,Woods", "5: 'woods' is no habitat code"),
        ("sources.csv", "web,,,", "4: the citation is missing"),
    ],
)  # fmt: skip
def test_a_bad_row_is_named_and_the_rest_is_loaded(
    folder: Folder, file: str, line: str, reason: str
) -> None:
    folder.add(file, line)
    (problem,) = reasons(folder)
    assert problem.startswith(f"{file}:{reason}")
    assert Taxon.objects.count() == 5
    assert (Range.objects.count(), TaxonHabitat.objects.count()) == (2, 2)


def test_a_circle_is_found_and_what_hangs_below_it_is_left_out(folder: Folder) -> None:
    folder.add("taxa.csv", "a,A,order,c,,", "b,B,family,a,,", "c,C,genus,b,,", "d,D,species,c,,")
    found = reasons(folder)
    assert len(found) == 4
    assert sum("runs in a circle" in reason for reason in found) == 1
    assert sum("was left out" in reason for reason in found) == 3
    assert Taxon.objects.count() == 5


def test_a_circle_through_the_database_is_found(folder: Folder) -> None:
    load(folder.path)
    felidae = Taxon.objects.get(slug="felidae")
    Taxon.objects.create(slug="cats", scientific_name="Cats", rank="subfamily", parent=felidae)
    folder.write("taxa.csv", "felidae,Felidae,family,cats,,")
    assert "runs in a circle" in reasons(folder)[0]
    assert Taxon.objects.get(slug="felidae").parent.slug == "animalia"


def test_one_broken_line_spoils_no_other(folder: Folder) -> None:
    with (folder.path / "taxa.csv").open("ab") as out:
        out.write(b"x,Caf\xe9,genus,felidae,,\npuma,Puma,genus,felidae,,\n")
    assert reasons(folder) == ["taxa.csv:7: not UTF-8: byte 6 is 0xe9"]
    assert Taxon.objects.filter(slug="puma").exists()


def test_wrong_columns_leave_the_file_out(folder: Folder) -> None:
    (folder.path / "ranges.csv").write_text("taxon,country\npanthera-leo,KEN\n")
    assert reasons(folder) == [
        "ranges.csv:1: the columns must be taxon, presence, countries, source; regions may follow"
    ]
    assert Taxon.objects.count() == 5


def test_a_folder_may_add_to_what_is_there(folder: Folder, tmp_path: Path) -> None:
    load(folder.path)
    more = tmp_path / "more"
    more.mkdir()
    (more / "common_names.csv").write_text(
        "taxon,language,name,preferred,source\npanthera-leo,de,Löwe,1,book\n"
    )
    report = load(more)
    assert not report.problems
    assert {name.name for name in CommonName.objects.all()} == {"Lion", "Löwe"}


def test_a_folder_without_a_catalogue_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"taxa\.csv"):
        call_command("load_species", tmp_path)


def test_strict_fails_on_bad_rows_and_names_them(folder: Folder) -> None:
    folder.add("ranges.csv", "panthera,native,XYZ,book")
    said = StringIO()
    with pytest.raises(CommandError, match="1 rows were left out"):
        call_command("load_species", folder.path, "--strict", stderr=said, stdout=StringIO())
    assert "ranges.csv:3: 'XYZ' is no country" in said.getvalue()
