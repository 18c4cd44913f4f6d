"""The tree and the card of a small catalogue, and how they follow its changes."""

from typing import Any

import pytest

from tests.species.conftest import Folder
from wildlife.species.loader import load
from wildlife.species.models import CommonName, Source, Taxon
from wildlife.species.selectors import common_names_for, species_card, tree

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
