"""Paths and name keys: made from the taxa, and made again where those changed."""

from typing import Any

import pytest

from tests.species.conftest import Folder
from wildlife.species.index import refresh
from wildlife.species.loader import load
from wildlife.species.models import CommonName, NameKey, Taxon
from wildlife.species.names import fold, keys
from wildlife.species.paths import ancestors, code, descendants, ids_in, lineages, within

pytestmark = pytest.mark.django_db


@pytest.fixture
def cats() -> dict[str, Taxon]:
    """Two families with a genus and a species each, and a synonym; nothing is indexed yet."""
    made: dict[str, Taxon] = {}
    for slug, rank, parent in (
        ("animalia", "kingdom", ""),
        ("felidae", "family", "animalia"),
        ("canidae", "family", "animalia"),
        ("panthera", "genus", "felidae"),
        ("canis", "genus", "canidae"),
        ("panthera-leo", "species", "panthera"),
        ("canis-lupus", "species", "canis"),
    ):
        made[slug] = Taxon.objects.create(
            slug=slug,
            scientific_name=slug.replace("-", " ").capitalize(),
            rank=rank,
            parent=made.get(parent),
        )
    made["felis-leo"] = Taxon.objects.create(
        slug="felis-leo", scientific_name="Felis leo", rank="species", accepted=made["panthera-leo"]
    )
    CommonName.objects.create(taxon=made["panthera-leo"], language="en", name="African Lion")
    return made


def below(taxon: Taxon) -> set[str]:
    return set(descendants(Taxon.objects.get(pk=taxon.pk)).values_list("slug", flat=True))


def above(taxon: Taxon) -> list[str]:
    names = dict(Taxon.objects.values_list("pk", "slug"))
    return [names[pk] for pk in ancestors(Taxon.objects.get(pk=taxon.pk))]


def keys_of(taxon: Taxon) -> set[tuple[str, str, bool]]:
    return set(NameKey.objects.filter(taxon=taxon).values_list("key", "language", "whole"))


def test_codes_sort_as_numbers_and_are_read_back() -> None:
    numbers = [1, 9, 10, 35, 36, 1295, 1296, 500_000, 60_000_000]
    assert sorted(map(code, numbers)) == [code(number) for number in numbers]
    assert {len(code(number)) for number in numbers} == {5}
    assert ids_in("".join(map(code, numbers))) == numbers


def test_paths_tell_what_is_above_and_below(cats: dict[str, Taxon]) -> None:
    refresh()
    assert above(cats["panthera-leo"]) == ["animalia", "felidae", "panthera"]
    assert below(cats["felidae"]) == {"panthera", "panthera-leo"}
    assert below(cats["animalia"]) == set(cats) - {"animalia", "felis-leo"}
    cats["felidae"].refresh_from_db()
    assert set(within(cats["felidae"])) == {*descendants(cats["felidae"]), cats["felidae"]}


def test_a_synonym_is_in_no_tree(cats: dict[str, Taxon]) -> None:
    refresh()
    assert above(cats["felis-leo"]) == []
    assert below(cats["felis-leo"]) == set()
    assert not within(Taxon.objects.get(slug="felis-leo")).exists()


@pytest.mark.parametrize("named", [["felidae"], ["felidae", "panthera"], ["panthera", "felidae"]])
def test_what_hangs_below_a_moved_taxon_moves_along(
    cats: dict[str, Taxon], named: list[str]
) -> None:
    refresh()
    Taxon.objects.filter(slug="felidae").update(parent=None)
    refresh(cats[slug].pk for slug in named)
    assert above(cats["panthera-leo"]) == ["felidae", "panthera"]
    assert below(cats["animalia"]) == {"canidae", "canis", "canis-lupus"}


def test_two_that_change_places_are_both_right(cats: dict[str, Taxon]) -> None:
    refresh()
    Taxon.objects.filter(slug="canis").update(parent=cats["panthera"])
    Taxon.objects.filter(slug="panthera").update(parent=cats["canidae"])
    refresh([cats["canis"].pk, cats["panthera"].pk])
    assert above(cats["canis-lupus"]) == ["animalia", "canidae", "panthera", "canis"]
    assert above(cats["panthera-leo"]) == ["animalia", "canidae", "panthera"]


def test_new_taxa_need_not_be_named_in_order(cats: dict[str, Taxon]) -> None:
    refresh(reversed([taxon.pk for taxon in cats.values()]))
    assert above(cats["canis-lupus"]) == ["animalia", "canidae", "canis"]
    Taxon.objects.update(path="")
    refresh([cats["canis-lupus"].pk])
    assert above(cats["canis-lupus"]) == ["animalia", "canidae", "canis"]


