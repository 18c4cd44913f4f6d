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
from rest_framework.test import APIClient

from tests.api.build import answered, elephants
from tests.api.conftest import bearer
from tests.images import saved, scene
from wildlife.api import uploads
from wildlife.identifications.models import Verdict
from wildlife.photos.models import Photo

TEXT = (settings.BASE_DIR / "docs" / "api.md").read_text(encoding="utf-8")
CODE = re.findall(r"^```python\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
CURL = re.findall(r"^```\n(curl .*?)^```", TEXT, re.DOTALL | re.MULTILINE)


@pytest.fixture
def namespace(
    ann: User, in_transaction: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> dict[str, Any]:
    """What the examples find: a token, a card with two photos and a note, and this application."""
    monkeypatch.setattr(uploads, "dispatch", lambda: None)
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
    namespace: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    many, lists, verdict = (code.replace("import httpx\n", "") for code in CODE)
    exec(many, namespace)
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
