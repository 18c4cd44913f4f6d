"""`wildlife webhooks`: added, tried, looked at and removed."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from tests.cli.conftest import InProcess
from wildlife.notify import collecting
from wildlife.notify.models import Delivery, Webhook
from wildlife.projects import members
from wildlife.projects.models import Project, Role
from wildlife_cli import webhooks
from wildlife_cli.output import Exit

ADDRESS = "https://hooks.example/in"


@pytest.fixture(autouse=True)
def mara(ann: User, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setattr(webhooks, "POLL", 0.01)
    project = Project.objects.create(slug="mara", name="Mara")
    members.join(project, ann, Role.OWNER)
    return project


def becomes_at_once(
    monkeypatch: pytest.MonkeyPatch, send: Callable[[Webhook], Delivery], **what: object
) -> None:
    """Let something become of a test at once, as by a worker that is quicker than the answer."""

    def sent(hook: Webhook) -> Delivery:
        delivery = send(hook)
        Delivery.objects.filter(pk=delivery.pk).update(attempts=1, **what)
        return delivery

    monkeypatch.setattr(collecting, "test", sent)


def test_a_webhook_is_added_with_its_secret_and_removed(command: InProcess) -> None:
    made = command("webhooks", "add", "mara", ADDRESS, "--on", "alert")
    hook = Webhook.objects.get()
    assert (str(hook.pk) in made.out, hook.secret in made.out) == (True, True)
    assert hook.kinds == ["alert"]
    listed = command("webhooks", "list", "mara")
    assert (ADDRESS in listed.out, hook.secret in listed.out) == (True, False)
    assert command("webhooks", "remove", hook.pk).code == Exit.OK
    assert not Webhook.objects.exists()


def test_all_is_told_where_nothing_is_chosen(command: InProcess) -> None:
    told = command("webhooks", "add", "mara", ADDRESS, "--json").json
    assert told["kinds"] == list(webhooks.KINDS)
    assert command("webhooks", "add", "mara", ADDRESS, "--on", "rain").code == Exit.USAGE


def test_a_test_says_what_became_of_it(
    command: InProcess, mara: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = mara.webhooks.create(address=ADDRESS, kinds=["alert"], site="http://localhost/")
    late = command("webhooks", "test", hook.pk, "--patience", 0)
    assert (late.code, "waiting" in late.out) == (Exit.SOME_FAILED, True)
    send = collecting.test
    becomes_at_once(monkeypatch, send, state="delivered", status=204)
    good = command("webhooks", "test", hook.pk)
    assert (good.code, good.out) == (Exit.OK, "delivered (204)\n")
    becomes_at_once(monkeypatch, send, error="The server did not take it.", status=500)
    bad = command("webhooks", "test", hook.pk)
    assert bad.code == Exit.SOME_FAILED
    assert "tried again: The server did not take it. (500)" in bad.out
    told = command("webhooks", "deliveries", hook.pk, "--json").json
    assert len(told) == 3
    assert command("webhooks", "again", hook.pk, told[0]["id"], "--patience", 0).code == 1
