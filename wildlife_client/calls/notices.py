"""Who is told what happens: webhooks of projects, and alerts of one's own."""

from collections.abc import Mapping
from typing import Any

from wildlife_client.asking import Call, Id, Page, quoted
from wildlife_client.types import notify


def webhooks(slug: str) -> Call[Page[notify.Webhook]]:
    return Call("webhooks_list", "GET", f"/projects/{quoted(slug)}/webhooks")


def webhook(pk: Id) -> Call[notify.Webhook]:
    return Call("webhooks_read", "GET", f"/webhooks/{quoted(pk)}")


def make_webhook(slug: str, new: notify.NewWebhook) -> Call[notify.MadeWebhook]:
    return Call("webhooks_create", "POST", f"/projects/{quoted(slug)}/webhooks", json=new)


def change_webhook(pk: Id, changes: Mapping[str, Any]) -> Call[notify.Webhook]:
    return Call("webhooks_change", "PATCH", f"/webhooks/{quoted(pk)}", json=dict(changes))


def delete_webhook(pk: Id) -> Call[None]:
    return Call("webhooks_delete", "DELETE", f"/webhooks/{quoted(pk)}")


def test_webhook(pk: Id) -> Call[notify.Delivery]:
    return Call("webhooks_test", "POST", f"/webhooks/{quoted(pk)}/test")


def deliveries(webhook_id: Id) -> Call[Page[notify.Delivery]]:
    return Call("webhooks_deliveries", "GET", f"/webhooks/{quoted(webhook_id)}/deliveries")


def send_again(webhook_id: Id, delivery_id: Id) -> Call[notify.Delivery]:
    path = f"/webhooks/{quoted(webhook_id)}/deliveries/{quoted(delivery_id)}/again"
    return Call("webhooks_send_again", "POST", path)


def alerts(slug: str) -> Call[Page[notify.Alert]]:
    return Call("alerts_list", "GET", f"/projects/{quoted(slug)}/alerts")


def alert(pk: Id) -> Call[notify.Alert]:
    return Call("alerts_read", "GET", f"/alerts/{quoted(pk)}")


def make_alert(slug: str, new: notify.NewAlert) -> Call[notify.Alert]:
    return Call("alerts_create", "POST", f"/projects/{quoted(slug)}/alerts", json=new)


def change_alert(pk: Id, changes: Mapping[str, Any]) -> Call[notify.Alert]:
    return Call("alerts_change", "PATCH", f"/alerts/{quoted(pk)}", json=dict(changes))


def delete_alert(pk: Id) -> Call[None]:
    return Call("alerts_delete", "DELETE", f"/alerts/{quoted(pk)}")
