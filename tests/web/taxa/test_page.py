import re
from itertools import pairwise

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.web import builders
from wildlife.species import index
from wildlife.species.models import Range, Taxon, TaxonHabitat
from wildlife.web.taxa import sightings


def page_of(slug: str, client: Client | None = None, **headers: str) -> str:
    response = (client or Client()).get(f"/species/{slug}/", headers=headers)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode())


def section(page: str, title: str) -> str:
    start = page.index(f'aria-labelledby="{title}"')
    return page[start : page.index("</section>", start)]


def test_names_in_every_language_and_the_ones_it_had_before(known: dict) -> None:
    page = page_of("loxodonta-africana", **{"accept-language": "zh-hans"})

    assert re.search(r'<h1[^>]* lang="zh-hans">非洲草原象</h1>', page)
    assert '<i lang="la">Elephas africanus</i>' in page
    names = section(page, "name-title")
    assert names.index("非洲草原象") < names.index("African savanna elephant")


def test_the_lineage_leads_to_pages(known: dict) -> None:
    page = page_of("loxodonta-africana")

    for slug in ("animalia", "mammalia", "elephantidae", "loxodonta"):
        assert f'href="/species/{slug}/"' in page
        assert Client().get(f"/species/{slug}/").status_code == 200


def test_conservation_tells_now_before_and_national_lists(known: dict) -> None:
    page = page_of("loxodonta-africana")
    status = section(page, "status-title")

    assert 'iucn-EN" aria-hidden="true">EN</span>' in page
    assert 'class="iucn-EN" aria-current="true">EN' in page
    assert "Population decreasing" in page
    assert "#decreasing" in page
    before, national = status.split("National lists")
    assert re.search(r"2008</span>.*Vulnerable", before)
    assert re.search(r"2016</span>.*South Africa: Least Concern", national)
    assert "Near Threatened" not in national


def test_habitats_are_grouped_with_what_matters(known: dict) -> None:
    habitats = section(page_of("loxodonta-africana"), "habitat-title")

    forest, savanna = habitats.split('<li class="habitat">')[1:]
    assert "#forest" in forest
    assert "Subtropical/Tropical Dry</a>" in forest
    assert "marginal" in forest
    assert "of major importance" not in forest
    assert "#savanna" in savanna
    assert "of major importance" in savanna


def test_the_range_is_told_as_text_and_to_the_map(known: dict) -> None:
    page = page_of("loxodonta-africana")
    places = section(page, "range-title")

    assert re.search(r"Native in <span[^>]*>4 countries", places)
    assert "<li>Ethiopia (Tigrai)</li>" in places
    assert re.search(r"Introduced in .*<li>Eswatini</li>", places)
    assert re.search(r"Extinct in .*<li>Mauritania</li>", places)
    assert '"KEN": {"kind": "native", "words": "Kenya: native"}' in places
    assert '"MRT": {"kind": "extinct"' in places
    assert 'data-map="map-loxodonta-africana"' in places
    assert 'id="map-loxodonta-africana" type="application/json"' in places


def test_traits_look_alikes_and_links_are_in_plain_words(known: dict) -> None:
    page = page_of("loxodonta-africana")

    assert re.search(r"Weighs about</dt><dd>4\.5 t", page)
    assert re.search(r"Eats</dt><dd>Plants", page)
    assert "Round ears, thin tusks that point down." in page
    assert 'href="https://www.gbif.org/species/2435350"' in page
    # A pair is kept once, and holds both ways.
    assert "Round ears" in section(page_of("loxodonta-cyclotis"), "double-title")


def test_every_fact_leads_to_its_source(known: dict) -> None:
    page = page_of("loxodonta-africana")
    sources = section(page, "source-title")

    book = re.search(r'id="source-(\d)"[^>]*>The Book of Elephants', sources).group(1)
    redlist = re.search(r'id="source-(\d)"[^>]*>IUCN Red List', sources).group(1)
    for part in ("range-title", "habitat-title"):
        assert {book, redlist} <= set(re.findall(r'href="#source-(\d)"', section(page, part)))
    for part in ("trait-title", "double-title", "name-title"):
        assert set(re.findall(r'href="#source-(\d)"', section(page, part))) == {book}


def test_a_sensitive_species_says_that_its_places_are_blurred(known: dict) -> None:
    assert "Sensitive species." in page_of("loxodonta-africana")
    assert "Sensitive species." not in page_of("panthera-leo")


