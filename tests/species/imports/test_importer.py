"""What an import does to the tree and its facts: once, again, interrupted, and over curators."""

import pytest
from django.contrib.auth.models import User

from tests.species.imports.conftest import Bring, Said
from wildlife.species.imports import importer
from wildlife.species.imports.importer import run
from wildlife.species.imports.records import (
    Ancestor,
    AssessmentFact,
    IdentifierFact,
    NameFact,
    Place,
    Problem,
    RangeFact,
    Record,
)
from wildlife.species.imports.summary import Summary
from wildlife.species.models import (
    CommonName,
    ConservationAssessment,
    ImportedKey,
    Range,
    Source,
    SpeciesImport,
    Taxon,
    TaxonIdentifier,
)

pytestmark = pytest.mark.django_db
Taxa = dict[str, Taxon]


def rec(line: int, name: str, rank: str = "species", **more: object) -> Record:
    return Record(Place(line), name, rank=rank, position=str(line), **more)  # type: ignore[arg-type]


def say(*records: Record, dry_run: bool = False, within: str = "") -> Summary:
    job = SpeciesImport(kind="csv", name="said", within=within)
    if not dry_run:
        job.save()
    return run(job, Said(*records), dry_run=dry_run)


TIGER = rec(
    1,
    "Panthera tigris",
    lineage=(Ancestor("family", "Felidae"),),
    identifiers=(IdentifierFact("gbif", "5219416"),),
    names=(NameFact("en", "Tiger", preferred=True), NameFact("de", "Tiger")),
    assessments=(AssessmentFact("EN", 2022, "decreasing"),),
    ranges=(RangeFact("IND"),),
)


def test_a_new_species_hangs_where_it_belongs_and_brings_its_facts(taxa: Taxa) -> None:
    summary = say(TIGER)
    tiger = Taxon.objects.get(slug="panthera-tigris")
    assert tiger.parent == taxa["Panthera"]
    assert tiger.path.startswith(Taxon.objects.get(slug="panthera").path)
    assert tiger.name_keys.filter(key="tiger").exists()
    name = tiger.common_names.get(language="en")
    assert (name.name, name.preferred, name.source.key) == ("Tiger", True, "said")
    assert tiger.assessments.get().category == "EN"
    assert tiger.ranges.get().country == "IND"
    assert tiger.identifiers.get().value == "5219416"
    assert (summary.counts["created"], summary.counts["added"]) == (1, 5)


def test_history_says_which_import_it_was_and_whose(taxa: Taxa) -> None:
    somebody = User.objects.create_user("somebody")
    run(SpeciesImport.objects.create(kind="csv", name="said.csv", by=somebody), Said(TIGER))
    for model in (Taxon, CommonName, Range, TaxonIdentifier):
        for past in model.history.all():
            assert past.history_change_reason == "import csv said.csv"
            assert past.history_user == somebody


def test_a_second_run_changes_nothing(taxa: Taxa) -> None:
    say(TIGER)
    past = [model.history.count() for model in (Taxon, CommonName, Range, ConservationAssessment)]
    summary = say(TIGER)
    assert summary.nothing_changes
    assert (summary.counts["unchanged"], summary.counts["same"]) == (1, 5)
    assert past == [
        model.history.count() for model in (Taxon, CommonName, Range, ConservationAssessment)
    ]
    assert not ImportedKey.objects.exists()


def test_a_dry_run_says_the_same_and_writes_nothing(taxa: Taxa) -> None:
    cub = rec(2, "Panthera tigris altaica", "subspecies", parent="t")
    tiger = rec(1, "Panthera tigris", key="t", lineage=TIGER.lineage, names=TIGER.names)
    seen = say(tiger, cub, dry_run=True)
    assert Taxon.objects.count() == len(taxa)
    assert not any(model.objects.exists() for model in (SpeciesImport, Source, ImportedKey))
    assert not Taxon.history.exists()
    done = say(tiger, cub)
    assert (seen.counts, seen.examples) == (done.counts, done.examples)
    assert seen.counts["created"] == 2


