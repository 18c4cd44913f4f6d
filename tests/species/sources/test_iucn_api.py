"""The Red List's API, as it answers over a real connection."""

from typing import Any

import pytest

from tests.species.sources import red_list
from tests.species.sources.conftest import read
from tests.species.sources.server import Answer, Server
from wildlife.species import index
from wildlife.species.imports.records import (
    AssessmentFact,
    IdentifierFact,
    RangeFact,
    TryAgain,
    UnreadableSource,
)
from wildlife.species.models import Taxon
from wildlife.species.sources.iucn_api import RedListApi

pytestmark = pytest.mark.django_db
NAMED = "/api/v4/taxa/scientific_name"
LIST = "/api/v4/taxa/family/Felidae"
LION = "/api/v4/assessment/266696959"


@pytest.fixture
def cats(db: None) -> dict[str, Taxon]:
    """A family of three species, one with a synonym, and a dog."""
    made: dict[str, Taxon] = {}
    for slug, name, rank, parent in (
        ("carnivora", "Carnivora", "order", ""),
        ("felidae", "Felidae", "family", "carnivora"),
        ("panthera-leo", "Panthera leo", "species", "felidae"),
        ("lynx-lynx", "Lynx lynx", "species", "felidae"),
        ("puma-concolor", "Puma concolor", "species", "felidae"),
        ("felis-catus", "Felis catus", "species", "felidae"),
        ("canis-lupus", "Canis lupus", "species", "carnivora"),
    ):
        made[slug] = Taxon.objects.create(
            slug=slug,
            scientific_name=name,
            rank=rank,
            parent=made.get(parent),
            domesticated=slug == "felis-catus",
        )
    Taxon.objects.create(
        slug="felis-concolor",
        scientific_name="Felis concolor",
        rank="species",
        accepted=made["puma-concolor"],
    )
    index.refresh()
    return made


@pytest.fixture
def lion(server: Server) -> Server:
    """A server that knows the lion by name and by its newest assessment."""
    found = {
        "taxon": red_list.taxon(),
        "assessments": [
            red_list.listed(259030422, 15951, "2024", latest=False),
            red_list.listed(266696959, 15951, "2024"),
            red_list.listed(5325996, 15951, "2010", scopes=[red_list.EUROPE]),
            red_list.listed(115130419, 15951, "2016", latest=False),
            red_list.listed(97162455, 15951, "2016", latest=False),
        ],
    }
    server.says(f"{NAMED}?genus_name=Panthera&species_name=leo", Answer(found))
    server.says(LION, Answer(red_list.assessment()))
    return server


def test_an_assessment_becomes_facts(lion: Server, cats: dict[str, Taxon]) -> None:
    [record], _ = read(RedListApi("Felidae"))

    assert (record.scientific_name, record.rank) == ("Panthera leo", "")
    assert record.identifiers == (IdentifierFact("iucn", "15951"),)
    [fact] = record.assessments
    assert fact == AssessmentFact(
        category="VU",
        year=2024,
        trend="decreasing",
        criteria="A2abcd",
        citation="Nicholson, S. 2024. Panthera leo. The IUCN Red List of Threatened Species 2024: "
        "e.T15951A266696959.",
        place=fact.place,
    )
    assert [(one.code, one.suitability, one.major) for one in record.habitats] == [
        ("2.1", "suitable", True),
        ("9.8", "marginal", False),
        ("8.1", "unknown", False),
    ]
    assert [(one.country, one.region, one.presence) for one in record.ranges] == [
        ("KEN", "", "native"),
        ("RUS", "European Russia", "introduced"),
        ("MAR", "", "extinct"),
        ("NGA", "", "vagrant"),
        ("ZZ", "", "native"),
    ]
    assert [(one.language, one.name, one.preferred) for one in record.names] == [
        ("en", "Lion", True),
        ("es", "León", False),
    ]
    assert [(one.rank, one.name) for one in record.lineage][-2:] == [
        ("family", "Felidae"),
        ("genus", "Panthera"),
    ]
    assert red_list.TEXT not in repr(record)


def test_each_fact_says_where_it_stands(lion: Server, cats: dict[str, Taxon]) -> None:
    [record], _ = read(RedListApi("Felidae"))
    unknown = next(one for one in record.ranges if one.country == "ZZ")
    assert isinstance(unknown, RangeFact)
    assert str(unknown.place) == "assessment 266696959, locations:6"


def test_the_token_goes_with_every_question_as_it_is(lion: Server, cats: dict[str, Taxon]) -> None:
    read(RedListApi("Felidae"))
    assert {one.headers["Authorization"] for one in lion.asked} == {"a-token"}
    assert all("curator@example.org" in one.headers["User-Agent"] for one in lion.asked)
    assert not any("a-token" in str(one.query) for one in lion.asked)


def test_the_wild_species_of_a_clade_are_looked_up_also_by_synonym(
    server: Server, cats: dict[str, Taxon]
) -> None:
    found = {"assessments": [red_list.listed(7, 18868, "2015")]}
    server.says(f"{NAMED}?genus_name=Felis&species_name=concolor", Answer(found))
    puma = red_list.taxon(scientific_name="Felis concolor")
    server.says("/api/v4/assessment/7", Answer(red_list.assessment(7, taxon=puma)))

    [record], problems = read(RedListApi("Felidae"))

    asked = [tuple(one.query.values()) for one in server.asked if one.path == NAMED]
    assert asked == [
        ("Panthera", "leo"), ("Lynx", "lynx"), ("Puma", "concolor"), ("Felis", "concolor"),
    ]  # fmt: skip
    assert record.scientific_name == "Puma concolor"
    assert [str(one) for one in problems] == [
        "Panthera leo:1: the Red List has no assessment of it",
        "Lynx lynx:2: the Red List has no assessment of it",
    ]