def test_headings_are_in_order(known: dict) -> None:
    levels = [int(level) for level in re.findall(r"<h(\d)", page_of("loxodonta-africana"))]

    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_a_synonym_leads_to_the_accepted_taxon_and_what_is_unknown_nowhere(known: dict) -> None:
    response = Client().get("/species/elephas-africanus/")

    assert response.status_code == 302
    assert response["Location"] == "/species/loxodonta-africana/"
    assert Client().get("/species/unicorn/").status_code == 404


def test_a_higher_taxon_counts_what_is_below(known: dict) -> None:
    page = page_of("mammalia")
    below = section(page, "below-title")

    assert "5 species" in below
    assert re.search(r'href="/species/proboscidea/".*?children__count">3<', below)
    assert re.search(r'href="/species/carnivora/".*?children__count">2<', below)
    assert 'href="/species/?group=mammalia"' in below
    assert "habitat-title" not in page


def test_counts_follow_the_tree(known: dict) -> None:
    page_of("felidae")
    Taxon.objects.create(
        slug="felis-catus", scientific_name="Felis catus", rank="species", parent=known["felidae"]
    )
    index.refresh()

    assert "3 species" in section(page_of("felidae"), "below-title")


def test_a_subspecies_borrows_the_facts_of_its_species_and_says_so(known: dict) -> None:
    Taxon.objects.create(
        slug="loxodonta-africana-oxyotis",
        scientific_name="Loxodonta africana oxyotis",
        rank="subspecies",
        parent=known["loxodonta-africana"],
    )
    index.refresh()

    page = page_of("loxodonta-africana-oxyotis")

    assert "these are those of its species" in page
    assert "Endangered" in page


def test_only_photos_that_the_reader_may_see_are_shown(known: dict, guest: Client) -> None:
    elephant = known["loxodonta-africana"]
    mine = builders.photo(name="mine.jpg")
    theirs = builders.photo("another-guest", name="theirs.jpg")
    lion = builders.photo(name="lion.jpg")
    for photo, taxon in ((mine, elephant), (theirs, elephant), (lion, known["panthera-leo"])):
        builders.answered(photo, taxon)

    page = page_of("loxodonta-africana", guest)

    assert f'href="/photos/{mine.id}/"' in page
    assert f'src="/photos/{mine.id}/crops/0"' in page
    assert "theirs.jpg" not in page
    assert "lion.jpg" not in page
    assert "mine.jpg" in page_of("proboscidea", guest)
    assert "mine.jpg" not in page_of("loxodonta-africana")
    staff = Client()
    staff.force_login(User.objects.create_user("staff", is_staff=True))
    assert "theirs.jpg" in page_of("loxodonta-africana", staff)


def test_the_newest_photos_come_first_with_the_count_of_all(
    known: dict, guest: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sightings, "SHOWN", 2)
    for name in ("first.jpg", "second.jpg", "third.jpg"):
        builders.answered(builders.photo(name=name), known["loxodonta-africana"], animals=2)

    shown = section(page_of("loxodonta-africana", guest), "photos-title")

    assert "the newest 2 of 3" in shown
    assert re.findall(r"(\w+)\.jpg", shown) == ["third", "second"]


def test_what_curators_wrote_is_shown_and_not_run(known: dict) -> None:
    elephant = known["loxodonta-africana"]
    elephant.description = "<script>alert(1)</script>"
    elephant.save()
    Range.objects.filter(country="ETH").update(region="</script><script>alert(2)")

    page = page_of("loxodonta-africana")

    assert "<script>alert" not in page


def test_queries_do_not_grow_with_facts_and_photos(known: dict, guest: Client, queries_of) -> None:
    elephant = known["loxodonta-africana"]
    builders.answered(builders.photo(), elephant)
    budget = 19
    few = queries_of(guest, "/species/loxodonta-africana/", budget)
    for country in ("AGO", "ZMB", "ZWE", "NAM"):
        Range.objects.create(taxon=elephant, country=country)
    for home in TaxonHabitat.objects.filter(taxon=elephant):
        TaxonHabitat.objects.get_or_create(taxon=known["panthera-leo"], habitat=home.habitat)
    for _ in range(4):
        builders.answered(builders.photo(), elephant, animals=3)

    assert queries_of(guest, "/species/loxodonta-africana/", budget) == few
    # Counting what is below costs one more, the first time.
    assert queries_of(guest, "/species/mammalia/", budget) <= few + 1
