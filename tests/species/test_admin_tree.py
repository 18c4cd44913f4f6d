"""The tree browser, and moving, renaming and merging from it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.species.conftest import Folder
from wildlife.species.admin import tree
from wildlife.species.loader import load
from wildlife.species.models import ConservationAssessment, Taxon

pytestmark = pytest.mark.django_db


@pytest.fixture
def lion(folder: Folder) -> Taxon:
    folder.add("taxa.csv", "felis,Felis,genus,felidae,,")
    load(folder.path)
    return Taxon.objects.get(slug="panthera-leo")


def page(client: Client, name: str, *args: Any, **asked: Any) -> Any:
    return client.get(reverse(f"admin:species_taxon_{name}", args=args), asked)


def test_the_tree_begins_with_its_roots(admin_client: Client, lion: Taxon) -> None:
    branches = page(admin_client, "tree").context["level"].branches
    assert [(one.taxon.slug, one.children, one.open) for one in branches] == [("animalia", 1, None)]


def test_a_branch_has_counts_names_and_the_newest_worldwide_category(
    admin_client: Client, lion: Taxon
) -> None:
    for year, category, country in ((2020, "EN", ""), (2022, "CR", "KEN"), (1990, "LC", "")):
        ConservationAssessment.objects.create(
            taxon=lion, year=year, category=category, country=country
        )
    answer = page(admin_client, "branch", lion.parent_id)
    assert "Lion" in answer.text
    assert "iucn-EN" in answer.text
    assert "aria-expanded" not in answer.text
    counts = page(admin_client, "branch", Taxon.objects.get(slug="felidae").pk).context["level"]
    assert [(one.taxon.slug, one.children) for one in counts.branches] == [
        ("felis", 0),
        ("panthera", 1),
    ]


def test_a_synonym_leads_to_the_open_branch_of_its_taxon(admin_client: Client, lion: Taxon) -> None:
    synonym = Taxon.objects.get(slug="felis-leo")
    level = page(admin_client, "tree", at=synonym.pk).context["level"]
    line = []
    while level is not None:
        here = next(one for one in level.branches if one.open or one.here)
        line.append(here.taxon.slug)
        level = here.open
    assert line == ["animalia", "felidae", "panthera", "panthera-leo"]


def test_a_long_level_comes_in_parts_and_never_hides_the_way(
    lion: Taxon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tree, "LEVEL", 1)
    felidae = Taxon.objects.get(slug="felidae")
    first = tree.level(felidae)
    assert ([one.taxon.slug for one in first.branches], first.next) == (["felis"], 1)
    rest = tree.level(felidae, first.next)
    assert ([one.taxon.slug for one in rest.branches], rest.next) == (["panthera"], 0)
    both = tree.level(felidae, include=lion.parent_id)
    assert [one.taxon.slug for one in both.branches] == ["felis", "panthera"]


def test_a_level_takes_few_queries_however_long(
    admin_client: Client, lion: Taxon, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        slug = f"panthera-{number}"
        Taxon.objects.create(slug=slug, scientific_name=slug, rank="species", parent=lion.parent)
    with django_assert_max_num_queries(8):
        page(admin_client, "branch", lion.parent_id)
    with django_assert_max_num_queries(32):
        page(admin_client, "tree", at=lion.pk)


def test_what_is_no_taxon_is_not_found(admin_client: Client, lion: Taxon) -> None:
    for at in ("999999", "x", "9" * 40):
        assert page(admin_client, "tree", at=at).status_code == 404


def test_moving_takes_what_is_below_along(admin_client: Client, lion: Taxon) -> None:
    address = reverse("admin:species_taxon_move", args=[lion.pk])
    felis = Taxon.objects.get(slug="felis")
    answer = admin_client.post(address, {"parent": felis.pk, "reason": "trying it"})
    assert answer.status_code == 302
    lion.refresh_from_db()
    assert lion.parent == felis
    assert lion.path.startswith(felis.path)
    record = Taxon.history.filter(id=lion.pk).latest()
    assert (record.history_user.username, record.history_change_reason) == ("admin", "trying it")


def test_moving_below_oneself_is_refused_in_a_sentence(admin_client: Client, lion: Taxon) -> None:
    address = reverse("admin:species_taxon_move", args=[lion.parent_id])
    answer = admin_client.post(address, {"parent": lion.pk, "reason": "no"})
    assert "rank must be above" in str(answer.context["form"].errors["parent"])


def test_a_former_name_becomes_a_synonym(admin_client: Client, lion: Taxon) -> None:
    address = reverse("admin:species_taxon_rename", args=[lion.pk])
    assert admin_client.post(address, {"name": "Leo leo", "reason": ""}).status_code == 200
    assert (
        admin_client.post(address, {"name": "Leo leo", "reason": "a revision"}).status_code == 302
    )
    lion.refresh_from_db()
    assert lion.scientific_name == "Leo leo"
    assert lion.synonyms.filter(scientific_name="Panthera leo").exists()


def test_a_synonym_can_be_led_elsewhere(admin_client: Client, lion: Taxon) -> None:
    synonym = Taxon.objects.get(slug="felis-leo")
    felis = Taxon.objects.get(slug="felis")
    address = reverse("admin:species_taxon_merge", args=[synonym.pk])
    admin_client.post(address, {"of": felis.pk, "reason": "another cat"})
    synonym.refresh_from_db()
    assert synonym.accepted == felis


def test_duplicates_are_shown_side_by_side_and_merged(admin_client: Client, lion: Taxon) -> None:
    twin = Taxon.objects.create(
        slug="panthera-leo-2", scientific_name="Panthera leo", rank="species", parent=lion.parent
    )
    twin.ranges.create(country="ZAF")
    chosen = admin_client.post(
        reverse("admin:species_taxon_changelist"),
        {"action": "merge_selected", "_selected_action": [lion.pk, twin.pk]},
    )
    side_by_side = admin_client.get(chosen.url)
    assert ("Ranges", [["Kenya · native", "Tanzania · native"], ["South Africa · native"]]) in [
        (heading, sorted(sides, key=len, reverse=True))
        for heading, sides in side_by_side.context["rows"]
    ]
    assert admin_client.post(chosen.url, {"keep": lion.pk, "reason": "the same"}).status_code == 302
    twin.refresh_from_db()
    assert twin.accepted == lion
    assert lion.ranges.filter(country="ZAF").exists()


def test_one_taxon_alone_is_not_merged(admin_client: Client, lion: Taxon) -> None:
    answer = admin_client.post(
        reverse("admin:species_taxon_changelist"),
        {"action": "merge_selected", "_selected_action": [lion.pk]},
        follow=True,
    )
    assert "Choose two taxa" in answer.text
