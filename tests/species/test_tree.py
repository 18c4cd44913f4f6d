"""The tree and the card of a small catalogue, and how they follow its changes."""

from typing import Any

import pytest

from tests.species.conftest import Folder
from wildlife.species.loader import load
from wildlife.species.models import CommonName, Source, Taxon
from wildlife.species.selectors import common_names_for, species_card, tree
from wildlife.species.stored_tree import StoredTree

pytestmark = pytest.mark.django_db


def taxon(slug: str) -> Taxon:
    return Taxon.objects.get(slug=slug)


def test_the_tree_finds_names_and_synonyms(folder: Folder) -> None:
    load(folder.path)
    assert tree().find("Panthera leo") == tree().find("Felis leo") == "panthera-leo"
    assert "felis-leo" not in tree()
    assert [node.rank for node in tree().lineage("panthera-leo")] == [
        "kingdom", "family", "genus", "species",
    ]  # fmt: skip


def test_the_tree_is_kept_until_the_taxa_change(
    folder: Folder, django_assert_num_queries: Any
) -> None:
    load(folder.path)
    first = tree()
    with django_assert_num_queries(1):
        assert tree() is first
    load(folder.path)
    assert tree() is first
    lion = taxon("panthera-leo")
    lion.scientific_name = "Leo leo"
    lion.save()
    assert tree().find("Leo leo") == "panthera-leo"
    puma = Taxon.objects.create(slug="puma", scientific_name="Puma", rank="genus")
    assert "puma" in tree()
    puma.delete()
    assert "puma" not in tree()


def test_the_tree_sees_what_the_loader_changed(folder: Folder) -> None:
    load(folder.path)
    assert tree().find("Felis leo") == "panthera-leo"
    folder.write("taxa.csv", "panthera,Panthera,genus,animalia,,")
    load(folder.path)
    assert tree()["panthera"].parent == "animalia"


def test_the_preferred_name_comes_first(folder: Folder) -> None:
    load(folder.path)
    lion = taxon("panthera-leo")
    CommonName.objects.create(taxon=lion, language="en", name="African lion")
    assert common_names_for(["panthera-leo"]) == {"panthera-leo": "Lion"}
    assert species_card(lion).common_names == ("Lion", "African lion")


def test_sources_of_all_facts_are_listed_once(folder: Folder) -> None:
    load(folder.path)
    lion = taxon("panthera-leo")
    lion.ranges.filter(country="KEN").update(source=Source.objects.get(key="notes"))
    assert [source.key for source in species_card(lion).sources] == ["book", "notes"]


def test_only_what_models_can_name_is_held_in_memory(
    folder: Folder, django_assert_num_queries: Any
) -> None:
    folder.add("taxa.csv", "glaciarcula,Glaciarcula,genus,animalia,,")
    load(folder.path)
    held = StoredTree({"Felis leo", "Not in the database"})
    with django_assert_num_queries(0):
        assert held.find("Felis leo") == held.find("Panthera leo") == "panthera-leo"
        assert held.find("Not in the database") == ""
        assert [node.key for node in held.lineage("panthera-leo")] == [
            "animalia", "felidae", "panthera", "panthera-leo",
        ]  # fmt: skip
        assert "felidae" in held
        assert "" not in held


def test_other_taxa_are_looked_up_once(folder: Folder, django_assert_num_queries: Any) -> None:
    load(folder.path)
    held = StoredTree([])
    with django_assert_num_queries(2):
        assert held["panthera-leo"].parent == "panthera"
        assert len(held.lineage("panthera-leo")) == 4
        assert "felidae" in held
    with django_assert_num_queries(2):
        for _ in range(2):
            assert "felis-leo" not in held
            assert held.get("nothing") is None
    with django_assert_num_queries(2):
        for _ in range(2):
            assert held.find("Felis leo") == "panthera-leo"
            assert held.find("Nobody") == ""
    with pytest.raises(KeyError):
        held["nothing"]
    assert len(held) == 4


def test_an_accepted_name_goes_before_the_same_name_as_a_synonym(folder: Folder) -> None:
    folder.add("taxa.csv", "lynx,Lynx,genus,felidae,,", "old-lynx,Lynx,genus,,panthera,")
    load(folder.path)
    assert StoredTree([]).find("Lynx") == StoredTree(["Lynx"]).find("Lynx") == "lynx"


def test_a_national_list_does_not_speak_for_the_world(folder: Folder) -> None:
    load(folder.path)
    lion = taxon("panthera-leo")
    lion.assessments.create(category="EX", year=2024, country="DZA", authority="Algeria")
    status = species_card(lion).status
    assert status is not None
    assert (status.category, status.year) == ("VU", 2016)


def test_a_country_is_named_once_whatever_is_known_of_its_regions(folder: Folder) -> None:
    load(folder.path)
    lion = taxon("panthera-leo")
    lion.ranges.create(country="KEN", region="KE-30", presence="extinct")
    lion.ranges.create(country="IND", region="IN-MP", presence="introduced")
    lion.ranges.create(country="IND", region="IN-GJ", presence="native")
    assert {one.code: one.presence for one in species_card(lion).countries} == {
        "KEN": "native",
        "TZA": "native",
        "IND": "native",
    }
