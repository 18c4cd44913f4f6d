"""The search: any name in any language, the best first, in a few queries."""

from typing import Any

import pytest

from wildlife.species.index import refresh
from wildlife.species.models import CommonName, Taxon
from wildlife.species.search import Found, search

pytestmark = pytest.mark.django_db


def put(name: str, rank: str = "species", parent: Taxon | None = None, **common: str) -> Taxon:
    taxon = Taxon.objects.create(
        slug=name.lower().replace(" ", "-"), scientific_name=name, rank=rank, parent=parent
    )
    for language, called in common.items():
        for place, one in enumerate(called.split("; ")):
            CommonName.objects.create(
                taxon=taxon, language=language.replace("_", "-"), name=one, preferred=place == 0
            )
    return taxon


@pytest.fixture
def zoo() -> dict[str, Taxon]:
    mammals = put("Mammalia", "class", en="Mammals")
    fish = put("Actinopterygii", "class", en="Ray-finned fishes")
    panthera = put("Panthera", "genus", mammals, en="Big cats")
    made = [
        mammals,
        fish,
        panthera,
        put("Panthera leo", parent=panthera, en="Lion; African lion", zh_hans="狮"),
        put("Puma concolor", parent=mammals, en="Puma; Mountain lion", de="Silberlöwe"),
        put("Macaca silenus", parent=mammals, en="Lion-tailed macaque"),
        put("Pterois volitans", parent=fish, en="Lionfish"),
        put("Lionurus carapinus", parent=fish),
        put("Liones", "genus", fish),
        put("Ailuropoda melanoleuca", parent=mammals, en="Giant panda", zh_hans="大熊猫"),
        put("Equus grevyi", parent=mammals, en="Grévy's zebra"),
        put("Lio", "genus", fish),
    ]
    Taxon.objects.create(
        slug="felis-leo",
        scientific_name="Felis leo",
        rank="species",
        accepted=Taxon.objects.get(slug="panthera-leo"),
    )
    refresh()
    return {taxon.slug: Taxon.objects.get(pk=taxon.pk) for taxon in made}


def slugs(found: list[Found]) -> list[str]:
    return [one.slug for one in found]


def test_exact_names_come_first_then_known_taxa_then_words_in_the_middle(
    zoo: dict[str, Taxon],
) -> None:
    assert slugs(search("lion")) == [
        "panthera-leo",
        "puma-concolor",
        "pterois-volitans",
        "macaca-silenus",
        "liones",
        "lionurus-carapinus",
    ]
    assert slugs(search("lio"))[0] == "lio"
    assert slugs(search("lionf")) == ["pterois-volitans"]
    assert slugs(search("li"))[:2] == ["panthera-leo", "pterois-volitans"]


@pytest.mark.parametrize(
    ("typed", "slug", "matched", "is_synonym"),
    [
        ("PANTHERA L", "panthera-leo", "Panthera leo", False),
        ("leo", "panthera-leo", "Panthera leo", False),
        ("felis l", "panthera-leo", "Felis leo", True),
        ("mountain", "puma-concolor", "Mountain lion", False),
        ("silberlowe", "puma-concolor", "Silberlöwe", False),
        ("grevys z", "equus-grevyi", "Grévy's zebra", False),
        ("Grévy’s", "equus-grevyi", "Grévy's zebra", False),
        ("熊猫", "ailuropoda-melanoleuca", "大熊猫", False),
        ("tailed mac", "macaca-silenus", "Lion-tailed macaque", False),
    ],
)
def test_any_name_leads_to_the_accepted_taxon(
    zoo: dict[str, Taxon], typed: str, slug: str, matched: str, is_synonym: bool
) -> None:
    first = search(typed)[0]
    assert (first.slug, first.matched, first.is_synonym) == (slug, matched, is_synonym)
    assert first.taxon_id == zoo[slug].pk
    assert first.scientific_name == zoo[slug].scientific_name


def test_names_are_told_in_the_reader_s_language_else_in_english(zoo: dict[str, Taxon]) -> None:
    assert search("panthera leo", language="zh-hans")[0].common_name == "狮"
    assert search("panthera leo")[0].common_name == "Lion"
    assert search("puma", language="zh-hans")[0].common_name == "Puma"
    assert search("lionurus")[0].common_name == ""


def test_the_reader_s_language_comes_first() -> None:
    put("Equus caballus", en="Horse", fr="Cheval")
    put("Ovis aries", en="Chevalier sheep")
    refresh()
    assert slugs(search("cheva", language="en")) == ["ovis-aries", "equus-caballus"]
    assert slugs(search("cheva", language="fr")) == ["equus-caballus", "ovis-aries"]


def test_a_search_within_a_taxon_stays_below_it(zoo: dict[str, Taxon]) -> None:
    assert slugs(search("lion", within=zoo["actinopterygii"])) == [
        "pterois-volitans", "liones", "lionurus-carapinus",
    ]  # fmt: skip
    assert slugs(search("panthera", within=zoo["panthera"])) == ["panthera", "panthera-leo"]
    assert search("lion", within=Taxon.objects.get(slug="felis-leo")) == []


def test_a_taxon_is_found_once_and_no_more_than_asked_for(zoo: dict[str, Taxon]) -> None:
    found = slugs(search("l", limit=3))
    assert len(found) == len(set(found)) == 3
    assert len(set(slugs(search("l")))) == len(search("l"))
    assert search("l", limit=0) == []


@pytest.mark.parametrize("nothing", ["", "  ", "-", "%", "_", "\\", "zzz", "\x00"])
def test_signs_and_blanks_find_nothing(zoo: dict[str, Taxon], nothing: str) -> None:
    assert search(nothing) == []


def test_the_number_of_queries_does_not_grow(
    zoo: dict[str, Taxon], django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(10):
        assert search("l")
    with django_assert_max_num_queries(5):
        assert search("lion", limit=2)


def test_of_very_many_names_some_are_put_in_order(
    zoo: dict[str, Taxon], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wildlife.species.search._MOST_RANKED", 1)
    assert slugs(search("li"))[0] == "panthera-leo"
    assert "pterois-volitans" not in slugs(search("li"))
    assert len(slugs(search("lion"))) == 6
