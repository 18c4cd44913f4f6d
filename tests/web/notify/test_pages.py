"""Pages of alerts and webhooks: made, changed, tried, read and deleted by forms alone."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.notify.conftest import SITE, looked_at
from tests.web.builders import plant
from wildlife.notify.models import Alert, Webhook
from wildlife.projects.models import Project
from wildlife.projects.services import create
from wildlife.species.index import refresh
from wildlife.species.models import Taxon


@pytest.fixture
def taxa(db: None) -> dict[str, Taxon]:
    taxa = plant()
    refresh()
    return taxa


@pytest.fixture
def mara(client: Client, django_user_model: type[User]) -> Project:
    owner = django_user_model.objects.create_user("owner", "owner@example.org", "x")
    client.force_login(owner)
    return create(owner, "Mara")


def wish(**more: object) -> dict[str, object]:
    return {"name": "Cats", "percent": 80, "quiet_hours": 24, "active": "on", **more}


@pytest.mark.parametrize("typed", ["felidae", "Cats", "FELIDAE"])
def test_an_alert_is_made_for_an_animal_by_any_of_its_names(
    client: Client, mara: Project, taxa: dict[str, Taxon], typed: str
) -> None:
    page = client.post("/projects/mara/alerts/", wish(animal=typed), follow=True)
    made = Alert.objects.get()
    assert (made.taxon, made.above, made.user.username) == (taxa["felidae"], 0.8, "owner")
    assert made.site == "http://testserver/"
    assert "Felidae" in page.content.decode()


def test_a_name_that_may_mean_several_is_asked_back(
    client: Client, mara: Project, taxa: dict[str, Taxon]
) -> None:
    page = client.post("/projects/mara/alerts/", wish(animal="african")).content.decode()
    assert "Which one do you mean" in page
    assert "Loxodonta africana" in page
    page = client.post("/projects/mara/alerts/", wish(animal="qqq")).content.decode()
    assert "We know no animal of this name." in page
    page = client.post("/projects/mara/alerts/", wish()).content.decode()
    assert "Say which animals" in page
    assert not Alert.objects.exists()


def test_an_alert_is_changed_and_deleted_by_whose_it_is(
    client: Client, mara: Project, taxa: dict[str, Taxon]
) -> None:
    client.post("/projects/mara/alerts/", wish(animal="felidae"))
    page = f"/projects/mara/alerts/{Alert.objects.get().pk}/"
    assert 'value="Felidae"' in client.get(page).content.decode()
    client.post(page, wish(name="New ones", first="on"))
    changed = Alert.objects.get()
    assert (changed.name, changed.taxon, changed.first, changed.by_mail) == (
        "New ones", None, True, False,
    )  # fmt: skip
    client.post(f"{page}delete")
    assert not Alert.objects.exists()


def test_what_was_found_is_shown_in_a_few_queries(
    client: Client,
    mara: Project,
    taxa: dict[str, Taxon],
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(5):
        one = Alert.objects.create(
            project=mara, user=mara.memberships.get().user, name=f"Cats {number}", site=SITE
        )
        shown = looked_at(mara, taxa["panthera-leo"])
        one.sightings.create(photo=shown, taxon=taxa["panthera-leo"], confidence=0.9)
    with django_assert_max_num_queries(12):
        page = client.get("/projects/mara/alerts/").content.decode()
    assert page.count('class="sighting"') == 5


def test_a_webhook_shows_its_secret_once(client: Client, mara: Project) -> None:
    told = {"address": "https://hooks.example/in", "kinds": ["photo.identified"]}
    page = client.post("/projects/mara/webhooks/", told).content.decode()
    hook = Webhook.objects.get()
    assert hook.secret in page
    again = client.get(f"/projects/mara/webhooks/{hook.pk}/").content.decode()
    assert hook.secret not in again
    renewed = client.post(f"/projects/mara/webhooks/{hook.pk}/renew").content.decode()
    before, hook = hook.secret, Webhook.objects.get()
    assert hook.secret != before
    assert hook.secret in renewed


@pytest.mark.parametrize("address", ["ftp://hooks.example/", "http://u:p@hooks.example/", "x"])
def test_what_is_no_address_is_refused(client: Client, mara: Project, address: str) -> None:
    page = client.post(
        "/projects/mara/webhooks/", {"address": address, "kinds": ["alert"]}
    ).content.decode()
    assert re.search(r'id="id_address_error" role="alert"', page)
    assert not Webhook.objects.exists()


def test_a_webhook_is_tried_switched_and_its_messages_are_read(
    client: Client, mara: Project
) -> None:
    hook = Webhook.objects.create(project=mara, address="https://hooks.example/in", site=SITE)
    page = f"/projects/mara/webhooks/{hook.pk}/"
    client.post(f"{page}test")
    [sent] = hook.deliveries.all()
    assert "It works." in client.get(page).content.decode()
    hook.deliveries.update(state="given_up", error="The server could not be reached.", attempts=9)
    assert "The server could not be reached." in client.get(page).content.decode()
    client.post(f"{page}messages/{sent.pk}/again")
    sent.refresh_from_db()
    assert (sent.state, sent.attempts) == ("waiting", 0)
    client.post(f"{page}off")
    assert not Webhook.objects.get().active
    client.post(f"{page}on")
    assert Webhook.objects.get().active
    client.post(f"{page}delete")
    assert not Webhook.objects.exists()
