"""What is wrong with this copy's set-up, in sentences for the person who runs it."""

import os
from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError
from redis import Redis
from redis.exceptions import RedisError

from pipelines.rules import METHODS
from wildlife.hosts import is_public
from wildlife.identifications import lineup

WEAK_BELOW = 40
"""Characters. What a copy makes for itself has 67."""


@register(Tags.files)
def data_dir_can_be_written(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    folder = settings.DATA_DIR
    if folder.is_dir() and os.access(folder, os.W_OK | os.X_OK):
        return []
    return [
        Error(
            f"The data directory {folder} cannot be written.",
            hint="Give this user the right to write there, or set DATA_DIR to another folder.",
            id="wildlife.E001",
        )
    ]


@register()
def fusion_method_is_known(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    if settings.FUSION_METHOD in METHODS:
        return []
    return [
        Error(
            f"FUSION_METHOD is {settings.FUSION_METHOD!r}, which is no way to join votes.",
            hint=f"Set it to one of {', '.join(METHODS)}, or leave it out.",
            id="wildlife.E010",
        )
    ]


@register(Tags.security)
def debug_is_private(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    public = [host for host in [settings.HOST, *settings.ALLOWED_HOSTS] if is_public(host)]
    if not (settings.DEBUG and public):
        return []
    return [
        Error(
            f"DEBUG is on while this copy answers to {public[0]}: error pages would show its "
            "settings and code to anyone.",
            hint="Unset DEBUG, or listen on 127.0.0.1 only.",
            id="wildlife.E002",
        )
    ]


@register(Tags.security)
def secret_key_is_strong(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    key = settings.SECRET_KEY
    if len(key) >= WEAK_BELOW and len(set(key)) >= 10 and not key.startswith("django-insecure"):
        return []
    return [
        Error(
            "SECRET_KEY is weak: whoever guesses it can sign in as anyone.",
            hint="Unset SECRET_KEY: this copy then makes one for itself and keeps it in DATA_DIR.",
            id="wildlife.E003",
        )
    ]


@register(Tags.security)
def mail_can_be_sent(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Mail is needed where strangers make accounts; a copy for this machine alone does without."""
    if settings.EMAIL_URL:
        return []
    if settings.EMAIL_VERIFICATION == "mandatory":
        return [
            Error(
                "EMAIL_VERIFICATION is mandatory, but no mail can be sent: nobody new gets in.",
                hint="Set EMAIL_URL, or EMAIL_VERIFICATION to none.",
                id="wildlife.E004",
            )
        ]
    if not any(is_public(host) for host in [settings.HOST, *settings.ALLOWED_HOSTS]):
        return []
    return [
        Warning(
            "Mail is not set up: whoever forgets their password is helped only in the admin.",
            hint="Set EMAIL_URL to smtp+tls://USER:PASSWORD@HOST:587, and MAIL_FROM.",
            id="wildlife.W004",
        )
    ]


@register(Tags.security)
def sign_up_is_known(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    if settings.SIGN_UP in ("open", "invited", "closed"):
        return []
    return [
        Error(
            f"SIGN_UP is {settings.SIGN_UP!r}, which means nothing here: nobody can sign up.",
            hint="Set it to open, invited or closed.",
            id="wildlife.E005",
        )
    ]


@register(Tags.security)
def project_creators_are_known(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    if settings.PROJECT_CREATORS in ("users", "staff"):
        return []
    return [
        Error(
            f"PROJECT_CREATORS is {settings.PROJECT_CREATORS!r}, which means nothing here.",
            hint="Set it to users or staff.",
            id="wildlife.E016",
        )
    ]


@register(Tags.database)
def models_are_active(
    app_configs: Sequence[AppConfig] | None,
    databases: Sequence[str] | None = None,
    **kwargs: Any,
) -> list[CheckMessage]:
    """Asks the database, so it runs only where `check --database default` allows that."""
    if "default" not in (databases or ()):
        return []
    try:
        lineup.current()
    except lineup.LineupIncomplete as missing:
        return [
            Warning(
                f"Photos will wait and not be identified: {missing}",
                hint="`manage.py sync_models` says which releases there are and why one is "
                "unavailable.",
                id="wildlife.W001",
            )
        ]
    except DatabaseError:
        return [
            Warning(
                "The database is not ready.",
                hint="Run `manage.py prepare`.",
                id="wildlife.W002",
            )
        ]
    return []


@register(deploy=True)
def redis_answers(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    try:
        with Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2) as client:
            client.ping()
    except (RedisError, ValueError) as error:
        return [
            Warning(
                f"Redis does not answer ({type(error).__name__}): photos are received and wait.",
                hint="Start it, or set REDIS_URL to one that runs.",
                id="wildlife.W003",
            )
        ]
    return []
