"""Taxa over the API: found, read, and changed by those who may."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from rest_framework.test import APIClient

from tests.api.build import elephants
from wildlife.species.index import refresh
from wildlife.species.models import (
    CommonName,
    ConservationAssessment,
    Habitat,
    LookAlike,
    Source,
    Taxon,
    TaxonHabitat,
)

ELEPHANT = "/api/v1/taxa/loxodonta-africana"
FACTS = ("commonname", "conservationassessment", "taxonhabitat", "range", "lookalike")


@pytest.fixture
def elephant(db: None) -> Taxon:
    """The African elephant with a synonym, facts of each kind and their source."""
    taxon = elephants()
    book = Source.objects.create(key="book", citation="A book")
    Source.objects.create(key="unused", citation="Another")
    forest = Habitat.objects.create(code="1", name="Forest")
    moist = Habitat.objects.create(code="1.6", name="Forest – Lowland")
    Habitat.objects.create(code="2", name="Savanna")
    TaxonHabitat.objects.create(taxon=taxon, habitat=moist, source=book, major=True)
    TaxonHabitat.objects.create(
        taxon=Taxon.objects.get(slug="loxodonta-cyclotis"), habitat=forest, source=book
    )
    ConservationAssessment.objects.create(taxon=taxon, category="VU", year=2008, source=book)
    ConservationAssessment.objects.create(
        taxon=taxon, category="CR", year=2024, country="KEN", authority="Kenya"
    )
    CommonName.objects.create(taxon=taxon, language="zh-hans", name="非洲草原象", source=book)
    taxon.traits.create(kind="body_mass_g", value="3940000", source=book)
    taxon.identifiers.create(authority="gbif", value="2435350")
    LookAlike.objects.create(
        taxon=Taxon.objects.get(slug="loxodonta-cyclotis"), other=taxon, difference="Ears."
    )
    Taxon.objects.create(
        slug="elephas-africanus", scientific_name="Elephas africanus", rank="species",
        accepted=taxon,
    )  # fmt: skip
    refresh()
    return taxon


@pytest.fixture
def curator(ann: User) -> APIClient:
    """Ann, who may write taxa and most facts, but no traits."""
    wanted = [f"{verb}_{one}" for verb in ("add", "change", "delete") for one in ("taxon", *FACTS)]
    ann.user_permissions.set(Permission.objects.filter(codename__in=wanted))
    client = APIClient()
    client.force_authenticate(ann)
    return client


def slugs(client: APIClient, **query: Any) -> list[str]:
    response = client.get("/api/v1/taxa", query)
    assert response.status_code == 200, response.json()
    return [one["slug"] for one in response.json()["results"]]


# --- Lists ------------------------------------------------------------------------------------


def test_accepted_taxa_are_listed_in_the_order_of_the_tree(
    client: APIClient, elephant: Taxon
) -> None:
    assert slugs(client) == [
        "animalia", "mammalia", "elephantidae", "loxodonta", "loxodonta-africana",
        "loxodonta-cyclotis",
    ]  # fmt: skip
    item = client.get("/api/v1/taxa", {"rank": "species"}).json()["results"][0]
    assert item == {
        "slug": "loxodonta-africana",
        "url": f"http://testserver{ELEPHANT}",
        "scientific_name": "Loxodonta africana",
        "common_name": "African bush elephant",
        "rank": "species",
        "parent": "loxodonta",
        "category": "EN",
        "domesticated": False,
        "matched": "",
    }


def test_pages_follow_each_other_without_gaps(client: APIClient, elephant: Taxon) -> None:
    seen, url = [], "/api/v1/taxa?page_size=4"
    while url:
        page = client.get(url).json()
        assert page.keys() == {"next", "previous", "results"}
        seen += [one["slug"] for one in page["results"]]
        url = page["next"]
    assert seen == slugs(client)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"rank": ["genus", "family"]}, {"elephantidae", "loxodonta"}),
        ({"parent": "loxodonta"}, {"loxodonta-africana", "loxodonta-cyclotis"}),
        ({"within": "loxodonta"}, {"loxodonta", "loxodonta-africana", "loxodonta-cyclotis"}),
        ({"group": "mammal", "rank": "genus"}, {"loxodonta"}),
        ({"group": "bird"}, set()),
        ({"category": "EN"}, {"loxodonta-africana"}),
        ({"category": "VU"}, set()),
        ({"category": "CR"}, set()),
        ({"habitat": "1"}, {"loxodonta-africana", "loxodonta-cyclotis"}),
        ({"habitat": "1.6"}, {"loxodonta-africana"}),
        ({"country": "KEN"}, {"loxodonta-africana"}),
        ({"country": "TZA"}, set()),
        ({"country": "KEN", "habitat": "2"}, set()),
        ({"search": "loxo"}, {"loxodonta", "loxodonta-africana", "loxodonta-cyclotis"}),
        ({"search": "loxo", "category": "EN"}, {"loxodonta-africana"}),
        ({"search": "草原"}, {"loxodonta-africana"}),
        ({"search": "loxo", "within": "loxodonta", "rank": "genus"}, {"loxodonta"}),
    ],
)
def test_lists_are_narrowed_down(
    client: APIClient, elephant: Taxon, query: dict[str, Any], found: set[str]
) -> None:
    assert set(slugs(client, **query)) == found


def test_the_best_match_comes_first_and_says_what_matched(
    client: APIClient, elephant: Taxon
) -> None:
    page = client.get("/api/v1/taxa", {"search": "elephas", "language": "zh-hans"}).json()
    assert (page["next"], page["previous"]) == (None, None)
    (only,) = page["results"]
    assert (only["matched"], only["common_name"]) == ("Elephas africanus", "非洲草原象")
    assert slugs(client, search="loxo", page_size=1) == ["loxodonta-africana"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"rank": "tribus"}, "rank"),
        ({"parent": "nobody"}, "parent"),
        ({"within": "elephas-africanus"}, "within"),
        ({"category": "XX"}, "category"),
        ({"habitat": "99"}, "habitat"),
        ({"country": "Kenya"}, "country"),
        ({"group": "dinosaur"}, "group"),
    ],
)
def test_what_cannot_be_asked_for_is_said_by_field(
    client: APIClient, elephant: Taxon, query: dict[str, str], field: str
) -> None:
    response = client.get("/api/v1/taxa", query)
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["errors"].keys() == {field}


def test_a_list_takes_few_queries_and_counts_nothing(
    client: APIClient, elephant: Taxon, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(3) as captured:
        client.get("/api/v1/taxa", {"category": "EN", "country": "KEN"})
    assert not any("COUNT(" in query["sql"] or "OFFSET" in query["sql"] for query in captured)
    with django_assert_max_num_queries(15):
        client.get("/api/v1/taxa", {"search": "lo", "habitat": "1", "within": "loxodonta"})


# --- One taxon --------------------------------------------------------------------------------


def test_everything_is_told_with_its_source(client: APIClient, elephant: Taxon) -> None:
    told = client.get(ELEPHANT).json()
    assert [one["slug"] for one in told["lineage"]] == [
        "animalia", "mammalia", "elephantidae", "loxodonta",
    ]  # fmt: skip
    assert told["parent"] == "loxodonta"
    assert told["synonyms"] == [
        {"slug": "elephas-africanus", "scientific_name": "Elephas africanus"}
    ]
    assert [one["category"] for one in told["assessments"]] == ["CR", "EN", "VU"]
    assert told["assessments"][2]["label"] == "Vulnerable"
    assert told["habitats"] == [
        {
            "code": "1.6",
            "name": "Forest – Lowland",
            "suitability": "suitable",
            "major": True,
            "source": "book",
        }
    ]
    assert told["ranges"][0]["name"] == "Kenya"
    assert told["traits"][0]["value"] == "3940000"
    assert told["identifiers"] == [{"authority": "gbif", "value": "2435350", "source": None}]
    assert told["look_alikes"][0]["taxon"] == "loxodonta-cyclotis"
    assert told["look_alikes"][0]["difference"] == "Ears."
    assert [one["key"] for one in told["sources"]] == ["book"]
    genus = client.get("/api/v1/taxa/loxodonta", {"language": "zh-hans"}).json()
    assert [one["common_name"] for one in genus["children"]] == ["非洲草原象", ""]
    assert client.get(genus["children_url"]).json()["results"][0]["slug"] == elephant.slug


def test_a_synonym_answers_with_the_accepted_taxon(client: APIClient, elephant: Taxon) -> None:
    assert client.get("/api/v1/taxa/elephas-africanus").json() == client.get(ELEPHANT).json()
    assert client.get("/api/v1/taxa/nobody").status_code == 404


def test_more_facts_take_no_more_queries(
    client: APIClient, elephant: Taxon, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        elephant.common_names.create(language="en", name=f"Name {number}")
        elephant.ranges.create(country="TZA", region=str(number))
        child = Taxon.objects.create(
            slug=f"child-{number}", scientific_name=f"Child {number}", rank="subspecies",
            parent=elephant,
        )  # fmt: skip
        LookAlike.objects.create(taxon=elephant, other=child)
    with django_assert_max_num_queries(13):
        client.get(ELEPHANT)


@pytest.mark.parametrize("url", [ELEPHANT, "/api/v1/taxa", "/api/v1/taxa?search=loxo"])
def test_what_the_client_has_is_not_sent_again(
    client: APIClient, elephant: Taxon, url: str
) -> None:
    first = client.get(url)
    again = client.get(url, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    elephant.common_names.filter(language="en").update(name="Savanna elephant")
    changed = client.get(url, headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]


# --- Writing ----------------------------------------------------------------------------------


def test_only_those_who_may_write(client: APIClient, elephant: Taxon, ann: User) -> None:
    requests = [
        lambda one: one.post("/api/v1/taxa", {"reason": "x"}, format="json"),
        lambda one: one.patch(ELEPHANT, {"reason": "x"}, format="json"),
        lambda one: one.delete(f"{ELEPHANT}?reason=x"),
    ]
    assert [send(client).status_code for send in requests] == [401, 401, 401]
    client.force_authenticate(ann)
    assert [send(client).status_code for send in requests] == [403, 403, 403]
    assert client.get(ELEPHANT).status_code == 200


def test_a_taxon_is_made_with_its_facts_and_found(curator: APIClient, elephant: Taxon) -> None:
    response = curator.post(
        "/api/v1/taxa",
        {
            "scientific_name": "Loxodonta adaurora",
            "rank": "species",
            "parent": "loxodonta",
            "common_names": [{"language": "en", "name": "Old elephant", "source": "book"}],
            "assessments": [{"category": "EX", "year": 2020}],
            "ranges": [{"country": "KEN", "presence": "extinct"}],
            "reason": "described anew",
        },
        format="json",
    )
    assert response.status_code == 201, response.json()
    assert response["Location"] == "http://testserver/api/v1/taxa/loxodonta-adaurora"
    assert response["ETag"] == curator.get(response["Location"])["ETag"]
    assert slugs(curator, search="old ele") == ["loxodonta-adaurora"]
    assert [one["slug"] for one in response.json()["lineage"]][-1] == "loxodonta"
    entry = Taxon.objects.get(slug="loxodonta-adaurora").history.get()
    assert (entry.history_change_reason, str(entry.history_user)) == ("described anew", "ann")


def test_a_renamed_taxon_keeps_its_key_and_is_found_by_its_former_name(
    curator: APIClient, elephant: Taxon
) -> None:
    values = {"scientific_name": "Elephas maximus", "domesticated": True, "reason": "moved"}
    told = curator.patch(ELEPHANT, values, format="json").json()
    assert (told["slug"], told["scientific_name"]) == ("loxodonta-africana", "Elephas maximus")
    assert told["domesticated"]
    assert "Loxodonta africana" in {one["scientific_name"] for one in told["synonyms"]}
    assert slugs(curator, search="loxodonta afr") == ["loxodonta-africana"]
    assert elephant.history.latest().history_change_reason == "moved"


def test_a_moved_taxon_is_listed_where_it_hangs(curator: APIClient, elephant: Taxon) -> None:
    values = {"parent": "elephantidae", "rank": "genus", "reason": "raised"}
    assert curator.patch(ELEPHANT, values, format="json").status_code == 200
    assert set(slugs(curator, within="loxodonta")) == {"loxodonta", "loxodonta-cyclotis"}
    assert "loxodonta-africana" in slugs(curator, within="elephantidae")


@pytest.mark.parametrize("field", ["parent", "accepted"])
def test_an_empty_key_is_the_key_of_no_taxon(
    curator: APIClient, elephant: Taxon, field: str
) -> None:
    answer = curator.patch(ELEPHANT, {field: "", "reason": "none"}, format="json")
    assert answer.status_code == 400
    assert field in answer.content.decode()


def test_a_taxon_becomes_a_synonym_and_an_accepted_one_again(
    curator: APIClient, elephant: Taxon
) -> None:
    values = {"accepted": "loxodonta-cyclotis", "reason": "lumped"}
    told = curator.patch(ELEPHANT, values, format="json").json()
    assert told["slug"] == "loxodonta-cyclotis"
    assert slugs(curator, search="loxodonta africana") == ["loxodonta-cyclotis"]
    values = {"accepted": None, "parent": "loxodonta", "reason": "split"}
    told = curator.patch(ELEPHANT, values, format="json").json()
    assert told["slug"] == "loxodonta-africana"
    assert slugs(curator, search="loxodonta africana") == ["loxodonta-africana"]
    assert "loxodonta-africana" in slugs(curator, within="loxodonta")


def test_a_list_of_facts_takes_the_place_of_the_former(curator: APIClient, elephant: Taxon) -> None:
    told = curator.get(ELEPHANT).json()
    kept = elephant.common_names.get(language="zh-hans").pk
    names = [one for one in told["common_names"] if one["language"] != "en"]
    names.append({"language": "en", "name": "Savanna elephant", "preferred": True})
    values = {"common_names": names, "look_alikes": told["look_alikes"], "reason": "asked around"}
    changed = curator.patch(ELEPHANT, values, format="json").json()
    assert {one["name"] for one in changed["common_names"]} == {"非洲草原象", "Savanna elephant"}
    assert changed["common_name"] == "Savanna elephant"
    assert changed["look_alikes"] == told["look_alikes"]
    assert LookAlike.objects.count() == 1
    assert elephant.common_names.get(language="zh-hans").pk == kept
    assert slugs(curator, search="savanna") == ["loxodonta-africana"]
    assert slugs(curator, search="african bush") == []
    gone = CommonName.history.filter(history_type="-").get()
    assert (gone.name, gone.history_change_reason) == ("African bush elephant", "asked around")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"parent": "nobody"}, "parent"),
        ({"parent": "elephas-africanus"}, "parent"),
        ({"parent": "loxodonta-cyclotis"}, "parent"),
        ({"rank": "kingdom"}, "parent"),
        ({"rank": "tribus"}, "rank"),
        ({"slug": "another"}, "slug"),
        ({"accepted": "nobody"}, "accepted"),
        ({"description_source": "nobody"}, "description_source"),
        ({"ranges": [{"country": "XXX"}]}, "ranges"),
        ({"habitats": [{"code": "99"}]}, "habitats"),
        ({"habitats": [{"code": "1"}, {"code": "1"}]}, "habitats"),
        ({"assessments": [{"category": "XX"}]}, "assessments"),
        ({"reason": ""}, "reason"),
    ],
)
def test_what_cannot_be_is_said_by_field_and_nothing_is_written(
    curator: APIClient, elephant: Taxon, values: dict[str, Any], field: str
) -> None:
    before = curator.get(ELEPHANT).json()
    values = {"domesticated": True, "reason": "because", **values}
    response = curator.patch(ELEPHANT, values, format="json")
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["errors"].keys() == {field}
    assert curator.get(ELEPHANT).json() == before


def test_a_circle_and_ranks_upside_down_are_refused(curator: APIClient, elephant: Taxon) -> None:
    values = {"parent": "loxodonta", "rank": "subspecies", "reason": "x"}
    circle = curator.patch("/api/v1/taxa/elephantidae", values, format="json")
    assert (circle.status_code, circle.json()["errors"].keys()) == (400, {"parent"})
    values = {"rank": "subspecies", "reason": "x"}
    upside_down = curator.patch("/api/v1/taxa/loxodonta", values, format="json")
    assert (upside_down.status_code, upside_down.json()["errors"].keys()) == (400, {"rank"})


def test_a_change_needs_a_reason(curator: APIClient, elephant: Taxon) -> None:
    response = curator.patch(ELEPHANT, {"domesticated": True}, format="json")
    assert response.json()["errors"].keys() == {"reason"}
    assert curator.delete(ELEPHANT).json()["errors"].keys() == {"reason"}


def test_facts_need_their_own_permission(curator: APIClient, elephant: Taxon) -> None:
    values = {"traits": [{"kind": "diet", "value": "plants"}], "reason": "seen"}
    assert curator.patch(ELEPHANT, values, format="json").status_code == 403
    assert elephant.traits.get().kind == "body_mass_g"


def test_nobody_overwrites_what_they_have_not_read(curator: APIClient, elephant: Taxon) -> None:
    read = {"If-Match": curator.get(ELEPHANT)["ETag"]}
    values = {"description": "Grey.", "reason": "first"}
    first = curator.patch(ELEPHANT, values, format="json", headers=read)
    assert first.status_code == 200
    values = {"description": "Big.", "reason": "second"}
    second = curator.patch(ELEPHANT, values, format="json", headers=read)
    assert (second.status_code, second.json()["code"]) == (412, "changed_meanwhile")
    assert curator.delete(f"{ELEPHANT}?reason=x", headers=read).status_code == 412
    assert curator.get(ELEPHANT).json()["description"] == "Grey."
    fresh = {"If-Match": first["ETag"]}
    assert curator.patch(ELEPHANT, values, format="json", headers=fresh).status_code == 200


def test_a_taxon_that_is_needed_stays(curator: APIClient, elephant: Taxon) -> None:
    response = curator.delete("/api/v1/taxa/loxodonta?reason=x")
    assert (response.status_code, response.json()["code"]) == (409, "in_use")


def test_what_is_deleted_is_found_no_more_and_the_history_says_why(
    curator: APIClient, elephant: Taxon
) -> None:
    assert curator.delete("/api/v1/taxa/elephas-africanus?reason=misspelt").status_code == 204
    assert slugs(curator, search="elephas") == []
    assert curator.delete(f"{ELEPHANT}?reason=never+existed").status_code == 204
    assert curator.get(ELEPHANT).status_code == 404
    entry = Taxon.history.filter(slug="loxodonta-africana").latest()
    assert (entry.history_type, entry.history_change_reason) == ("-", "never existed")


@pytest.mark.parametrize("query", ["sensitive=null", "sensitive=", "group=", "parent=", "rank="])
def test_a_filter_that_says_nothing_is_refused(client: APIClient, query: str) -> None:
    response = client.get(f"/api/v1/taxa?{query}")
    assert (response.status_code, list(response.json()["errors"])) == (400, [query.split("=")[0]])
