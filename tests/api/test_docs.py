"""The examples in docs/api.md work as they stand there."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import yaml
from django.conf import settings
from django.contrib.auth.models import User
from django.core.wsgi import get_wsgi_application
from rest_framework.serializers import CharField, ListField
from rest_framework.test import APIClient

from tests.api.build import answered, elephants
from tests.api.conftest import bearer
from tests.images import saved, scene
from wildlife.api import upload_items
from wildlife.api.base import ApiView
from wildlife.api.scopes import scope_for
from wildlife.api.upload_serializers import MOST_ADDRESSES, MOST_HASHES, HashesSerializer
from wildlife.api.urls import urlpatterns
from wildlife.identifications.models import Verdict
from wildlife.photos.arrivals import MOST_ITEMS
from wildlife.photos.models import Photo
from wildlife.tokens.models import Scope

TEXT = (settings.BASE_DIR / "docs" / "api.md").read_text(encoding="utf-8")
CODE = re.findall(r"^```python\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
CURL = re.findall(r"^```\n(curl .*?)^```", TEXT, re.DOTALL | re.MULTILINE)


@pytest.fixture
def namespace(
    ann: User, in_transaction: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> dict[str, Any]:
    """What the examples find: a token, a card with two photos and a note, and this application."""
    monkeypatch.setattr(upload_items, "dispatch", lambda: None)
    monkeypatch.chdir(tmp_path)
    card = tmp_path / "card" / "DCIM"
    card.mkdir(parents=True)
    for number in range(2):
        (card / f"{number}.jpg").write_bytes(saved(scene(60 + number, 48)))
    (card / "note.jpg").write_bytes(b"words")
    transport = httpx.WSGITransport(get_wsgi_application())

    def client(**options: Any) -> httpx.Client:
        return httpx.Client(**{**options, "base_url": "http://localhost"}, transport=transport)

    token = bearer(ann)["HTTP_AUTHORIZATION"].removeprefix("Bearer ")
    return {"token": token, "httpx": SimpleNamespace(Client=client)}


def test_the_examples_work_one_after_another(
    namespace: dict[str, Any],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    many, lists, verdict = (code.replace("import httpx\n", "") for code in CODE)
    # Three files are more than fit into one question then, as thousands are otherwise.
    few = ListField(child=CharField(), max_length=2)
    monkeypatch.setitem(HashesSerializer._declared_fields, "sha256", few)
    exec(many.replace(str(MOST_HASHES), "2"), namespace)
    told = capsys.readouterr().out
    assert "not a photo" in told
    assert Photo.objects.count() == 2
    taxon = elephants()
    for photo in Photo.objects.all():
        answered(photo, taxon)
    Photo.objects.update(taxon=taxon, confidence=0.87)
    exec(lists, namespace)
    assert capsys.readouterr().out.count("loxodonta-africana 0.87") == 2
    exec(verdict, namespace)
    assert Verdict.objects.get().taxon == taxon


def test_the_limits_that_are_told_are_those_that_hold() -> None:
    for sentence in (
        f"An upload holds up to {MOST_ITEMS:,} files.",
        f"ask by up to {MOST_HASHES} hashes at a time",
        f"from up to {MOST_ADDRESSES} addresses in a request",
        f"One request may bring up to {settings.DATA_UPLOAD_MAX_NUMBER_FILES} files",
    ):
        assert sentence in TEXT


def test_each_scope_opens_what_is_told() -> None:
    views = [getattr(pattern.callback, "cls", None) for pattern in urlpatterns]
    needed: dict[str, set[str]] = {scope.value: set() for scope in Scope}
    for view in views:
        for method in ("post", "put", "patch", "delete"):
            if view is not None and issubclass(view, ApiView) and hasattr(view, method):
                needed[scope_for(view.resource, method.upper()).value].add(view.resource)
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", TEXT, re.MULTILINE))
    told = {scope: set(re.findall(r"`([a-z]+)`", rows[scope])) for scope in needed}
    assert told == needed


def test_the_addresses_of_the_other_examples_exist(client: APIClient) -> None:
    paths = yaml.safe_load(client.get("/api/schema").content)["paths"]
    known = {
        (method.upper(), re.sub(r"\{\w+\}", "[^/]+", path))
        for path, methods in paths.items()
        for method in methods
    }
    assert len(CURL) == 3
    for example in CURL:
        method = "POST" if re.search(r" -(X POST|F) ", example) else "GET"
        (address,) = re.findall(r"wildlife\.example([^\s?\"]+)", example)
        assert any(method == one and re.fullmatch(path, address) for one, path in known), address
