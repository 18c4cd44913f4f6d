"""The client and the server's description of itself say the same."""

import inspect
import re
from collections.abc import Callable, Iterator
from types import NoneType, UnionType
from typing import (
    Any,
    Literal,
    NotRequired,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

import pytest
from drf_spectacular.generators import SchemaGenerator

from wildlife_client import AsyncClient, Client
from wildlife_client.asking import Call, Page
from wildlife_client.calls import notices, photos, projects, records, species

ID = "6a5d7a0e-8f0b-4c0f-9d0a-3f1f0a2b7c11"
GIVEN: dict[str, Any] = {
    "photo": b"",
    "files": [b""],
    "hashes": ["0" * 64],
    "urls": ["https://photos.example/a.jpg"],
    "index": 0,
    "pk": 1,
    "problem": True,
    "changes": {"name": "ford"},
    "change_webhook.changes": {"active": False},
    "change_taxon.changes": {"description": "Large.", "reason": "It is."},
    "key": None,
}
"""What operations, or one of them, are asked with; all other parameters are words."""
SCALARS = {str: "string", int: "integer", float: "number", bool: "boolean", NoneType: "null"}
OPERATIONS: list[Callable[..., Call[Any]]] = [
    function
    for module in (photos, projects, records, species, notices)
    for _, function in inspect.getmembers(module, inspect.isfunction)
    if get_origin(get_type_hints(function).get("return")) is Call
]


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    made: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return made


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.__name__)
def test_the_server_has_each_operation_as_the_client_asks_and_reads_it(
    operation: Callable[..., Call[Any]], schema: dict[str, Any]
) -> None:
    call = asked(operation)
    path, described = _described(schema, call)
    assert re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), f"/api/v1{call.path}")
    known = {_resolved(schema, one)["name"] for one in described.get("parameters", [])}
    assert set(call.params) <= known
    if call.writes:
        assert "Idempotency-Key" in known
    _check_body(schema, operation, call, described)
    answered = get_args(get_type_hints(operation)["return"])[0]
    said = [
        next(iter(one["content"].values()))["schema"] if "content" in one else {"type": "null"}
        for status, one in described["responses"].items()
        if status in ("200", "201", "202", "204", "207")
    ]
    if operation is photos.send_photo:  # of one photo; several are answered otherwise
        said = said[:2]
    for one in said:
        assert [*_differences(schema, answered, one, operation.__name__)] == []


def test_the_clients_offer_the_same_in_the_same_way() -> None:
    sync, both = _offered(Client), _offered(AsyncClient)
    assert sync == both
    used = {
        name
        for _, function in inspect.getmembers(Client, inspect.isfunction)
        for name in re.findall(r"(?:calls|species)\.(\w+)\(", inspect.getsource(function))
    }
    assert used == {one.__name__ for one in OPERATIONS}


def asked(operation: Callable[..., Call[Any]]) -> Call[Any]:
    """A call of an operation, with every filter that its type allows."""
    hints = get_type_hints(operation)
    given = {}
    for name in inspect.signature(operation).parameters:
        if is_typeddict(hints[name]):
            given[name] = dict.fromkeys(get_type_hints(hints[name]), "word")
        else:
            given[name] = GIVEN.get(f"{operation.__name__}.{name}", GIVEN.get(name, ID))
    return operation(**given)


def _described(schema: dict[str, Any], call: Call[Any]) -> tuple[str, dict[str, Any]]:
    found = [
        (path, methods[call.method.lower()])
        for path, methods in schema["paths"].items()
        if methods.get(call.method.lower(), {}).get("operationId") == call.operation
    ]
    assert len(found) == 1, call.operation
    return found[0]


def _check_body(
    schema: dict[str, Any],
    operation: Callable[..., Call[Any]],
    call: Call[Any],
    described: dict[str, Any],
) -> None:
    """Each value that is sent is taken, with the type that the client gives it."""
    content = described.get("requestBody", {}).get("content", {})
    if call.parts:
        body = _resolved(schema, content["multipart/form-data"]["schema"])
        assert {name for name, _ in call.parts} | set(call.form) <= set(body["properties"])
        return
    if call.json is None:
        assert not content
        return
    body = _resolved(schema, content["application/json"]["schema"])
    assert set(call.json) <= set(body["properties"])
    hint = get_type_hints(operation).get("new")
    if hint is not None:
        assert set(body.get("required", [])) <= set(get_type_hints(hint))
        assert [*_differences(schema, hint, body, operation.__name__)] == []


