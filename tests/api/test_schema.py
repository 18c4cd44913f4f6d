"""The documentation is complete, valid, and served from here alone."""

import re
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
import yaml
from django.core.exceptions import FieldDoesNotExist
from django.core.management import call_command
from rest_framework.serializers import ModelSerializer
from rest_framework.test import APIClient

from wildlife.api.answer_serializers import PhotoResultSerializer


def test_the_schema_is_valid_without_a_warning() -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=StringIO())


def test_the_schema_names_every_operation_and_its_problems(client: APIClient) -> None:
    schema = yaml.safe_load(client.get("/api/schema").content)
    operations = {
        operation["operationId"]: operation
        for methods in schema["paths"].values()
        for operation in methods.values()
    }
    assert operations.keys() >= {
        "photos_list",
        "photos_upload",
        "photos_read",
        "photos_delete",
        "photos_preview",
        "photos_original",
        "photos_crop",
        "detections_list",
        "identifications_read",
        "verdicts_give",
        "models_list",
        "runs_read",
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
    answers = schema["components"]["responses"]
    assert all(
        "application/problem+json" in answers[one]["content"] for one in ("Problem", "TooMany")
    )
    for name, operation in operations.items():
        assert operation["responses"]["default"]["$ref"].endswith("/Problem"), name
        assert "429" in operation["responses"], name
        assert operation["x-scope"], name
    result = schema["components"]["schemas"]["PhotoResult"]["properties"]
    assert result.keys() == set(PhotoResultSerializer.Meta.fields)


def test_the_schema_knows_what_may_be_null_or_empty() -> None:
    described = list(_described_columns())
    assert len(described) > 100
    for where, column, field in described:
        assert field.allow_null or not column.null, where
        assert getattr(field, "allow_blank", True) or not (column.choices and column.blank), where


def _described_columns() -> Iterator[tuple[str, Any, Any]]:
    """Yield each column that the API tells as it is: where, the column, the serializer's field."""
    for serializer in _below(ModelSerializer):
        if serializer.__module__.startswith("wildlife.api.") and hasattr(serializer, "Meta"):
            for name, field in serializer().fields.items():
                try:
                    column = serializer.Meta.model._meta.get_field(field.source)
                except FieldDoesNotExist:
                    continue
                if column.concrete and not column.many_to_many:
                    yield f"{serializer.__name__}.{name}", column, field


def _below(base: type[Any]) -> Iterator[Any]:
    for one in base.__subclasses__():
        yield one
        yield from _below(one)


@pytest.mark.parametrize("path", ["/api/docs", "/api/"])
def test_the_browsable_page_needs_no_other_host(client: APIClient, path: str) -> None:
    response = client.get(path, follow=True)
    assert response.status_code == 200
    sources = re.findall(r'(?:src|href)="([^"]+)"', response.text)
    assert sources
    assert all(source.startswith("/static/") for source in sources)


def test_every_list_is_paged_and_every_answer_can_be_shortened(client: APIClient) -> None:
    schema = yaml.safe_load(client.get("/api/schema").content)
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            told = {one.get("name", one.get("$ref", "")) for one in operation["parameters"]}
            if method == "get" and "304" in operation["responses"]:
                assert "#/components/parameters/fields" in told, path
            if operation["operationId"].endswith("_list"):
                assert {"cursor", "page_size"} <= told, path
            if method in ("post", "put", "patch", "delete"):
                assert "#/components/parameters/IdempotencyKey" in told, path
