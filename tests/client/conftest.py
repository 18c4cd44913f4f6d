"""A running server, and a client of it."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from tests.api.build import answering, elephants
from wildlife.api import upload_items, uploads, views
from wildlife.tokens.models import Scope
from wildlife.tokens.services import make
from wildlife_client import Client


@pytest.fixture
def server(
    live_server: LiveServer,
    settings: Settings,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> LiveServer:
    """A server that looks at photos as they come: each shows an elephant and a person."""
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("media")
    answer = answering(elephants())
    for module in (upload_items, uploads, views):
        monkeypatch.setattr(module, "dispatch", answer)
    return live_server


@pytest.fixture
def ann(server: LiveServer) -> User:
    return User.objects.create_user("ann", password="secret")


@pytest.fixture
def token(ann: User) -> str:
    return make(ann, "client", tuple(Scope))[1]


@pytest.fixture
def client(server: LiveServer, token: str) -> Iterator[Client]:
    with Client(server.url, token) as one:
        yield one
