import re

import pytest
from django.test import Client

from tests.web.taxa.conftest import assess
from wildlife.species import index
from wildlife.species.models import Range, Taxon
from wildlife.web.taxa import catalogue
from wildlife.web.taxa.catalogue import Wish


def page_of(address: str, **headers: str) -> str:
    response = Client().get(address, headers=headers)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode())


def species_on(address: str, **headers: str) -> list[str]:
    return re.findall(r'class="card__in" href="/species/([^"]+)/"', page_of(address, **headers))


def test_all_species_are_there_and_nothing_else_is(known: dict) -> None:
    assert set(species_on("/species/")) == {
        "loxodonta-africana",
        "loxodonta-cyclotis",
        "elephas-maximus",
        "panthera-leo",
        "leopardus-pardalis",
    }


def test_a_card_tells_names_and_category(known: dict) -> None:
    page = page_of("/species/?q=savanna", **{"accept-language": "zh-CN,zh;q=0.9"})

    assert 'lang="zh-hans">非洲草原象</strong>' in page
    assert "也叫" in page
    assert "African savanna elephant" in page
    assert '<i lang="la">Loxodonta africana</i>' in page
    assert 'iucn-EN iucn__badge--small" aria-hidden="true">EN</span>' in page
    assert '<span class="visually-hidden">濒危</span>' in page


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        ("category=EN", {"loxodonta-africana"}),
        ("category=VU", {"panthera-leo"}),
        ("habitat=1", {"loxodonta-africana"}),
        ("habitat=1.5", {"loxodonta-africana"}),
        ("habitat=5", set()),
        ("country=SWZ", {"loxodonta-africana"}),
        ("country=KEN", {"loxodonta-africana", "panthera-leo"}),
        ("country=KEN&category=VU", {"panthera-leo"}),
        ("country=KEN&category=VU&group=proboscidea", set()),
        ("country=MRT", set()),
        ("group=felidae", {"panthera-leo", "leopardus-pardalis"}),
        ("group=dinosauria", set()),
        ("q=african&country=KEN", {"loxodonta-africana"}),
        ("q=african&group=loxodonta&category=CR", set()),
    ],
)
def test_filters_narrow_and_combine(known: dict, wish: str, expected: set[str]) -> None:
    """A category of the past, a list of one country and places where it died out do not count."""
    assess(known["panthera-leo"], "VU", 2023)
    Range.objects.create(taxon=known["panthera-leo"], country="KEN")

    assert set(species_on(f"/species/?{wish}")) == expected


def test_a_name_finds_higher_taxa_and_old_names_too(known: dict) -> None:
    assert "elephantidae" in species_on("/species/?q=elephants")
    page = page_of("/species/?q=elephas+afr")
    assert "African savanna elephant</strong>" in page
    assert "also “Elephas africanus”" in page


def test_pages_follow_each_other_without_gap_or_repetition(
    known: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = species_on("/species/")
    monkeypatch.setattr(catalogue, "CARDS", 2)
    for query in ("", "?q=african"):
        found, address = [], f"/species/{query}"
        while address:
            page = page_of(address)
            found += re.findall(r'class="card__in" href="/species/([^"]+)/"', page)
            more = re.search(r'class="button" href="(/species/\?[^"]+)"', page)
            address = more.group(1).replace("&amp;", "&") if more else ""
        if query:
            assert sorted(found) == ["loxodonta", "loxodonta-africana", "loxodonta-cyclotis"]
        else:
            assert found == whole


def test_htmx_gets_the_cards_alone_and_an_address_that_holds_the_wish(known: dict) -> None:
    response = Client().get(
        "/species/?q=lion&group=&category=&country=", headers={"HX-Request": "true"}
    )

    assert b"<html" not in response.content
    assert response["HX-Replace-Url"] == "/species/?q=lion"
    assert "HX-Request" in response["Vary"]
    more = Client().get("/species/?q=lion&after=0", headers={"HX-Request": "true"})
    assert "HX-Replace-Url" not in more


def test_the_form_holds_what_was_wished_for(known: dict) -> None:
    page = page_of("/species/?q=%22lion&group=felidae&category=VU&country=KEN")

    assert 'value="&quot;lion"' in page
    for chosen in ("felidae", "VU", "KEN"):
        assert f'<option value="{chosen}" selected>' in page


def test_nothing_found_says_what_to_do(known: dict) -> None:
    assert "Nothing is called “unicorn” here" in page_of("/species/?q=unicorn")
    assert "Show all species" in page_of("/species/?q=unicorn")
    empty = page_of("/species/?q=lion&category=EX")
    assert "Fewer filters find more." in empty
    assert '<a href="/species/?q=lion">Clear the filters</a>' in empty


@pytest.mark.parametrize(
    "query",
    ["category=XX", "country=ATLANTIS", "after=%F0%9F%98%80", "q=%00", "habitat=x", "q=%20"],
)
def test_what_cannot_be_wished_for_does_no_harm(known: dict, query: str) -> None:
    assert Client().get(f"/species/?{query}").status_code == 200


def test_a_wish_and_its_address_are_the_same() -> None:
    wish = Wish(q="a b&c", country="KEN")
    assert wish.query == "?q=a+b%26c&country=KEN"
    assert wish.without_filters == "?q=a+b%26c"
    assert Wish().query == ""


def test_queries_do_not_grow_with_species(known: dict, queries_of) -> None:
    search, browse = 20, 9
    Client().get("/species/")  # The classes are listed once, until a taxon changes.
    few = queries_of(Client(), "/species/?country=KEN&q=african", search)
    felidae = known["felidae"]
    for number in range(20):
        cat = Taxon.objects.create(
            slug=f"felis-{number}",
            scientific_name=f"Felis africana{number}",
            rank="species",
            parent=felidae,
        )
        Range.objects.create(taxon=cat, country="KEN")
    index.refresh()
    Client().get("/species/")

    assert queries_of(Client(), "/species/?country=KEN&q=african", search) <= few
    queries_of(Client(), "/species/?country=KEN&group=mammalia", browse)