def test_a_dry_run_finds_across_batches_what_it_would_have_made(
    taxa: Taxa, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importer, "BATCH", 1)
    tiger = rec(1, "Panthera tigris", key="t", lineage=TIGER.lineage)
    cub = rec(2, "Panthera tigris altaica", "subspecies", parent="t")
    again = rec(3, "Panthera tigris")
    summary = say(tiger, cub, again, dry_run=True)
    assert summary.counts["created"] == 2
    assert "another row" in summary.problems[0]


def test_an_interrupted_import_goes_on_where_it_was(
    taxa: Taxa, job: SpeciesImport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importer, "BATCH", 2)
    puma = rec(1, "Puma", "genus", key="g", lineage=(Ancestor("family", "Felidae"),))
    species = [rec(line, f"Puma {name}", parent="g") for line, name in enumerate("abcd", 2)]
    whole = Said(puma, *species)

    class Broken(Said):
        def records(self, position: str = "") -> object:  # type: ignore[override]
            yield from whole.items[:3]
            raise OSError("the line is dead")

    with pytest.raises(OSError, match="dead"):
        run(job, Broken())
    job.refresh_from_db()
    assert (job.position, job.read) == ("2", 2)
    assert set(Taxon.objects.filter(parent__slug="puma").values_list("slug", flat=True)) == {
        "puma-a"
    }
    summary = run(job, whole)
    assert summary.finished
    assert Taxon.objects.filter(parent__slug="puma").count() == 4
    job.refresh_from_db()
    assert (job.read, job.counts["created"]) == (5, 5)


def test_it_stops_between_batches_when_its_time_is_over(
    taxa: Taxa, job: SpeciesImport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importer, "BATCH", 1)
    records = [rec(line, f"Panthera {name}") for line, name in enumerate("abc", 1)]
    assert not run(job, Said(*records), seconds=0).finished
    assert job.position == "1"
    assert run(job, Said(*records)).finished
    assert Taxon.objects.filter(parent=taxa["Panthera"]).count() == 4


# --- Which taxon is meant ------------------------------------------------------------------------


def test_an_identifier_counts_for_more_than_a_name_and_renames(taxa: Taxa) -> None:
    TaxonIdentifier.objects.bulk_create(
        [TaxonIdentifier(taxon=taxa["Panthera leo"], authority="gbif", value="1")]
    )
    summary = say(rec(1, "Leo leo", identifiers=(IdentifierFact("gbif", "1"),)))
    lion = Taxon.objects.get(slug="panthera-leo")
    assert lion.scientific_name == "Leo leo"
    assert lion.synonyms.get().scientific_name == "Panthera leo"
    assert summary.examples["renamed"] == ["Panthera leo becomes Leo leo"]


def test_facts_given_under_a_synonym_go_to_the_accepted_taxon(taxa: Taxa) -> None:
    Taxon.objects.bulk_create(
        [Taxon(slug="felis-leo", scientific_name="Felis leo", rank="species",
               accepted=taxa["Panthera leo"])]
    )  # fmt: skip
    summary = say(rec(1, "Felis leo", "", names=(NameFact("en", "Lion"),)))
    assert CommonName.objects.get().taxon == taxa["Panthera leo"]
    assert not summary.counts["created"]


def test_homonyms_are_told_apart_by_their_lineage(taxa: Taxa) -> None:
    plants = Taxon(slug="plantae", scientific_name="Plantae", rank="kingdom")
    Taxon.objects.bulk_create([plants])
    Taxon.objects.bulk_create(
        [Taxon(slug="panthera-plant", scientific_name="Panthera", rank="genus", parent=plants)]
    )
    animal = (Ancestor("kingdom", "Animalia"), Ancestor("family", "Felidae"))
    plant = (Ancestor("kingdom", "Plantae"),)
    say(
        rec(1, "Panthera", "genus", lineage=animal, names=(NameFact("en", "cats"),)),
        rec(2, "Panthera", "genus", lineage=plant, names=(NameFact("en", "weed"),)),
    )
    assert CommonName.objects.get(name="cats").taxon == taxa["Panthera"]
    assert CommonName.objects.get(name="weed").taxon.slug == "panthera-plant"
    summary = say(rec(3, "Panthera", "", names=(NameFact("en", "which?"),)))
    assert "2 taxa are called Panthera" in summary.problems[0]
    assert not CommonName.objects.filter(name="which?").exists()


