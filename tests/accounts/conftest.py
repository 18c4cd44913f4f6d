from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from wildlife.accounts import sending

PASSWORD = "a-long-pass-word"


@pytest.fixture(autouse=True)
def place(settings: Settings, tmp_path: Path) -> Path:
    """Media of one test; passwords are hashed quickly, mails are kept and look sendable."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.EMAIL_URL = "smtp://mail.example"
    return settings.MEDIA_ROOT


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """What would have been sent to workers."""
    calls: list[tuple[object, ...]] = []
    monkeypatch.setattr(sending, "send", lambda *args: calls.append(args))
    return calls


@pytest.fixture
def ranger(db: None) -> User:
    return User.objects.create_user("ranger", "ranger@example.org", PASSWORD)


@pytest.fixture
def sign_in() -> Callable[..., Client]:
    """Sign in through the page, in a browser of its own or in the given one."""

    def enter(name: str = "ranger", client: Client | None = None) -> Client:
        client = client or Client()
        answer = client.post("/accounts/login/", {"login": name, "password": PASSWORD})
        assert answer.status_code == 302, answer.context["form"].errors
        return client

    return enter
