"""Renaming, moving and merging taxa: nothing that points at them is lost."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.test import Client

from pipelines.fusion import fuse
from pipelines.rules import Rules
from pipelines.types import Ballot, Crop, Detection, Scene, Vote
from pipelines.types import Identification as Answer
from tests.web import builders
from tests.web.conftest import as_guest
from wildlife.identifications.describe import describe
from wildlife.identifications.models import Identification
from wildlife.species.models import (
    CommonName,
    ConservationAssessment,
    Habitat,
    LookAlike,
    NameKey,
    Range,
    Taxon,
    TaxonHabitat,
    TaxonIdentifier,
    Trait,
)
from wildlife.species.moves import become_synonym, merge, move, rename
from wildlife.species.selectors import tree

pytestmark = pytest.mark.django_db
Taxa = dict[str, Taxon]


@pytest.fixture
def taxa(settings: Any, tmp_path: Any) -> Taxa:
    settings.MEDIA_ROOT = tmp_path
    return builders.plant()


@pytest.fixture
def curator() -> User:
    return User.objects.create_user("curator")


@pytest.fixture
def page(taxa: Taxa) -> Any:
    """The result page of a photo that was identified as the African forest elephant."""
    photo = builders.photo(guest="reader")
    builders.answered(
        photo,
        taxa["loxodonta-cyclotis"],
        runners_up=[["loxodonta-africana", 0.05]],
        walk=[["loxodonta-cyclotis", "species", 0.91, True]],
    )
    client: Client = as_guest("reader")

    def read() -> str:
        return client.get(f"/photos/{photo.pk}/").content.decode()

    return read


def test_a_renamed_taxon_is_found_by_both_names_and_keeps_its_key(
    taxa: Taxa, curator: User
) -> None:
    ocelot = taxa["leopardus-pardalis"]

    rename(ocelot, " Felis  pardalis", by=curator, reason="As in Linnaeus")

    ocelot.refresh_from_db()
    assert (ocelot.scientific_name, ocelot.slug) == ("Felis pardalis", "leopardus-pardalis")
    synonym = ocelot.synonyms.get()
    assert (synonym.scientific_name, synonym.rank) == ("Leopardus pardalis", "species")
    assert synonym.parent is None
    assert {tree().find(name) for name in ("Felis pardalis", "Leopardus pardalis")} == {ocelot.slug}
    assert set(
        NameKey.objects.filter(taxon=ocelot, language="", whole=True).values_list("key", flat=True)
    ) == {"felis pardalis", "leopardus pardalis"}
    for row in (ocelot, synonym):
        record = row.history.first()
        assert (record.history_user, record.history_change_reason) == (curator, "As in Linnaeus")


def test_renaming_back_swaps_the_names(taxa: Taxa) -> None:
    ocelot = taxa["leopardus-pardalis"]
    rename(ocelot, "Felis pardalis", by=None, reason="there")
    rename(ocelot, "Leopardus pardalis", by=None, reason="and back")
    assert ocelot.scientific_name == "Leopardus pardalis"
    assert [one.scientific_name for one in ocelot.synonyms.all()] == ["Felis pardalis"]


def test_renaming_to_the_same_name_changes_nothing(taxa: Taxa) -> None:
    rename(taxa["panthera-leo"], "Panthera leo", by=None, reason="nothing new")
    assert not taxa["panthera-leo"].synonyms.exists()
    assert not taxa["panthera-leo"].history.filter(history_change_reason="nothing new").exists()


def test_a_name_that_another_taxon_bears_is_refused(taxa: Taxa) -> None:
    rename(taxa["panthera-leo"], "Felis leo", by=None, reason="to have a synonym")
    with pytest.raises(ValidationError, match="Felis leo is the name of another taxon: merge"):
        rename(taxa["leopardus-pardalis"], "Felis leo", by=None, reason="no")
    with pytest.raises(ValidationError, match="Panthera leo is a synonym of Felis leo"):
        rename(taxa["leopardus-pardalis"], "Panthera leo", by=None, reason="no")
    with pytest.raises(ValidationError):
        rename(taxa["leopardus-pardalis"], " ", by=None, reason="no")
    assert Taxon.objects.filter(scientific_name="Leopardus pardalis").exists()


def test_a_moved_taxon_takes_along_what_hangs_below_it(taxa: Taxa, curator: User) -> None:
    move(taxa["felidae"], taxa["proboscidea"], by=curator, reason="a bold idea")

    lion = Taxon.objects.get(slug="panthera-leo")
    keys = [node.key for node in tree().lineage("panthera-leo")]
    assert keys[-3:] == ["proboscidea", "felidae", "panthera-leo"]
    assert lion.path.startswith(Taxon.objects.get(slug="proboscidea").path)
    assert taxa["felidae"].path == Taxon.objects.get(slug="felidae").path
    record = taxa["felidae"].history.first()
    assert (record.history_user, record.history_change_reason) == (curator, "a bold idea")


def test_a_reason_longer_than_the_history_holds_is_cut(taxa: Taxa) -> None:
    move(taxa["felidae"], None, by=None, reason="because " * 40)
    room = Taxon.history.model._meta.get_field("history_change_reason").max_length
    assert taxa["felidae"].history.first().history_change_reason == ("because " * 40)[:room]


def test_moves_that_break_the_tree_are_refused(taxa: Taxa) -> None:
    with pytest.raises(ValidationError, match="Mammalia: The parent's rank must be above"):
        move(taxa["mammalia"], taxa["felidae"], by=None, reason="circle")
    rename(taxa["panthera-leo"], "Felis leo", by=None, reason="to have a synonym")
    synonym = taxa["panthera-leo"].synonyms.get()
    with pytest.raises(ValidationError, match="A synonym cannot be a parent"):
        move(taxa["leopardus-pardalis"], synonym, by=None, reason="no")
    with pytest.raises(ValidationError, match="A synonym has no parent"):
        move(synonym, taxa["felidae"], by=None, reason="no")


def test_merging_brings_over_what_is_new_and_only_that(taxa: Taxa, curator: User) -> None:
    keep, other = taxa["loxodonta-africana"], taxa["loxodonta-cyclotis"]
    lion = taxa["panthera-leo"]
    wetland = Habitat.objects.create(code="5", name="Wetlands")
    for habitat in (wetland, Habitat.objects.get(code="2")):
        TaxonHabitat.objects.create(taxon=other, habitat=habitat)
    Range.objects.create(taxon=other, country="KEN", presence="vagrant")
    Range.objects.create(taxon=other, country="GAB")
    ConservationAssessment.objects.create(taxon=other, category="CR", year=2021)
    ConservationAssessment.objects.create(taxon=other, category="VU", year=2008)
    Trait.objects.create(taxon=other, kind="diet", value="herbivore")
    CommonName.objects.create(taxon=other, language="en", name="African savanna elephant")
    CommonName.objects.create(taxon=other, language="de", name="Waldelefant", preferred=True)
    TaxonIdentifier.objects.create(taxon=other, authority="gbif", value="5219463")
    LookAlike.objects.create(taxon=keep, other=other)
    LookAlike.objects.create(taxon=keep, other=lion)
    LookAlike.objects.create(taxon=lion, other=other)
    Taxon.objects.filter(pk=other.pk).update(description="Lives in forests.", sensitive=True)

    merge(keep, other, by=curator, reason="one species")

    assert {one.habitat.code for one in keep.habitats.all()} == {"1", "2", "5"}
    ranges = dict(keep.ranges.values_list("country", "presence"))
    assert ranges == dict.fromkeys(("KEN", "TZA", "BWA", "GAB"), "native")
    assert set(keep.assessments.values_list("year", "category")) == {(2021, "EN"), (2008, "VU")}
    assert keep.traits.get().value == "herbivore"
    names = {(one.language, one.name, one.preferred) for one in keep.common_names.all()}
    assert names == {
        ("en", "African savanna elephant", True),
        ("en", "African forest elephant", False),
        ("de", "Waldelefant", True),
    }
    assert keep.identifiers.get().value == "5219463"
    assert [(one.taxon, one.other) for one in LookAlike.objects.all()] == [(keep, lion)]
    keep.refresh_from_db()
    other.refresh_from_db()
    assert (keep.description, keep.sensitive) == ("Lives in forests.", True)
    assert (other.accepted, other.parent, other.description, other.path) == (keep, None, "", "")
    for rows in ("habitats", "ranges", "assessments", "traits", "common_names", "identifiers"):
        assert not getattr(other, rows).exists()
    gabon = keep.ranges.get(country="GAB").history.first()
    assert (gabon.history_user, gabon.history_change_reason) == (curator, "one species")
    dropped = Range.history.filter(history_type="-").get()
    assert (dropped.presence, dropped.history_user) == ("vagrant", curator)
    assert NameKey.objects.filter(taxon=keep, key="loxodonta cyclotis").exists()
    assert not NameKey.objects.filter(taxon=other).exists()


def test_merging_brings_over_children_and_synonyms(taxa: Taxa) -> None:
    kept = Taxon.objects.create(
        slug="elephas", scientific_name="Elephas", rank="genus", parent=taxa["elephantidae"]
    )
    genus = taxa["loxodonta"]
    rename(genus, "Loxodonte", by=None, reason="French")

    merge(kept, genus, by=None, reason="one genus")

    assert {one.slug for one in kept.children.all()} == {"loxodonta-africana", "loxodonta-cyclotis"}
    assert {one.scientific_name for one in kept.synonyms.all()} == {"Loxodonta", "Loxodonte"}
    assert [node.key for node in tree().lineage("loxodonta-africana")][-2:] == [
        "elephas",
        "loxodonta-africana",
    ]
    assert Taxon.objects.get(slug="loxodonta-africana").path.startswith(kept.path)


def test_merges_that_break_the_tree_are_refused_and_nothing_is_written(taxa: Taxa) -> None:
    with pytest.raises(ValidationError, match="cannot be merged with itself"):
        merge(taxa["felidae"], Taxon.objects.get(slug="felidae"), by=None, reason="no")
    with pytest.raises(ValidationError, match="Panthera leo hangs below Carnivora"):
        merge(taxa["panthera-leo"], taxa["carnivora"], by=None, reason="no")
    with pytest.raises(ValidationError, match="Loxodonta africana: The parent's rank"):
        merge(taxa["panthera-leo"], taxa["loxodonta"], by=None, reason="upside down")
    assert taxa["loxodonta"].children.count() == 2
    assert not Taxon.objects.exclude(accepted=None).exists()


def test_a_subspecies_may_sink_into_its_species(taxa: Taxa) -> None:
    lion = taxa["panthera-leo"]
    sunk = Taxon.objects.create(
        slug="panthera-leo-persica",
        scientific_name="Panthera leo persica",
        rank="subspecies",
        parent=lion,
    )
    become_synonym(sunk, lion, by=None, reason="sunk")
    assert tree().find("Panthera leo persica") == "panthera-leo"


def test_a_synonym_can_lead_elsewhere_but_not_to_a_synonym(taxa: Taxa) -> None:
    lion, ocelot = taxa["panthera-leo"], taxa["leopardus-pardalis"]
    rename(lion, "Felis leo", by=None, reason="to have a synonym")
    rename(ocelot, "Felis pardalis", by=None, reason="to have another")
    synonym = lion.synonyms.get()
    with pytest.raises(ValidationError, match="no synonym itself"):
        become_synonym(synonym, ocelot.synonyms.get(), by=None, reason="no")
    with pytest.raises(ValidationError, match="Panthera leo is a synonym of Felis leo: choose"):
        merge(ocelot, synonym, by=None, reason="no")

    become_synonym(synonym, ocelot, by=None, reason="misread")

    assert tree().find("Panthera leo") == "leopardus-pardalis"
    assert not NameKey.objects.filter(taxon=lion, key="panthera leo").exists()
    assert NameKey.objects.filter(taxon=ocelot, key="panthera leo").exists()


def test_an_identification_of_a_renamed_and_moved_taxon_shows_the_new_name(
    taxa: Taxa, page: Any
) -> None:
    elephant = taxa["loxodonta-cyclotis"]
    assert "Loxodonta cyclotis" in page()

    rename(elephant, "Elephas cyclotis", by=None, reason="renamed")
    move(elephant, taxa["felidae"], by=None, reason="moved")

    shown = page()
    assert "Elephas cyclotis" in shown
    assert "Loxodonta cyclotis" not in shown
    assert "Felidae" in shown


def test_a_photo_of_a_merged_taxon_shows_the_one_that_is_kept(taxa: Taxa, page: Any) -> None:
    keep, other = taxa["loxodonta-africana"], taxa["loxodonta-cyclotis"]

    merge(keep, other, by=None, reason="one species")

    assert Identification.objects.get().taxon == keep
    shown = page()
    assert "Loxodonta africana" in shown
    assert "Loxodonta cyclotis" not in shown
    assert "African forest elephant" not in re.sub(r"<[^>]*>", "", _main(shown))
    # What the expert gave to each of the two, 0.91 and 0.05, is the share of the one.
    assert "96%" in shown


def _main(page: str) -> str:
    """Return the page up to the species panel, which lists all names of the taxon."""
    return page.partition('class="species"')[0]


def test_votes_for_a_merged_taxon_count_for_the_one_that_is_kept(taxa: Taxa) -> None:
    keep, other = taxa["loxodonta-africana"], taxa["loxodonta-cyclotis"]
    crop = Crop("photo", 0, "crop.jpg", False, (("mammal", 1.0),), ("mammals",))
    vote = Vote("photo", 0, ((other.slug, 0.5), (keep.slug, 0.4), ("panthera-leo", 0.1)))
    ballot = Ballot("mammals", "mammals@1", 1.0, breadth=(("mammal", 10),), votes=(vote,))
    merge(keep, other, by=None, reason="one species")

    [answer] = fuse([crop], [ballot], tree=tree(), rules=Rules(sharpen=1.0))

    assert (answer.taxon, answer.reason) == (keep.slug, "species")
    assert answer.confidence == pytest.approx(0.9)
    assert answer.agreement == 1.0
    assert [key for key, _ in answer.runners_up] == ["panthera-leo"]


def test_an_answer_that_was_on_its_way_during_a_merge_names_the_one_that_is_kept(
    taxa: Taxa,
) -> None:
    keep, other = taxa["loxodonta-africana"], taxa["loxodonta-cyclotis"]
    photo = builders.photo(state="running")
    run = builders.run(photo, state="running", steps=())
    seen = Detection(str(photo.pk), 0, "animal", 0.9, (0.1, 0.1, 0.5, 0.5), "crops/x.jpg")
    scene = Scene(str(photo.pk), 100, 100, "previews/x.jpg", (seen,))
    answer = Answer(str(photo.pk), 0, other.slug, "species", 0.9, 1.0, "species")
    merge(keep, other, by=None, reason="one species")

    describe(run, [scene], [], [], [answer])

    assert Identification.objects.get().taxon == keep
