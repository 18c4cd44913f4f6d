from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from pytest_django import Settings
from rest_framework.test import APIClient

from wildlife.api import views
from wildlife.tokens.models import Scope
from wildlife.tokens.services import make


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    """An empty folder in the place of the storage."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture(autouse=True)
def dispatched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Takes the place of dispatching, and gets one entry for each time that it was asked."""
    calls: list[str] = []
    monkeypatch.setattr(views, "dispatch", lambda: calls.append("dispatched"))
    return calls


@pytest.fixture
def client(db: None) -> APIClient:
    """A guest."""
    return APIClient()


@pytest.fixture
def ann(db: None) -> User:
    return User.objects.create_user("ann", password="secret")


@pytest.fixture
def in_transaction() -> Iterator[None]:
    """Let requests leave the test's connection open, as Django's own test client does."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


def bearer(user: User, *scopes: Scope) -> dict[str, str]:
    """The header of a program that has a token with these scopes, or else with all."""
    _token, secret = make(user, "script", scopes or tuple(Scope))
    return {"HTTP_AUTHORIZATION": f"Bearer {secret}"}