def test_a_homonym_that_is_new_gets_a_slug_of_its_own(taxa: Taxa) -> None:
    fish = (Ancestor("phylum", "Chordata"), Ancestor("class", "Pisces"))
    say(
        rec(1, "Pisces", "class", lineage=(Ancestor("phylum", "Chordata"),)),
        rec(2, "Panthera", "genus", lineage=fish),
    )
    assert Taxon.objects.get(slug="panthera-genus").parent.slug == "pisces"


def test_identifier_and_name_that_mean_two_taxa_are_reported(taxa: Taxa) -> None:
    TaxonIdentifier.objects.create(taxon=taxa["Felidae"], authority="gbif", value="9")
    summary = say(rec(1, "Panthera leo", identifiers=(IdentifierFact("gbif", "9"),)))
    assert "its identifier means Felidae, but its name Panthera leo" in summary.problems[0]


# --- The tree ------------------------------------------------------------------------------------


def test_a_taxon_moves_where_the_source_has_it_elsewhere(taxa: Taxa) -> None:
    summary = say(
        rec(1, "Leo", "genus", key="g", lineage=(Ancestor("family", "Felidae"),)),
        rec(2, "Panthera leo", parent="g"),
    )
    assert Taxon.objects.get(slug="panthera-leo").parent.slug == "leo"
    assert summary.examples["moved"] == ["Panthera leo from Panthera to Leo"]
    assert Taxon.history.filter(slug="panthera-leo").latest().history_change_reason == (
        "import csv said"
    )


def test_a_source_that_knows_fewer_ranks_moves_nothing_up(taxa: Taxa) -> None:
    summary = say(
        rec(1, "Animalia", "kingdom", key="a"),
        rec(2, "Felidae", "family", key="f", parent="a"),
        rec(3, "Panthera leo", parent="f"),
    )
    assert summary.nothing_changes


def test_ranks_that_the_tree_has_not_are_passed_over(taxa: Taxa) -> None:
    summary = say(
        rec(1, "Felidae", "family", key="f"),
        rec(2, "Feliformes", "subgenus", key="s", parent="f"),
        rec(3, "Lynx", "genus", parent="s"),
    )
    assert Taxon.objects.get(slug="lynx").parent == taxa["Felidae"]
    assert summary.counts["passed"] == 1


def test_a_synonym_is_made_and_a_taxon_becomes_one(taxa: Taxa) -> None:
    lion = rec(1, "Panthera leo", key="l")
    persian = rec(2, "Panthera persica", lineage=(Ancestor("genus", "Panthera"),))
    say(lion, persian)
    Range.objects.create(taxon=Taxon.objects.get(slug="panthera-persica"), country="IND")
    felis = rec(2, "Felis leo", key="s", accepted="l")
    merged = rec(3, "Panthera persica", key="p", accepted="l")
    summary = say(lion, felis, merged)
    assert {one.slug for one in taxa["Panthera leo"].synonyms.all()} == {
        "felis-leo",
        "panthera-persica",
    }
    assert taxa["Panthera leo"].ranges.get().country == "IND"
    assert (summary.counts["synonyms"], summary.counts["merged"]) == (1, 1)
    assert say(lion, felis, merged).nothing_changes


def test_a_name_that_the_source_made_a_synonym_of_the_new_one_is_a_renaming(taxa: Taxa) -> None:
    Taxon.objects.bulk_create(
        [Taxon(slug="leo-leo", scientific_name="Leo leo", rank="species",
               accepted=taxa["Panthera leo"])]
    )  # fmt: skip
    said = (rec(1, "Leo leo", key="x"), rec(2, "Panthera leo", key="y", accepted="x"))
    assert say(*said).counts["renamed"] == 1
    assert Taxon.objects.get(slug="panthera-leo").scientific_name == "Leo leo"
    assert say(*said).nothing_changes


