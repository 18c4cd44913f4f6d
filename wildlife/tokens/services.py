"""Making, finding and revoking tokens. Only a hash of each is kept."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from ipaddress import ip_address

import structlog
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _

from wildlife.tokens.models import Scope, Token

PREFIX = "wl_"
"""Tells scanners for leaked secrets what they have found."""
MOST = 50
USED_EVERY = timedelta(minutes=1)
"""The last use is kept no more exactly than this, so that not every request writes."""

log = structlog.get_logger(__name__)


class TooManyTokens(Exception):
    """Nobody needs so many. Its text is a sentence for their owner."""


def make(
    user: User, name: str, scopes: Iterable[Scope], expires_at: datetime | None = None
) -> tuple[Token, str]:
    """Return a new token and its secret, which is kept nowhere. Raises TooManyTokens."""
    if Token.objects.usable().filter(user=user).count() >= MOST:
        raise TooManyTokens(
            _("You have %(most)d tokens. Revoke one that you do not need.") % {"most": MOST}
        )
    secret = PREFIX + secrets.token_urlsafe(32)
    token = Token.objects.create(
        user=user,
        name=name,
        secret_hash=hashed(secret),
        beginning=secret[: len(PREFIX) + 5],
        scopes=sorted({Scope(scope).value for scope in scopes}),
        expires_at=expires_at,
    )
    log.info("token_made", token=token.pk, user=user.pk, scopes=token.scopes)
    return token, secret


def find(secret: str) -> Token | None:
    """Return the token of a secret, with its user; None unless both are good for something."""
    usable = Token.objects.usable().select_related("user")
    return usable.filter(secret_hash=hashed(secret), user__is_active=True).first()


def note_use(token: Token, address: str) -> None:
    """Remember when and from where a token was used last."""
    now = timezone.now()
    if token.last_used_at is not None and now - token.last_used_at <= USED_EVERY:
        return
    try:
        place = str(ip_address(address))
    except ValueError:  # of a proxy that writes something else
        place = None
    Token.objects.filter(pk=token.pk).update(last_used_at=now, last_used_from=place)


def revoke(token: Token) -> None:
    """End a token now, for good."""
    Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now())
    log.info("token_revoked", token=token.pk, user=token.user_id)


def hashed(secret: str) -> str:
    """Return what is kept of a secret. A plain hash will do: the secret has 256 random bits."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