def _differences(
    schema: dict[str, Any], hint: Any, described: dict[str, Any], where: str
) -> Iterator[str]:
    """Yield where a type of the client says something else than the description."""
    origin = get_origin(hint)
    if origin is NotRequired:
        yield from _differences(schema, get_args(hint)[0], described, where)
    elif origin is Page:
        results = _resolved(schema, described)["properties"]["results"]["items"]
        yield from _differences(schema, get_args(hint)[0], results, where)
    elif hint is bytes:
        if described.get("format") != "binary":
            yield f"{where}: no file"
    elif is_typeddict(hint):
        yield from _of_object(schema, hint, _resolved(schema, described), where)
    elif origin is list:
        resolved = _resolved(schema, described)
        if resolved.get("type") != "array":
            yield f"{where}: no list but {resolved}"
        else:
            yield from _differences(schema, get_args(hint)[0], resolved["items"], f"{where}[]")
    else:
        yield from _of_values(schema, hint, described, where)


def _of_object(
    schema: dict[str, Any], hint: Any, described: dict[str, Any], where: str
) -> Iterator[str]:
    properties = described.get("properties", {})
    for name, of_field in get_type_hints(hint, include_extras=True).items():
        if name not in properties:
            yield f"{where}.{name}: there is no such property"
        else:
            yield from _differences(schema, of_field, properties[name], f"{where}.{name}")


def _of_values(
    schema: dict[str, Any], hint: Any, described: dict[str, Any], where: str
) -> Iterator[str]:
    objects = [one for one in _alternatives(hint) if is_typeddict(one)]
    ours = {value for one in _alternatives(hint) for value in _values(one)}
    theirs: set[Any] = set()
    for one in _flat(schema, described):
        if "properties" in one and objects:
            yield from _of_object(schema, objects[0], one, where)
            theirs.add("object")
        elif "enum" in one:
            theirs |= set(one["enum"])
        else:
            kinds = one.get("type", "object")
            theirs |= {f"<{kind}>" for kind in ([kinds] if isinstance(kinds, str) else kinds)}
    theirs = {"<null>" if one is None else one for one in theirs}
    theirs = {"<object>" if one == "object" else one for one in theirs}
    if "<string>" in ours:  # a client that takes any word takes one of a list
        theirs = {one if str(one).startswith("<") else "<string>" for one in theirs}
    if ours != theirs:
        yield f"{where}: {ours} here, {theirs} there"


def _values(hint: Any) -> set[Any]:
    if get_origin(hint) is Literal:
        return set(get_args(hint))
    return {f"<{SCALARS.get(hint, 'object')}>"}


def _alternatives(hint: Any) -> list[Any]:
    if get_origin(hint) in (Union, UnionType):
        return [part for one in get_args(hint) for part in _alternatives(one)]
    return [hint]


def _flat(schema: dict[str, Any], described: dict[str, Any]) -> list[dict[str, Any]]:
    described = _resolved(schema, described)
    for word in ("oneOf", "anyOf", "allOf"):
        if word in described:
            return [part for one in described[word] for part in _flat(schema, one)]
    return [described]


def _resolved(schema: dict[str, Any], described: dict[str, Any]) -> dict[str, Any]:
    if len(described.get("allOf", ())) == 1:
        described = described["allOf"][0]
    if "$ref" not in described:
        return described
    found = schema
    for name in described["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return found


def _offered(client: type) -> dict[str, list[tuple[str, str]]]:
    return {
        name: [
            (one.name, str(one.annotation)) for one in inspect.signature(method).parameters.values()
        ]
        for name, method in inspect.getmembers(client, inspect.isfunction)
        if not name.startswith("_")
    }
