"""What all operations have in common, written once into the description of the API."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, cast

from django.http import HttpRequest
from django.utils.translation import override
from drf_spectacular.views import SpectacularAPIView
from rest_framework.response import Response

from wildlife.api.problems import MEDIA_TYPE
from wildlife.api.scopes import WRITES, scope_for
from wildlife.api.serializers import ProblemSerializer

WRITING = ("post", "put", "patch", "delete")
FOR_USERS = frozenset(
    {
        "exports_open",
        "imports_open",
        "projects_create",
        "taxa_create",
        "taxa_change",
        "taxa_delete",
    }
)
"""Operations that refuse guests. By all others they are told of their own, or of nothing."""

PARAMETERS: dict[str, dict[str, Any]] = {
    "fields": {
        "name": "fields",
        "in": "query",
        "description": "Only these fields of the answer, separated by commas; those of an inner "
        "object behind a dot: `id,run.state`. What the schema requires of a whole answer may then "
        "be missing.",
        "schema": {"type": "string"},
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "description": "The `ETag` of what you have: if it is still that, the answer is 304.",
        "schema": {"type": "string"},
    },
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "Any text of your choice, such as a UUID. A request that is sent again with "
        "the same key within 24 hours gets the answer of the first, and is not done again "
        "(`Idempotency-Replayed: true`); with the same key and other content, 422; while the "
        "first is still being answered, 409. A request that was refused did nothing: its key may "
        "be used again.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    },
}
HEADERS: dict[str, dict[str, Any]] = {
    "RateLimit": {
        "description": "What is left of the tightest limit: `r` requests, all again in `t` s.",
        "schema": {"type": "string"},
    },
    "RateLimit-Policy": {
        "description": "The limits that count this request: `q` requests in `w` seconds.",
        "schema": {"type": "string"},
    },
    "ETag": {"description": "Tells this answer from others.", "schema": {"type": "string"}},
    "Retry-After": {
        "description": "Seconds after which to try again.",
        "schema": {"type": "integer"},
    },
}
_PROBLEM = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}


def problem_responses(*statuses: HTTPStatus) -> dict[tuple[int, str], type[ProblemSerializer]]:
    """Return the problems that an operation is known for, as `extend_schema` wants them."""
    return {(int(status), MEDIA_TYPE): ProblemSerializer for status in statuses}


def complete(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """Add the common parameters, answers and headers to each operation; drf-spectacular's hook."""
    components = result["components"]
    components["parameters"] = {**components.get("parameters", {}), **PARAMETERS}
    components["headers"] = {**components.get("headers", {}), **HEADERS}
    components["responses"] = {
        "NotModified": {"description": "You have it already."},
        "TooMany": {
            "description": "More requests than the limit allows.",
            "headers": {name: _header(name) for name in ("Retry-After", "RateLimit")},
            **_PROBLEM,
        },
        "Problem": {"description": "Something is wrong; the document says what.", **_PROBLEM},
    }
    for path, method, operation in _operations(result):
        _complete(path, method, operation)
    return result


def _operations(result: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in result["paths"].items():
        for method, operation in methods.items():
            if isinstance(operation, dict) and "responses" in operation:
                yield path, method, operation


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    parameters = operation.setdefault("parameters", [])
    if method in WRITING:
        parameters.append({"$ref": "#/components/parameters/IdempotencyKey"})
    elif any("application/json" in one.get("content", {}) for one in responses.values()):
        parameters.append({"$ref": "#/components/parameters/fields"})
        parameters.append({"$ref": "#/components/parameters/IfNoneMatch"})
        responses.setdefault("304", {"$ref": "#/components/responses/NotModified"})
        responses["200"].setdefault("headers", {})["ETag"] = _header("ETag")
    if operation["operationId"] not in FOR_USERS:
        operation["security"].append({})
    for answer in responses.values():
        if "$ref" not in answer:
            headers = answer.setdefault("headers", {})
            for name in ("RateLimit", "RateLimit-Policy"):
                headers[name] = _header(name)
    responses.setdefault("429", {"$ref": "#/components/responses/TooMany"})
    responses.setdefault("default", {"$ref": "#/components/responses/Problem"})
    named = [part for part in path.removeprefix("/api/v1/").split("/") if part in WRITES]
    resource = named[-1] if named else ""
    operation["x-scope"] = scope_for(resource, method.upper()).value


def _header(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/headers/{name}"}


class Schema(SpectacularAPIView):
    """The schema, in English for everybody: programs and their makers compare it."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        with override("en"):
            response = cast(Response, super().dispatch(request, *args, **kwargs))
            response.render()
        return response
