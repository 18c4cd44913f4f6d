"""What needs a curator's attention."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from wildlife.species import index, labels
from wildlife.species.attention import CHECKS, OLD, accepted, count
from wildlife.species.models import CommonName, Habitat, Source, Taxon

pytestmark = pytest.mark.django_db

Make = Callable[..., Taxon]
FLAWLESS = "panthera-leo"
THIS_YEAR = timezone.now().year


@pytest.fixture
def lion() -> Taxon:
    """A species that no check has anything to say about."""
    source = Source.objects.create(key="book", citation="A book")
    above = None
    for rank, name in (("kingdom", "Animalia"), ("genus", "Panthera")):
        above = Taxon.objects.create(
            slug=name.lower(), scientific_name=name, rank=rank, parent=above
        )
    taxon = Taxon.objects.create(
        slug=FLAWLESS,
        scientific_name="Panthera leo",
        rank="species",
        parent=above,
        description="A big cat.",
        description_source=source,
    )
    taxon.assessments.create(category="VU", year=THIS_YEAR, source=source)
    taxon.habitats.create(habitat=Habitat.objects.create(code="2"), source=source)
    taxon.ranges.create(country="KEN", source=source)
    for language, name in (("en", "Lion"), ("zh-hans", "狮")):
        taxon.common_names.create(language=language, name=name, preferred=True, source=source)
    index.refresh()
    return taxon


def found(key: str) -> set[str]:
    return set(CHECKS[key].find(accepted()).values_list("slug", flat=True))


def test_of_a_flawless_species_there_is_nothing_to_say(lion: Taxon) -> None:
    assert {key for key in CHECKS if FLAWLESS in found(key)} == set()


def _twin(lion: Taxon, name: str) -> None:
    twin = Taxon.objects.create(
        slug="twin", scientific_name=name, rank="species", parent=lion.parent
    )
    CommonName.objects.create(taxon=twin, language="en", name="Lion", preferred=True)


def _update(lion: Taxon, **values: Any) -> None:
    Taxon.objects.filter(pk=lion.pk).update(**values)


@pytest.mark.parametrize(
    ("key", "spoil"),
    [
        ("no-category", lambda lion: lion.assessments.update(country="KEN")),
        (
            "old-assessment",
            lambda lion: lion.assessments.update(year=THIS_YEAR - OLD - 1),
        ),
        ("undated-assessment", lambda lion: lion.assessments.update(year=0)),
        ("no-habitat", lambda lion: lion.habitats.all().delete()),
        ("no-range", lambda lion: lion.ranges.all().delete()),
        ("no-english", lambda lion: lion.common_names.filter(language="en").delete()),
        ("no-chinese", lambda lion: lion.common_names.filter(name="狮").delete()),
        ("same-name", lambda lion: _twin(lion, "Panthera leo")),
        ("same-common-name", lambda lion: _twin(lion, "Panthera onca")),
        (
            "other-genus",
            lambda lion: _update(lion, scientific_name="Leo l"),
        ),
        ("no-parent", lambda lion: _update(lion, parent=None)),
        ("extinct-but-native", lambda lion: lion.assessments.update(category="EX")),
        ("unsourced", lambda lion: lion.traits.create(kind="diet", value="meat")),
        ("undescribed", lambda lion: _update(lion, description="")),
    ],
)
def test_each_flaw_is_found(lion: Taxon, key: str, spoil: Callable[[Taxon], Any]) -> None:
    spoil(lion)
    assert FLAWLESS in found(key)


def test_every_check_is_tried_above() -> None:
    (marks,) = test_each_flaw_is_found.pytestmark  # type: ignore[attr-defined]
    assert {key for key, _ in marks.args[1]} == set(CHECKS)


def test_exactly_as_old_as_allowed_is_not_old(lion: Taxon) -> None:
    lion.assessments.update(year=THIS_YEAR - OLD)
    assert FLAWLESS not in found("old-assessment")


def test_a_newer_assessment_makes_up_for_an_old_one(lion: Taxon) -> None:
    lion.assessments.create(category="LC", year=1990)
    assert FLAWLESS not in found("old-assessment")


def test_domesticated_animals_need_no_range_of_their_own(lion: Taxon) -> None:
    lion.ranges.all().delete()
    Taxon.objects.filter(pk=lion.pk).update(domesticated=True)
    assert FLAWLESS not in found("no-range")


def test_what_is_common_among_ranks_is_no_duplicate(lion: Taxon) -> None:
    CommonName.objects.create(taxon=lion.parent, language="en", name="Lion", preferred=True)
    assert FLAWLESS not in found("same-common-name")


def test_more_than_anybody_works_through_is_not_counted(
    lion: Taxon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wildlife.species.attention.COUNTED", 1)
    assert count(CHECKS["no-parent"], accepted()) == 0
    Taxon.objects.filter(rank="genus").update(parent=None)
    Taxon.objects.filter(rank="species").update(parent=None)
    Taxon.objects.create(slug="x", scientific_name="X", rank="family")
    assert count(CHECKS["no-parent"], accepted()) == 2


@pytest.fixture
def nameable(lion: Taxon, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labels, "nameable", lambda: [lion.pk])
    monkeypatch.setattr(labels, "unknown", lambda: {"Leo leo": ["cats@1"]})


@pytest.mark.usefixtures("nameable")
def test_the_page_begins_with_what_models_can_name(
    admin_client: Client, lion: Taxon, django_assert_max_num_queries: Any
) -> None:
    _twin(lion, "Panthera onca")
    address = reverse("admin:species_taxon_needs")
    with django_assert_max_num_queries(30):
        page = admin_client.get(address)
    said = {tally.check.key: tally.said for tally in page.context["tallies"]}
    assert (said["no-category"], said["same-common-name"]) == ("0", "1")
    assert page.context["chosen"].key == "same-common-name"
    assert [row.taxon for row in page.context["rows"]] == [lion]
    assert page.context["unknown_labels"] == 1
    whole = admin_client.get(address, {"scope": "all", "check": "no-category"})
    assert [tally.said for tally in whole.context["tallies"] if tally.said] == ["1"]
    assert [row.taxon.slug for row in whole.context["rows"]] == ["twin"]


@pytest.mark.usefixtures("nameable")
def test_the_page_keeps_to_a_branch(admin_client: Client, lion: Taxon) -> None:
    lion.habitats.all().delete()
    address = reverse("admin:species_taxon_needs")
    asked = {"check": "no-habitat", "branch": "aves"}
    assert admin_client.get(address, asked).context["rows"] == []
    Taxon.objects.filter(slug="animalia").update(slug="aves")
    rows = admin_client.get(address, asked).context["rows"]
    assert [row.taxon for row in rows] == [lion]