def test_a_former_name_that_the_record_lists_is_a_renaming(taxa: Taxa) -> None:
    said = rec(1, "Leo leo", lineage=(Ancestor("family", "Felidae"),), synonyms=("Panthera leo",))
    say(said)
    lion = Taxon.objects.get(slug="panthera-leo")
    assert lion.scientific_name == "Leo leo"
    assert [one.scientific_name for one in lion.synonyms.all()] == ["Panthera leo"]
    assert say(said).nothing_changes


def test_only_what_belongs_within_is_read(taxa: Taxa) -> None:
    summary = say(
        rec(1, "Animalia", "kingdom", key="a"),
        rec(2, "Plantae", "kingdom", key="p"),
        rec(3, "Rosaceae", "family", key="r", parent="p"),
        rec(4, "Rosa", "genus", parent="r"),
        rec(5, "Arthropoda", "phylum", parent="a"),
        within="animalia",
    )
    assert summary.counts["outside"] == 3
    assert Taxon.objects.filter(slug="arthropoda").exists()
    assert not Taxon.objects.filter(slug__in=["plantae", "rosaceae", "rosa"]).exists()


@pytest.mark.parametrize(
    ("records", "reason"),
    [
        ([rec(1, "Lynx lynx", parent="?")], "parent '?' is unknown"),
        ([rec(1, "Lynx lynx")], "nothing is known that the species Lynx lynx belongs to"),
        ([rec(1, "Lynx lynx", key="x", parent="x")], "runs in a circle"),
        ([rec(1, "Leo", key="l", accepted="?")], "accepted taxon '?' is unknown"),
        ([rec(1, "Lynx", "kind")], "'kind' is no rank"),
        ([rec(1, "Lynx", "")], "no taxon is called Lynx"),
        ([rec(1, "")], "a scientific name has 1 to 120 characters"),
        (
            [rec(1, "Panthera", "genus", key="p"), rec(2, "Lynx", "order", parent="p")],
            "the order Lynx cannot hang below the genus Panthera",
        ),
        (
            [rec(1, "Panthera", "genus", key="p"), rec(2, "Felidae", "family", parent="p")],
            "the tree would run in a circle",
        ),
        (
            [rec(1, "Panthera leo", key="a"), rec(2, "Panthera leo", key="b")],
            "was brought in by another row",
        ),
        (
            [rec(1, "Panthera leo", key="a"), rec(2, "Felidae", "family", key="a")],
            "stands at line 1 already",
        ),
        (
            [rec(1, "Panthera leo", key="a"), rec(2, "Felidae", key="f", accepted="a")],
            "lies above Panthera leo",
        ),
    ],
)
def test_what_does_not_fit_into_the_tree_is_named_and_left_out(
    taxa: Taxa, records: list[Record], reason: str
) -> None:
    good = rec(9, "Panthera onca")
    summary = say(*records, good)
    assert len(summary.problems) == 1
    assert reason in summary.problems[0]
    assert summary.problems[0].startswith(f"line {len(records)}: ")
    assert Taxon.objects.count() == len(taxa) + 1


# --- What curators did ---------------------------------------------------------------------------


def test_what_a_curator_changed_is_kept_and_counted(taxa: Taxa) -> None:
    say(TIGER)
    status = ConservationAssessment.objects.get()
    status.category = "CR"
    status.save()
    Range.objects.get().delete()
    summary = say(TIGER)
    assert ConservationAssessment.objects.get().category == "CR"
    assert not Range.objects.exists()
    assert summary.counts["kept"] == 2
    assert summary.nothing_changes


