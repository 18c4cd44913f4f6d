"""Who changed what and why, and going back."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from tests.species.conftest import Folder
from wildlife.species import moves, versions
from wildlife.species.loader import load
from wildlife.species.models import CommonName, ConservationAssessment, Range, Taxon
from wildlife.species.tracked import delete, save

pytestmark = pytest.mark.django_db


@pytest.fixture
def lion(folder: Folder) -> Taxon:
    load(folder.path)
    return Taxon.objects.get(slug="panthera-leo")


@pytest.fixture
def eva(lion: Taxon) -> User:
    return User.objects.create_user("eva")


@pytest.fixture
def edited(lion: Taxon, eva: User) -> Taxon:
    """A lion that was assessed anew, lost Tanzania, came to Ghana, and is sensitive."""
    status = lion.assessments.get()
    status.category = "EN"
    save(status, by=eva, reason="new list")
    delete(lion.ranges.get(country="TZA"), by=eva, reason="new list")
    save(Range(taxon=lion, country="GHA"), by=eva, reason="new list")
    lion.sensitive = True
    save(lion, by=eva, reason="poachers")
    return lion


def words(edit: versions.Edit) -> tuple[Any, ...]:
    changed = {change.field: (change.old, change.new) for change in edit.changes}
    return edit.what, edit.kind, changed


def test_what_one_person_did_for_one_reason_is_one_version(edited: Taxon) -> None:
    newest, first = versions.timeline(edited)
    assert [(one.who, one.why) for one in (newest, first)] == [
        ("eva", "poachers"),
        ("eva", "new list"),
    ]
    assert [words(edit) for edit in newest.edits] == [
        ("Taxon", "changed", {"Sensitive": ("no", "yes")})
    ]
    changed, removed, added = (words(edit) for edit in first.edits)
    assert changed == (
        "Conservation assessment",
        "changed",
        {"Category": ("Vulnerable", "Endangered")},
    )
    assert removed[:2] == ("Range", "removed")
    assert removed[2]["Country"] == ("TZA", "")
    assert removed[2]["Source"] == ("book", "")
    assert added[2]["Country"] == ("", "GHA")


def test_a_taxon_goes_back_with_all_its_facts(edited: Taxon, eva: User) -> None:
    moment = versions.timeline(edited)[-1].began
    keys = [edit.key for edit in versions.difference(edited, moment)]
    assert versions.restore(edited, moment, keys, by=eva, reason="a mistake") == 4
    edited.refresh_from_db()
    assert not edited.sensitive
    assert edited.assessments.get().category == "VU"
    assert set(edited.ranges.values_list("country", flat=True)) == {"KEN", "TZA"}
    assert versions.difference(edited, moment) == []
    assert versions.timeline(edited)[0].why == "a mistake"


def test_only_what_is_chosen_goes_back(edited: Taxon, eva: User) -> None:
    moment = versions.timeline(edited)[-1].began
    status = next(
        edit.key for edit in versions.difference(edited, moment) if "assessment" in edit.what
    )
    versions.restore(edited, moment, [status], by=eva, reason="half")
    assert edited.assessments.get().category == "VU"
    assert set(edited.ranges.values_list("country", flat=True)) == {"KEN", "GHA"}


def test_a_preferred_name_comes_back_in_the_place_of_the_new_one(lion: Taxon, eva: User) -> None:
    old = lion.common_names.get()
    old.preferred = False
    save(old, by=eva, reason="new name")
    save(
        CommonName(taxon=lion, language="en", name="Simba", preferred=True),
        by=eva,
        reason="new name",
    )
    moment = versions.timeline(lion)[-1].began
    keys = [edit.key for edit in versions.difference(lion, moment)]
    versions.restore(lion, moment, keys, by=eva, reason="back")
    assert [(one.name, one.preferred) for one in lion.common_names.all()] == [("Lion", True)]


def test_a_former_name_and_place_come_back(lion: Taxon, eva: User) -> None:
    family = Taxon.objects.get(slug="felidae")
    moves.rename(lion, "Leo leo", by=eva, reason="revision")
    moves.move(lion, family, by=eva, reason="revision")
    moment = versions.timeline(lion)[-1].began
    versions.restore(lion, moment, [f"taxon-{lion.pk}"], by=eva, reason="rejected")
    lion.refresh_from_db()
    assert (lion.scientific_name, lion.parent and lion.parent.slug) == ("Panthera leo", "panthera")
    assert lion.synonyms.filter(scientific_name="Leo leo").exists()


def test_what_no_longer_fits_is_refused_and_nothing_changes(lion: Taxon, eva: User) -> None:
    delete(lion.ranges.get(country="TZA"), by=eva, reason="gone")
    moment = versions.timeline(lion)[-1].began
    keys = [edit.key for edit in versions.difference(lion, moment)]
    save(Range(taxon=lion, country="TZA"), by=eva, reason="new row")
    with pytest.raises(ValidationError, match="Range TZA"):
        versions.restore(lion, moment, keys, by=eva, reason="back")
    assert lion.ranges.filter(country="TZA").count() == 1


def test_facts_that_came_by_a_merge_stay(lion: Taxon, eva: User) -> None:
    twin = Taxon.objects.create(slug="leo", scientific_name="Leo", rank="species")
    fact = twin.ranges.create(country="ZAF")
    moves.merge(lion, twin, by=eva, reason="the same")
    moment = versions.timeline(lion)[-1].began
    assert f"range-{fact.pk}" not in [edit.key for edit in versions.difference(lion, moment)]


def test_the_pages_show_the_history_and_go_back(
    admin_client: Client, edited: Taxon, django_assert_max_num_queries: Any
) -> None:
    address = reverse("admin:species_taxon_history", args=[edited.pk])
    with django_assert_max_num_queries(16):
        page = admin_client.get(address)
    assert "poachers" in page.text
    assert "<del>Vulnerable</del>" in page.text
    moment = page.context["shown"][-1].began
    restore = reverse("admin:species_taxon_restore", args=[edited.pk])
    at = {"before": moment.isoformat()}
    keys = [edit.key for edit in admin_client.get(restore, at).context["edits"]]
    url = f"{restore}?before={moment.isoformat().replace('+', '%2B')}"
    assert admin_client.post(url, {"row": keys, "reason": ""}).status_code == 200
    assert ConservationAssessment.objects.get(taxon=edited).category == "EN"
    assert admin_client.post(url, {"row": keys, "reason": "a mistake"}).url == address
    assert ConservationAssessment.objects.get(taxon=edited).category == "VU"


@pytest.mark.parametrize("moment", ["", "yesterday", "2024-13-40T00:00:00Z", "2024-01-01T00:00:00"])
def test_going_back_needs_a_moment(admin_client: Client, lion: Taxon, moment: str) -> None:
    address = reverse("admin:species_taxon_restore", args=[lion.pk])
    assert admin_client.get(address, {"before": moment}).status_code == 404


def test_a_deleted_taxon_keeps_its_history_and_the_reason(
    admin_client: Client, lion: Taxon
) -> None:
    pk = lion.pk
    address = reverse("admin:species_taxon_delete", args=[pk])
    assert admin_client.get(address).status_code == 200
    admin_client.post(address, {"post": "yes", "reason": "never lived"})
    assert not Taxon.objects.filter(pk=pk).exists()
    page = admin_client.get(reverse("admin:species_taxon_history", args=[pk]))
    assert "never lived" in page.text


def test_the_history_of_a_name_is_that_of_its_taxon(admin_client: Client, lion: Taxon) -> None:
    name = lion.common_names.get()
    answer = admin_client.get(reverse("admin:species_commonname_history", args=[name.pk]))
    assert answer.url == reverse("admin:species_taxon_history", args=[lion.pk])
