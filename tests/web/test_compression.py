"""Pages travel compressed, where the browser can read that, and nothing else does."""

import gzip

import pytest
from django.test import Client
from django.urls import reverse

from wildlife.species.models import Taxon

COMPRESSING = {"HTTP_ACCEPT_ENCODING": "gzip, br"}


@pytest.mark.django_db
def test_a_page_travels_compressed(client: Client) -> None:
    plain = client.get(reverse("web:home"))
    small = client.get(reverse("web:home"), **COMPRESSING)
    assert small.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in small.headers["Vary"]
    assert len(small.content) < len(plain.content) / 2
    assert b"</html>" in gzip.decompress(small.content)
    assert "Content-Encoding" not in plain.headers


@pytest.mark.django_db
def test_what_the_api_tells_keeps_its_strong_etag(client: Client) -> None:
    Taxon.objects.create(scientific_name="Panthera leo", slug="panthera-leo", rank="species")
    response = client.get("/api/v1/taxa/panthera-leo", **COMPRESSING)
    assert "Content-Encoding" not in response.headers
    assert response.headers["ETag"].startswith('"')
