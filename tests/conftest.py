"""What all tests share: where the real photos are, and what happens where they are missing."""

import os
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from pytest_django import Settings

from wildlife.identifications import first_records

pytest_plugins = ["tests.services"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if settings.SHARED_DIR.is_dir() or os.environ.get("CI") == "true":
        return
    missing = pytest.mark.skip(reason="needs the shared folder with real photos and weights")
    for item in items:
        if "shared" in item.keywords:
            item.add_marker(missing)


@pytest.fixture(autouse=True)
def plain_static_files(settings: Settings) -> None:
    """Pages name static files as they are, so that nothing has to be collected first."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": plain}


@pytest.fixture(autouse=True)
def own_counts(settings: Settings) -> None:
    """What limits count is counted from nothing, in no Redis."""
    memory = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "tests"}
    settings.CACHES = {"default": memory}
    cache.clear()


@pytest.fixture(autouse=True)
def own_media(settings: Settings, tmp_path: Path) -> None:
    """Each test has a storage of its own: what sweeps it up would take that of others."""
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def nothing_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    """No species is the first of its kind in a project, so that one person's word is enough."""
    monkeypatch.setattr(first_records, "RANKS", ())


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The folder with real photos and published weights. On CI its absence is a failure."""
    if not settings.SHARED_DIR.is_dir():
        pytest.fail(f"CI needs the shared folder, and {settings.SHARED_DIR} is not there")
    return settings.SHARED_DIR


@pytest.fixture(scope="session")
def elephant(shared_dir: Path) -> Path:
    """Three African elephants by day, 2048 x 1536 pixels."""
    return shared_dir / "photos/camera-trap/cameratrapai/african_elephants.jpg"
