"""Webhooks and alerts by the API: made, changed, tried, read and deleted."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from tests.api.conftest import bearer
from tests.web.builders import plant
from wildlife.notify.models import Alert, Webhook
from wildlife.projects.models import Project
from wildlife.projects.services import create

HOOK = {"address": "https://hooks.example/in", "kinds": ["alert", "photo.identified", "alert"]}


@pytest.fixture
def owner(db: None) -> APIClient:
    user = User.objects.create_user("owner")
    create(user, "Mara")
    return APIClient(**bearer(user))


def send(client: APIClient, method: str, path: str, **body: Any) -> Any:
    return getattr(client, method)(f"/api/v1/{path}", body or None, format="json")


def test_a_webhook_tells_its_secret_once(owner: APIClient) -> None:
    made = send(owner, "post", "projects/mara/webhooks", **HOOK)
    assert made.status_code == 201
    told = made.json()
    assert told["secret"] == Webhook.objects.get().secret
    assert (told["kinds"], told["project"]) == (["alert", "photo.identified"], "mara")
    [listed] = send(owner, "get", "projects/mara/webhooks").json()["results"]
    assert listed == {name: value for name, value in told.items() if name != "secret"}
    changed = send(owner, "patch", f"webhooks/{told['id']}", active=False)
    assert changed.json() == {**listed, "active": False}
    stale = owner.patch(
        f"/api/v1/webhooks/{told['id']}", {}, format="json", HTTP_IF_MATCH='"other"'
    )
    assert stale.status_code == 412
    assert send(owner, "delete", f"webhooks/{told['id']}").status_code == 204


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"address": "ftp://hooks.example"}, "address"),
        ({"address": "http://user@hooks.example/"}, "address"),
        ({"kinds": ["test"]}, "kinds"),
        ({"kinds": []}, "kinds"),
    ],
)
def test_a_webhook_that_cannot_be_is_told_by_field(
    owner: APIClient, wrong: dict[str, Any], field: str
) -> None:
    answer = send(owner, "post", "projects/mara/webhooks", **{**HOOK, **wrong})
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]


def test_messages_are_listed_and_sent_again(owner: APIClient) -> None:
    hook = send(owner, "post", "projects/mara/webhooks", **HOOK).json()["id"]
    sent = send(owner, "post", f"webhooks/{hook}/test")
    assert (sent.status_code, sent.json()["state"]) == (202, "waiting")
    Webhook.objects.get().deliveries.update(state="given_up", attempts=9)
    [listed] = send(owner, "get", f"webhooks/{hook}/deliveries").json()["results"]
    assert (listed["kind"], listed["state"]) == ("test", "given_up")
    again = send(owner, "post", f"webhooks/{hook}/deliveries/{listed['id']}/again").json()
    assert (again["id"], again["state"], again["attempts"]) == (listed["id"], "waiting", 0)


def test_an_alert_is_its_makers_own(owner: APIClient) -> None:
    plant()
    made = send(owner, "post", "projects/mara/alerts", name="Cats", taxon="felidae", above=0.9)
    assert made.status_code == 201
    told = made.json()
    assert (told["taxon"], told["above"], told["quiet_hours"]) == ("felidae", 0.9, 24)
    assert send(owner, "get", f"alerts/{told['id']}").json() == told
    assert send(owner, "patch", f"alerts/{told['id']}", active=False).json()["active"] is False
    everything = send(owner, "patch", f"alerts/{told['id']}", taxon=None)
    assert everything.status_code == 400
    Project.objects.get().memberships.create(
        user=(other := User.objects.create_user("other")), role="owner"
    )
    client = APIClient(**bearer(other))
    assert send(client, "get", "projects/mara/alerts").json()["results"] == []
    assert send(client, "delete", f"alerts/{told['id']}").status_code == 404
    assert send(owner, "delete", f"alerts/{told['id']}").status_code == 204
    assert not Alert.objects.exists()
