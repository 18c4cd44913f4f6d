"""What the labels of models stand for, and deciding on it."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from models_registry.interfaces import Label
from tests.species.conftest import Folder
from wildlife.species import labels, moves
from wildlife.species.labels import State
from wildlife.species.loader import load
from wildlife.species.models import LabelDecision, Taxon
from wildlife.species.selectors import tree

pytestmark = pytest.mark.django_db

LABELS = (
    Label(0, "background", "", "", "none"),
    Label(1, "lion", "Panthera leo", "species", "mammal"),
    Label(2, "old lion", "Felis leo", "species", "mammal"),
    Label(3, "mistyped", "Pantera leo", "species", "mammal"),
    Label(4, "coral reef", "", "", "other"),
)


@dataclass(frozen=True)
class Card:
    """As much of a card as labels need."""

    labels: tuple[Label, ...] = LABELS
    kind: str = "expert"
    key: str = "cats@1"
    title: str = "Cats"


@pytest.fixture
def lion(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> Taxon:
    load(folder.path)
    monkeypatch.setattr(labels, "naming_cards", lambda: [Card()])
    return Taxon.objects.get(slug="panthera-leo")


def states() -> list[State]:
    return [reading.state for reading in labels.readings(Card())]  # type: ignore[arg-type]


def test_labels_are_read_from_names_and_synonyms(lion: Taxon) -> None:
    assert states() == [State.NOTHING, State.NAMED, State.SYNONYM, State.UNKNOWN, State.UNKNOWN]
    assert labels.unknown() == {"Pantera leo": ["cats@1"], "coral reef": ["cats@1"]}
    assert labels.nameable() == [lion.pk]


@pytest.mark.parametrize("asked", ["Pantera leo", "lions", "Lion", "Leo leo", "Panthera lea"])
def test_something_alike_is_suggested(lion: Taxon, asked: str) -> None:
    best = labels.suggestions([asked])[0]
    assert (best.taxon_id, best.common_name) == (lion.pk, "Lion")


def test_nothing_is_suggested_that_is_not_alike(lion: Taxon) -> None:
    assert labels.suggestions(["Pantograph", "coral reef", ""]) == []


def test_a_decision_is_in_force_at_once_and_is_taken_back(lion: Taxon) -> None:
    mistyped, reef, known = LABELS[3], LABELS[4], LABELS[1]
    assert tree().meant_by(mistyped) == ""
    labels.decide("Pantera leo", lion, by=None, reason="typing mistake")
    assert tree().meant_by(mistyped) == "panthera-leo"
    labels.decide("coral reef", None, by=None, reason="a place")
    labels.decide("Panthera leo", None, by=None, reason="it means statues")
    assert tree().meant_by(known) == ""
    assert tree().meant_by(reef) == ""
    assert states()[1:] == [State.DECIDED, State.SYNONYM, State.DECIDED, State.DECIDED]
    labels.withdraw("Panthera leo", by=None, reason="it does not")
    assert tree().meant_by(known) == "panthera-leo"


def test_a_decision_follows_its_taxon(lion: Taxon) -> None:
    labels.decide("Pantera leo", lion, by=None, reason="typing mistake")
    keep = Taxon.objects.create(
        slug="leo", scientific_name="Leo", rank="species", parent=lion.parent
    )
    moves.merge(keep, lion, by=None, reason="the same")
    assert LabelDecision.objects.get().taxon == keep
    assert tree().meant_by(LABELS[3]) == "leo"


def test_a_synonym_chosen_stands_for_its_taxon(lion: Taxon) -> None:
    labels.decide("x", Taxon.objects.get(slug="felis-leo"), by=None, reason="so")
    assert LabelDecision.objects.get().taxon == lion


def test_the_page_shows_what_is_unknown_first(
    admin_client: Client, lion: Taxon, django_assert_max_num_queries: Any
) -> None:
    address = reverse("admin:species_taxon_labels")
    admin_client.get(address)
    with django_assert_max_num_queries(8):
        page = admin_client.get(address)
    assert [one.label.index for one in page.context["shown"]] == [3, 4, 2, 1, 0]
    asked = admin_client.get(address, {"state": "unknown", "q": "CORAL"})
    assert [one.label.index for one in asked.context["shown"]] == [4]
    suggested = admin_client.get(reverse("admin:species_taxon_suggest"), {"label": "Pantera leo"})
    assert "Panthera leo" in suggested.text


def decide(client: Client, label: str, **said: Any) -> Any:
    return client.post(f"{reverse('admin:species_taxon_label')}?label={label}&release=cats@1", said)


def test_a_curator_decides_with_a_reason(admin_client: Client, lion: Taxon) -> None:
    label = "Pantera%20leo"
    choice = str(lion.pk)
    assert "reason" in decide(admin_client, label, choice=choice).context["form"].errors
    assert decide(admin_client, label, choice=choice, reason="typing mistake").status_code == 302
    assert tree().meant_by(LABELS[3]) == "panthera-leo"
    record = LabelDecision.history.get()
    assert (record.history_user.username, record.history_change_reason) == (
        "admin",
        "typing mistake",
    )
    assert decide(admin_client, label, choice="names", reason="no").status_code == 302
    assert not LabelDecision.objects.exists()


def test_another_taxon_has_to_be_chosen(admin_client: Client, lion: Taxon) -> None:
    answer = decide(admin_client, "coral%20reef", choice="other", reason="so")
    assert "taxon" in answer.context["form"].errors
    answer = decide(admin_client, "coral%20reef", choice="other", reason="so", taxon=lion.pk)
    assert tree().meant_by(LABELS[4]) == "panthera-leo"
    assert decide(admin_client, "coral%20reef", choice="nothing", reason="so").status_code == 302
    assert tree().meant_by(LABELS[4]) == ""