def test_the_history_has_one_assessment_about_the_world_for_each_year(
    lion: Server, cats: dict[str, Taxon]
) -> None:
    older = red_list.assessment(
        115130419, year_published="2016", red_list_category={"code": "LR/nt"}, criteria=None
    )
    lion.says("/api/v4/assessment/115130419", Answer(older))

    [record], _ = read(RedListApi("clade=Felidae,history=all"))

    found = [(one.year, one.category, one.criteria) for one in record.assessments]
    assert found == [(2024, "VU", "A2abcd"), (2016, "NT", "")]


def test_it_goes_on_after_a_position_and_stops_at_the_limit(
    lion: Server, cats: dict[str, Taxon]
) -> None:
    reader = RedListApi("Felidae,limit=2")
    assert reader.total == 2
    [record], [problem] = read(reader)
    lion.asked.clear()

    assert read(RedListApi("Felidae,limit=2"), problem.position) == ([], [])
    assert lion.asked == []
    _, problems = read(RedListApi("Felidae"), record.position)
    assert [one.place.file for one in problems] == ["Lynx lynx", "Puma concolor"]


def test_a_family_is_read_page_by_page(server: Server) -> None:
    pages = {
        1: Answer(
            {"assessments": [red_list.listed(1, 11, "2016"), red_list.listed(2, 12, "2016")]},
            headers={"Link": f'<{server.url}{LIST}?page=2>; rel="next"', "total-pages": "2"},
        ),
        2: Answer({"assessments": [red_list.listed(3, 13, "2016")]}),
    }
    for page, answer in pages.items():
        query = f"latest=true&scope_code=1&page={page}&per_page=100"
        server.says(f"{LIST}?{query}", answer)
    for pk, name, species in ((1, "Lynx lynx", True), (2, "A part", False), (3, "P. leo", True)):
        found = red_list.taxon(scientific_name=name, species=species)
        whole = red_list.assessment(pk, sis_taxon_id=10 + pk, taxon=found)
        server.says(f"/api/v4/assessment/{pk}", Answer(whole))

    records, problems = read(RedListApi("family=Felidae"))

    assert [one.scientific_name for one in records] == ["Lynx lynx", "P. leo"]
    assert [one.identifiers[0].value for one in records] == ["11", "13"]
    assert problems == []
    server.asked.clear()
    again, _ = read(RedListApi("family=Felidae"), records[0].position)
    assert [one.scientific_name for one in again] == ["P. leo"]
    assert "/api/v4/assessment/1" not in server.paths()


def test_a_busy_server_is_asked_again_when_it_says(
    lion: Server, cats: dict[str, Taxon], settings: Any
) -> None:
    settings.IMPORT_LONGEST_WAIT = 0
    busy = Answer({"error": "Too many requests"}, 429, {"Retry-After": "3600"})
    lion.says(LION, busy, Answer({}, 502), Answer(red_list.assessment()))
    records, _ = read(RedListApi("Felidae,limit=1"))
    assert len(records) == 1
    assert lion.paths().count(LION) == 3


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_server_that_stays_busy_is_left_for_later(
    lion: Server, cats: dict[str, Taxon], status: int
) -> None:
    lion.says(LION, Answer({}, status))
    with pytest.raises(TryAgain, match=rf"is busy \({status}\)"):
        read(RedListApi("Felidae"))
    assert lion.paths().count(LION) == 3


def test_a_server_that_is_away_is_left_for_later(cats: dict[str, Taxon], lion: Server) -> None:
    lion.says(LION, Answer(b"<html>maintenance</html>"))
    with pytest.raises(TryAgain, match="no JSON"):
        read(RedListApi("Felidae"))


def test_a_server_that_nobody_reaches_is_left_for_later(
    server: Server, cats: dict[str, Taxon], settings: Any
) -> None:
    settings.IUCN_API_URL = "http://127.0.0.1:9"
    with pytest.raises(TryAgain, match="does not answer") as caught:
        read(RedListApi("Felidae"))
    assert "a-token" not in str(caught.value)


def test_a_wrong_token_is_no_matter_of_time(server: Server, cats: dict[str, Taxon]) -> None:
    server.says(NAMED, Answer({"error": "Unauthorized"}, 401))
    with pytest.raises(UnreadableSource, match="is the token right") as caught:
        read(RedListApi("Felidae"))
    assert not isinstance(caught.value, TryAgain)


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("", "is not understood"),
        ("Felidae,size=3", "'size=3' is not understood"),
        ("Felidae,family=Felidae", "either a clade or a family"),
        ("limit=3", "either a clade or a family"),
        ("Felidae,limit=0", "limit is a positive number"),
        ("Felidae,history=some", "history=all"),
        ("Nothing", "no taxon is called Nothing"),
    ],
)
def test_a_question_that_is_not_understood_is_refused(
    server: Server, cats: dict[str, Taxon], target: str, reason: str
) -> None:
    with pytest.raises(UnreadableSource, match=reason):
        RedListApi(target)


def test_without_a_token_nothing_is_asked(
    server: Server, cats: dict[str, Taxon], settings: Any
) -> None:
    settings.IUCN_API_TOKEN = ""
    with pytest.raises(UnreadableSource, match="IUCN_API_TOKEN"):
        RedListApi("Felidae")