def test_a_taxon_that_became_a_synonym_leaves_the_tree(cats: dict[str, Taxon]) -> None:
    refresh()
    Taxon.objects.filter(slug="canis-lupus").update(parent=None, accepted=cats["panthera-leo"])
    refresh([cats["canis-lupus"].pk])
    assert below(cats["canis"]) == set()
    assert keys_of(cats["canis-lupus"]) == set()
    assert ("canis lupus", "", True) in keys_of(cats["panthera-leo"])


def test_a_circle_is_reported_and_does_not_hang(cats: dict[str, Taxon]) -> None:
    refresh()
    Taxon.objects.filter(slug="animalia").update(parent=cats["panthera"])
    with pytest.raises(ValueError, match="circle"):
        refresh([cats["animalia"].pk])


def test_names_are_found_from_each_word_on_also_those_of_synonyms(cats: dict[str, Taxon]) -> None:
    refresh()
    assert keys_of(cats["panthera-leo"]) == {
        ("panthera leo", "", True),
        ("leo", "", False),
        ("felis leo", "", True),
        ("african lion", "en", True),
        ("lion", "en", False),
    }
    assert keys_of(cats["felis-leo"]) == set()


def test_a_synonym_that_leads_elsewhere_is_found_there_only(cats: dict[str, Taxon]) -> None:
    refresh()
    Taxon.objects.filter(slug="felis-leo").update(accepted=cats["canis-lupus"])
    refresh([cats["felis-leo"].pk])
    assert ("felis leo", "", True) not in keys_of(cats["panthera-leo"])
    assert ("felis leo", "", True) in keys_of(cats["canis-lupus"])


def test_doing_it_again_writes_nothing(cats: dict[str, Taxon]) -> None:
    refresh()
    before = list(NameKey.objects.order_by("pk").values_list())
    stamp = Taxon.objects.latest("updated_at").updated_at
    refresh()
    refresh(taxon.pk for taxon in cats.values())
    assert list(NameKey.objects.order_by("pk").values_list()) == before
    assert Taxon.objects.latest("updated_at").updated_at == stamp


def test_a_changed_name_costs_no_walk_through_the_subtree(
    cats: dict[str, Taxon], django_assert_max_num_queries: Any
) -> None:
    refresh()
    CommonName.objects.create(taxon=cats["animalia"], language="en", name="Animals")
    with django_assert_max_num_queries(12):
        refresh([cats["animalia"].pk])
    assert ("animals", "en", True) in keys_of(cats["animalia"])


def test_loading_makes_an_index_that_is_missing(folder: Folder) -> None:
    load(folder.path)
    made = set(NameKey.objects.values_list("taxon__slug", "key"))
    assert ("panthera-leo", "felis leo") in made
    NameKey.objects.all().delete()
    Taxon.objects.update(path="")
    assert load(folder.path).nothing_changed
    assert set(NameKey.objects.values_list("taxon__slug", "key")) == made
    assert below(Taxon.objects.get(slug="felidae")) == {"panthera", "panthera-leo"}


def test_lineages_take_one_query_and_do_without_paths(
    cats: dict[str, Taxon], django_assert_num_queries: Any
) -> None:
    blank = lineages(Taxon.objects.all())
    refresh()
    taxa = list(Taxon.objects.all())
    with django_assert_num_queries(1):
        found = lineages(taxa)
    assert found == blank
    line = found[cats["panthera-leo"].pk]
    assert [place.slug for place in line] == ["animalia", "felidae", "panthera", "panthera-leo"]
    assert [place.slug for place in found[cats["felis-leo"].pk]] == ["felis-leo"]


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Grévy's Zebra", "grevys zebra"),
        ("Père David’s deer", "pere davids deer"),
        ("Greater one-horned rhinoceros", "GREATER ONE HORNED RHINOCEROS"),
        ("Großer Panda", "grosser panda"),
        ("Rødræv", "rodraev"),
        ("大熊猫", "大熊猫"),
        ("반달가슴곰", "반달가슴곰"),
        ("ガゼル", "ｶﾞｾﾞﾙ"),
        ("गौर", "गौर"),
    ],
)
def test_names_are_compared_without_case_accents_and_signs(written: str, typed: str) -> None:
    assert fold(written) == fold(typed)


def test_accents_are_stripped_and_syllables_stay() -> None:
    assert fold("Čáp  bílý") == "cap bily"
    assert fold("гризли й") == "гризли и"
    assert fold("ガゼル") != fold("カセル")


def test_chinese_is_taken_from_each_character_on() -> None:
    assert list(keys("大熊猫")) == [("大熊猫", True), ("熊猫", False), ("猫", False)]
    assert list(keys("Sun bear")) == [("sun bear", True), ("bear", False)]
    assert list(keys("–")) == []
