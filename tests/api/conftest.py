from pathlib import Path

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings
from rest_framework.test import APIClient

from wildlife.api import views


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
