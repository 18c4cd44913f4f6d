"""The documentation is complete, valid, and served from here alone."""

import re
from io import StringIO

import pytest
import yaml
from django.core.management import call_command
from rest_framework.test import APIClient

from wildlife.api.serializers import PhotoResultSerializer


def test_the_schema_is_valid_without_a_warning() -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=StringIO())


def test_the_schema_names_every_operation_and_its_problems(client: APIClient) -> None:
    schema = yaml.safe_load(client.get("/api/schema").content)
    operations = {
        operation["operationId"]: operation
        for methods in schema["paths"].values()
        for operation in methods.values()
    }
    assert operations.keys() == {
        "photos_list",
        "photos_upload",
        "photos_read",
        "photos_delete",
        "photos_preview",
        "photos_original",
        "photos_crop",
        "taxa_list",
        "taxa_create",
        "taxa_read",
        "taxa_change",
        "taxa_delete",
    }
    upload = operations["photos_upload"]
    assert upload["responses"].keys() >= {"200", "202", "207", "413", "415"}
    field = schema["components"]["schemas"]["UploadRequest"]["properties"]["photo"]
    assert field["items"] == {"type": "string", "format": "binary"}
    for name, operation in operations.items():
        problems = {
            status: answer
            for status, answer in operation["responses"].items()
            if status.startswith("4")
        }
        assert problems, name
        assert all("application/problem+json" in one["content"] for one in problems.values())
    result = schema["components"]["schemas"]["PhotoResult"]["properties"]
    assert result.keys() == set(PhotoResultSerializer.Meta.fields)


@pytest.mark.parametrize("path", ["/api/docs", "/api/"])
def test_the_browsable_page_needs_no_other_host(client: APIClient, path: str) -> None:
    response = client.get(path, follow=True)
    assert response.status_code == 200
    sources = re.findall(r'(?:src|href)="([^"]+)"', response.text)
    assert sources
    assert all(source.startswith("/static/") for source in sources)
