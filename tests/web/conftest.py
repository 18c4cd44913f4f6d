from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from tests.web import builders
from wildlife.species.models import Taxon
from wildlife.web import views
from wildlife.web.uploads import receiving
from wildlife.web.uploads import views as uploads

GUEST = "a-guest"


@pytest.fixture(autouse=True)
def places(settings: Settings, tmp_path: Path) -> None:
    """Media of one test."""
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def dispatched(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry per call of dispatch, which starts nothing here."""
    calls: list[int] = []
    for module in (views, receiving, uploads):
        monkeypatch.setattr(module, "dispatch", lambda: calls.append(1))
    return calls


@pytest.fixture
def taxa(db: None) -> dict[str, Taxon]:
    return builders.plant()


@pytest.fixture
def guest(db: None) -> Client:
    """A browser whose session holds the photos that the builders make."""
    return as_guest(GUEST)


def as_guest(secret: str) -> Client:
    client = Client()
    session = client.session
    session["guest"] = secret
    session["seen"] = timezone.now().date().isoformat()  # so that no page is a visit to note
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return client


@pytest.fixture
def queries_of(django_assert_max_num_queries: DjangoAssertNumQueries):
    """Return how many queries a page takes, which must not be more than `budget`."""

    def count(client: Client, url: str, budget: int) -> int:
        with django_assert_max_num_queries(budget) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    return count