def test_a_taxon_that_a_curator_touched_is_neither_moved_nor_renamed(taxa: Taxa) -> None:
    taxa["Panthera leo"].save()
    say(rec(1, "Leo", "genus", key="g", lineage=(Ancestor("family", "Felidae"),)))
    summary = say(rec(1, "Leo", "genus", key="g"), rec(2, "Panthera leo", parent="g"))
    assert Taxon.objects.get(slug="panthera-leo").parent == taxa["Panthera"]
    assert summary.examples["kept"] == ["Panthera leo from Panthera to Leo"]


def test_what_an_earlier_import_wrote_a_later_one_may_change(taxa: Taxa) -> None:
    say(TIGER)
    summary = say(rec(1, "Panthera tigris", assessments=(AssessmentFact("CR", 2022),)))
    status = ConservationAssessment.objects.get()
    assert (status.category, status.trend) == ("CR", "decreasing")
    assert summary.examples["changed"] == ["Panthera tigris: CR 2022, was EN"]


def test_what_is_noted_of_a_row_before_its_first_change_is_no_curators_work(taxa: Taxa) -> None:
    ConservationAssessment.objects.bulk_create(
        [ConservationAssessment(taxon=taxa["Panthera leo"], category="VU", year=2016)]
    )
    for category in ("EN", "CR"):
        say(rec(1, "Panthera leo", assessments=(AssessmentFact(category, 2016),)))
    assert ConservationAssessment.objects.get().category == "CR"
    past = ConservationAssessment.history.order_by("history_date", "history_id")
    assert [one.category for one in past] == ["VU", "EN", "CR"]


def test_a_preferred_name_stays_the_preferred_one(taxa: Taxa) -> None:
    CommonName.objects.bulk_create(
        [CommonName(taxon=taxa["Panthera leo"], language="en", name="Lion", preferred=True)]
    )
    said = rec(1, "Panthera leo", names=(NameFact("en", "African lion", preferred=True),))
    say(said)
    assert CommonName.objects.get(preferred=True).name == "Lion"
    assert say(said).nothing_changes


def test_a_status_without_a_year_that_says_nothing_new_adds_nothing(taxa: Taxa) -> None:
    say(rec(1, "Panthera leo", assessments=(AssessmentFact("VU", 2016),)))
    assert say(rec(1, "Panthera leo", assessments=(AssessmentFact("VU"),))).nothing_changes
    assert say(rec(1, "Panthera leo", assessments=(AssessmentFact("EN"),))).counts["added"] == 1


def test_an_identifier_of_another_taxon_is_not_taken(taxa: Taxa) -> None:
    TaxonIdentifier.objects.create(taxon=taxa["Felidae"], authority="iucn", value="5")
    say(rec(1, "Panthera leo", identifiers=(IdentifierFact("gbif", "1"),)))
    summary = say(
        rec(2, "Panthera leo",
            identifiers=(IdentifierFact("gbif", "1"), IdentifierFact("iucn", "5")))
    )  # fmt: skip
    assert "several taxa" in summary.problems[0]
    assert TaxonIdentifier.objects.get(value="5").taxon == taxa["Felidae"]


def test_a_source_that_contradicts_itself_says_the_first_thing(taxa: Taxa) -> None:
    said = rec(1, "Panthera leo", ranges=(RangeFact("KEN"), RangeFact("KEN", "introduced")))
    summary = say(said)
    assert "says two things" in summary.problems[0]
    assert Range.objects.get().presence == "native"
    assert say(said).nothing_changes


def test_problems_of_the_reader_are_listed(taxa: Taxa) -> None:
    job = SpeciesImport.objects.create(kind="csv", name="x")
    run(job, Said(Problem(Place(4, "taxon.txt"), "not UTF-8"), TIGER))
    job.refresh_from_db()
    assert job.problems == ["taxon.txt:4: not UTF-8"]
    assert job.counts["created"] == 1


def test_facts_may_be_credited_to_a_source_of_ones_own(taxa: Taxa, bring: Bring) -> None:
    mine = Source.objects.create(key="mine", citation="My notes")
    run(SpeciesImport.objects.create(kind="csv", name="x", credit=mine), Said(TIGER))
    assert Range.objects.get().source == mine
