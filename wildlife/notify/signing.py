"""Signing what a webhook is told, after the Standard Webhooks specification, version 1.

https://github.com/standard-webhooks/standard-webhooks: who receives a message can tell from it
that it comes from here, is whole, and is no old one that somebody sends again.
"""

import base64
import hmac
from hashlib import sha256

from wildlife.notify.models import PREFIX


def headers_for(secret: str, message_id: str, sent_at: int, body: bytes) -> dict[str, str]:
    """Return the headers that go with a message; `sent_at` is in seconds since 1970."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(sent_at),
        "webhook-signature": signature(secret, message_id, sent_at, body),
    }


def signature(secret: str, message_id: str, sent_at: int, body: bytes) -> str:
    """Return `v1,` and the base64 of the HMAC-SHA256 of id, time and body."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = hmac.digest(key, f"{message_id}.{sent_at}.".encode() + body, sha256)
    return f"v1,{base64.b64encode(signed).decode()}"
