"""Sending what waits for webhooks: at least once, again after failures, for about a day."""

import json
import time
from datetime import datetime, timedelta
from random import SystemRandom
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_noop

from wildlife.notify.models import Delivery, Webhook
from wildlife.notify.posting import Answer, NotPosted, post
from wildlife.notify.signing import headers_for
from wildlife.projects.activities import note

log = structlog.get_logger(__name__)

WAITS = (5, 60, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 10 * 3600)
"""Seconds after each failed attempt until the next: about 28 hours in all."""
STOPPED_AFTER = timedelta(days=3)
"""A webhook that took nothing for so long is not told any more until an owner switches it on."""
KEPT = timedelta(days=30)
ROUND_SECONDS = 20.0
"""So long one task sends; then others have their turn."""
_LEASE = timedelta(seconds=60)
_GONE = 410
_chance = SystemRandom()
_REFUSED = gettext_noop("The server did not take it.")
_MOVED = gettext_noop("The server says that it lies elsewhere. Give its final address.")

State = Delivery.State


def send_due(seconds: float = ROUND_SECONDS) -> int:
    """Send what is due, the oldest first; return how many messages were taken.

    A webhook that fails is left alone until the next round, so that it holds nobody else up.
    """
    until = time.monotonic() + seconds
    taken = 0
    failed: set[UUID] = set()
    while time.monotonic() < until:
        now = timezone.now()
        due = Delivery.objects.filter(state=State.WAITING, due_at__lte=now, webhook__active=True)
        chosen = due.exclude(webhook__in=failed).order_by("due_at", "made_at").first()
        if chosen is None:
            break
        if not _leased(chosen, now):
            continue
        if _send(chosen):
            taken += 1
        else:
            failed.add(chosen.webhook_id)
    return taken


def send_again(delivery: Delivery) -> None:
    """Let a message be sent once more, whatever became of it; it keeps its id."""
    Delivery.objects.filter(pk=delivery.pk).update(
        state=State.WAITING, attempts=0, due_at=timezone.now(), error=""
    )


def switch(webhook: Webhook, *, on: bool) -> None:
    """Tell a webhook again, or no more. What waited meanwhile is sent when it is on again."""
    Webhook.objects.filter(pk=webhook.pk).update(active=on, failing_since=None, stopped=False)


def tidy() -> None:
    """Delete what was sent or given up long ago."""
    old = Delivery.objects.filter(made_at__lt=timezone.now() - KEPT)
    old.exclude(state=State.WAITING, webhook__active=True).delete()


def _leased(delivery: Delivery, now: datetime) -> bool:
    """Take a message for this worker alone; one that is killed loses it after a minute."""
    mine = Delivery.objects.filter(pk=delivery.pk, state=State.WAITING, due_at=delivery.due_at)
    return bool(mine.update(due_at=now + _LEASE, attempts=F("attempts") + 1, tried_at=now))


def _send(delivery: Delivery) -> bool:
    webhook = Webhook.objects.select_related("project").get(pk=delivery.webhook_id)
    body = json.dumps(delivery.payload, ensure_ascii=False, separators=(",", ":")).encode()
    headers = headers_for(webhook.secret, str(delivery.pk), int(time.time()), body)
    try:
        answer = post(webhook.address, body, headers)
    except NotPosted as reason:
        _failed(delivery, webhook, str(reason), None)
        return False
    if not answer.taken:
        _failed(delivery, webhook, _MOVED if 300 <= answer.status < 400 else _REFUSED, answer)
        return False
    Delivery.objects.filter(pk=delivery.pk).update(
        state=State.DELIVERED, status=answer.status, answer=answer.text, error=""
    )
    Webhook.objects.filter(pk=webhook.pk).exclude(failing_since=None).update(failing_since=None)
    return True


@transaction.atomic
def _failed(delivery: Delivery, webhook: Webhook, reason: str, answer: Answer | None) -> None:
    now = timezone.now()
    attempts = delivery.attempts + 1
    more = attempts <= len(WAITS)
    # Spread, so that a server that comes back is not asked for everything in one moment.
    wait = WAITS[attempts - 1] * _chance.uniform(0.8, 1.2) if more else 0
    Delivery.objects.filter(pk=delivery.pk).update(
        state=State.WAITING if more else State.GIVEN_UP,
        due_at=now + timedelta(seconds=wait),
        status=answer.status if answer else None,
        answer=answer.text if answer else "",
        error=reason,
    )
    Webhook.objects.filter(pk=webhook.pk, failing_since=None).update(failing_since=now)
    since = webhook.failing_since or now
    gone = answer is not None and answer.status == _GONE
    if gone or since <= now - STOPPED_AFTER:
        stopped = Webhook.objects.filter(pk=webhook.pk, active=True)
        if stopped.update(active=False, stopped=True):
            note(webhook.project, "webhook_stopped", address=webhook.address)
            log.warning("webhook_stopped", webhook=str(webhook.pk), reason=reason)
