"""Editing many taxa at once."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.species.conftest import Folder
from wildlife.species import bulk
from wildlife.species.loader import load
from wildlife.species.models import Habitat, Range, Source, Taxon, TaxonHabitat

pytestmark = pytest.mark.django_db


@pytest.fixture
def taxa(folder: Folder) -> dict[str, Taxon]:
    folder.add(
        "taxa.csv", "felis,Felis,genus,felidae,,", "panthera-onca,Panthera onca,species,panthera,,"
    )
    load(folder.path)
    return {taxon.slug: taxon for taxon in Taxon.objects.all()}


def send(client: Client, taxa: list[Taxon], stage: str, **said: Any) -> Any:
    data = {
        "action": "edit_in_bulk",
        "_selected_action": [taxon.pk for taxon in taxa],
        "suitability": "suitable",
        "presence": "native",
        **({"stage": stage} if stage else {}),
        **said,
    }
    return client.post(reverse("admin:species_taxon_changelist"), data)


def test_a_preview_says_what_changes_and_changes_nothing(
    admin_client: Client, taxa: dict[str, Taxon]
) -> None:
    cats = [taxa["panthera-leo"], taxa["panthera-onca"], taxa["felis-leo"]]
    said = {
        "sensitive": "yes",
        "habitat": Habitat.objects.get(code="1").pk,
        "country": "KEN",
        "presence": "extinct",
        "source": Source.objects.get(key="book").pk,
        "reason": "survey",
    }
    assert "form" in send(admin_client, cats, "").context
    steps = send(admin_client, cats, "preview", **said).context["steps"]
    assert {step.taxon.slug: step.changes for step in steps} == {
        "panthera-leo": ("sensitive: yes", "range Kenya: native → extinct"),
        "panthera-onca": ("sensitive: yes", "habitat Forest: suitable", "range Kenya: extinct"),
        "felis-leo": (),
    }
    assert next(step.problem for step in steps if not step.changes) == (
        "It is a synonym of Panthera leo."
    )
    assert not Taxon.objects.filter(sensitive=True).exists()
    assert not Range.objects.filter(presence="extinct").exists()


def test_what_was_confirmed_is_done_and_signed(
    admin_client: Client, taxa: dict[str, Taxon]
) -> None:
    lion, jaguar = taxa["panthera-leo"], taxa["panthera-onca"]
    said = {"domesticated": "yes", "parent": taxa["felis"].pk, "reason": "survey"}
    assert send(admin_client, [lion, jaguar], "confirmed", **said).status_code == 302
    for taxon in (lion, jaguar):
        taxon.refresh_from_db()
        assert (taxon.domesticated, taxon.parent) == (True, taxa["felis"])
        record = Taxon.history.filter(id=taxon.pk).latest()
        assert (record.history_user.username, record.history_change_reason) == ("admin", "survey")


def test_doing_it_again_changes_nothing(taxa: dict[str, Taxon]) -> None:
    edit = bulk.BulkEdit(
        habitat=Habitat.objects.get(code="2"), country="GHA", source=Source.objects.first()
    )
    cats = [taxa["panthera-leo"], taxa["panthera-onca"]]
    assert bulk.apply(cats, edit, by=None, reason="once") == 2
    assert bulk.apply(cats, edit, by=None, reason="twice") == 0
    assert TaxonHabitat.objects.filter(habitat__code="2").count() == 2
    assert not Range.history.filter(history_change_reason="twice").exists()


def test_a_taxon_that_does_not_fit_stays_where_it_is(taxa: dict[str, Taxon]) -> None:
    edit = bulk.BulkEdit(parent=taxa["panthera-leo"])
    (step,) = bulk.plan([taxa["felis"]], edit)
    assert step.problem == "The parent's rank must be above this one's."
    assert bulk.apply([taxa["felis"]], edit, by=None, reason="no") == 0


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({}, "__all__"),
        ({"country": "XXX"}, "country"),
        ({"country": "KEN"}, "source"),
        ({"sensitive": "yes", "reason": ""}, "reason"),
    ],
)
def test_an_edit_must_say_what_and_why(
    admin_client: Client, taxa: dict[str, Taxon], said: dict[str, str], field: str
) -> None:
    page = send(admin_client, [taxa["felis"]], "confirmed", **{"reason": "survey"} | said)
    assert field in page.context["form"].errors


def test_nobody_edits_more_than_they_can_read(
    admin_client: Client, taxa: dict[str, Taxon], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "MOST", 1)
    answer = send(admin_client, list(taxa.values()), "confirmed", sensitive="yes", reason="all")
    assert answer.status_code == 302
    assert not Taxon.objects.filter(sensitive=True).exists()
