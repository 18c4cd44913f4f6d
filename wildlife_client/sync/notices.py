"""Who is told what happens: webhooks of projects, and alerts of your own."""

from collections.abc import Iterator
from typing import Any, Unpack

from wildlife_client.asking import Id
from wildlife_client.calls import notices as calls
from wildlife_client.sync.sending import Sending
from wildlife_client.types import notify


class Notices(Sending):
    """The operations on webhooks and alerts."""

    # --- Webhooks -----------------------------------------------------------------------------

    def webhooks(self, project: str) -> Iterator[notify.Webhook]:
        """List who is told what happens in a project; for its owners."""
        return self.pages(calls.webhooks(project))

    def webhook(self, pk: Id) -> notify.Webhook:
        """Read one webhook."""
        return self.send(calls.webhook(pk))

    def make_webhook(self, project: str, **new: Unpack[notify.NewWebhook]) -> notify.MadeWebhook:
        """Let a server be told. The answer has the secret, this one time."""
        return self.send(calls.make_webhook(project, new))

    def change_webhook(self, pk: Id, **changes: Any) -> notify.Webhook:
        """Change some values of a webhook, named as in `NewWebhook`."""
        return self.send(calls.change_webhook(pk, changes))

    def delete_webhook(self, pk: Id) -> None:
        """Delete a webhook and the log of its messages."""
        self.send(calls.delete_webhook(pk))

    def test_webhook(self, pk: Id) -> notify.Delivery:
        """Let a message be sent that says nothing, to see that it works."""
        return self.send(calls.test_webhook(pk))

    def deliveries(self, webhook_id: Id) -> Iterator[notify.Delivery]:
        """List the messages of a webhook and what became of them, the newest first."""
        return self.pages(calls.deliveries(webhook_id))

    def send_again(self, webhook_id: Id, delivery_id: Id) -> notify.Delivery:
        """Let a message be sent once more, under the same id."""
        return self.send(calls.send_again(webhook_id, delivery_id))

    # --- Alerts -------------------------------------------------------------------------------

    def alerts(self, project: str) -> Iterator[notify.Alert]:
        """List your alerts of a project."""
        return self.pages(calls.alerts(project))

    def alert(self, pk: Id) -> notify.Alert:
        """Read one of your alerts."""
        return self.send(calls.alert(pk))

    def make_alert(self, project: str, **new: Unpack[notify.NewAlert]) -> notify.Alert:
        """Be told at once when a camera of the project sees something."""
        return self.send(calls.make_alert(project, new))

    def change_alert(self, pk: Id, **changes: Any) -> notify.Alert:
        """Change some values of one of your alerts, named as in `NewAlert`."""
        return self.send(calls.change_alert(pk, changes))

    def delete_alert(self, pk: Id) -> None:
        """Delete one of your alerts, and what it found."""
        self.send(calls.delete_alert(pk))
