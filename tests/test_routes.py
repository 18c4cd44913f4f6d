"""Every route, asked by everybody: who may not see something does not learn that it exists."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from celery import Celery
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver
from pytest_django import Settings

from tests.routes_table import TABLE, InProject, OfMember, OfUser, OnPhoto, Public, Row, SignedIn
from tests.routes_world import NOBODY, PEOPLE, Seen, World, build
from wildlife.projects.models import Role
from wildlife.projects.rights import RIGHTS, Right

LOGIN, FORBIDDEN, MISSING, ALLOWED = "login", "403", "404", "allowed"
_NAMES = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)")


def routes(resolver: Any = None, before: str = "") -> Iterator[str]:
    """Yield every route as the resolver joins it."""
    for one in (resolver or get_resolver()).url_patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLPattern):
            yield route
        else:
            yield from routes(one, route)


def test_the_table_knows_every_route() -> None:
    there = {route for route in routes() if not route.startswith("admin/")}
    assert sorted(there - TABLE.keys()) == []
    assert sorted(TABLE.keys() - there) == []


@pytest.fixture
def world(db: None, settings: Settings, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> World:
    settings.MEDIA_ROOT = tmp_path
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    monkeypatch.setattr(Celery, "send_task", lambda *args, **options: None)
    return build()


@pytest.mark.parametrize("who", PEOPLE)
def test_everybody_gets_what_they_may_and_learns_of_nothing_else(world: World, who: str) -> None:
    wrong = []
    for route, rows in TABLE.items():
        for row in rows:
            for seen in world.photos if isinstance(row.need, OnPhoto) else (None,):
                told = ask(world, who, route, row, seen)
                wanted = expected(row, who, seen)
                if told != wanted:
                    whose = f" of {seen.holder or 'the project'}" if seen else ""
                    asked = f"{row.method} {route}{row.query}{whose} {dict(row.data)}"
                    wrong.append(f"{asked}: {told}, not {wanted}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("who", [one for one in PEOPLE if one != "staff"])
def test_nobody_but_staff_gets_into_the_admin(world: World, who: str) -> None:
    open_to_all = ("admin/login/", "admin/logout/", "admin/jsi18n/")
    for route in routes():
        if route.startswith("admin/") and route not in open_to_all:
            answer = world.clients[who].get("/" + _NAMES.sub("1", route).strip("^$"))
            assert answer.status_code in (301, 302, 403, 404), route


def expected(row: Row, who: str, seen: Seen | None) -> str:
    """Return how somebody has to be answered."""
    need = row.need
    if isinstance(need, Public):
        return ALLOWED
    if isinstance(need, OfMember):
        return LOGIN if who in NOBODY else ALLOWED if who in Role.values else MISSING
    if isinstance(need, SignedIn):
        return LOGIN if who in NOBODY else ALLOWED
    if isinstance(need, OfUser):
        if need.login and who in NOBODY:
            return LOGIN
        return ALLOWED if who == need.holder else MISSING
    if seen is not None and seen.holder:
        return ALLOWED if who in (seen.holder, "staff") else MISSING
    if isinstance(need, InProject) and need.login and who in NOBODY:
        return LOGIN
    return _in_project(need.right, who)


def _in_project(right: Right, who: str) -> str:
    if who == "staff":
        return ALLOWED
    if who not in Role.values:
        return MISSING
    return ALLOWED if right in RIGHTS[Role(who)] else FORBIDDEN


def ask(world: World, who: str, route: str, row: Row, seen: Seen | None) -> str:
    """Return how somebody is answered. What the request does is undone, to the cookies."""
    with transaction.atomic():
        told = _told(_answer(world, who, route, row, seen))
        transaction.set_rollback(True)
    return told


def content(
    world: World, who: str, route: str, row: Row, seen: Seen | None, index: int = 0
) -> bytes:
    """Return all that somebody is answered, or the headers where that is nothing.

    Streams of events, which do not end, are not read. The caller undoes what the request does.
    """
    answer = _answer(world, who, route, row, seen, index)
    if answer.streaming:
        endless = answer["Content-Type"].startswith("text/event-stream")
        body = b"" if endless else b"".join(answer.streaming_content)
    else:
        body = answer.content
    return body or str(dict(answer.headers)).encode()


def _answer(world: World, who: str, route: str, row: Row, seen: Seen | None, index: int = 0) -> Any:
    client = world.clients[who]
    cookies = client.cookies.copy()
    path = "/" + _NAMES.sub(lambda one: _value(world, route, one[1] or one[2], seen, index), route)
    path = path.replace("^", "").rstrip("$") + row.query
    answer = _send(client, path, row, world, seen)
    client.cookies = cookies
    return answer


def _send(client: Client, path: str, row: Row, world: World, seen: Seen | None) -> Any:
    known = {**world.values, "detection": seen.detection if seen else ""}
    data = {
        name: value.format(**known) if isinstance(value, str) else value
        for name, value in row.data.items()
    }
    if row.method == "GET":
        return client.get(path)
    if path.startswith(("/api/", "/uploads/?")):
        return client.generic(row.method, path, json.dumps(data), "application/json")
    return client.post(path, data)


def _told(answer: Any) -> str:
    code = answer.status_code
    if code in (301, 302) and answer["Location"].startswith("/accounts/login/"):
        return LOGIN
    if code == 401:  # the same, to a program
        return LOGIN
    if code in (403, 404, 500):
        return str(code)
    return ALLOWED


def _value(world: World, route: str, name: str, seen: Seen | None, index: int) -> str:
    if seen is not None:
        about = {
            "photo_id": seen.photo.pk,
            "index": index,
            "run_id": seen.run.pk,
        }
        if name in about:
            return str(about[name])
        if name == "pk":
            kind = route.split("/")[2]
            return str(
                {"detections": seen.detection, "verdicts": seen.verdict}.get(
                    kind, seen.identification
                )
            )
    if name == "import_id" and route.startswith("imports/"):
        name = "own_import"
    if name == "acceptance_id" and route.startswith("review/"):
        name = "own_acceptance"
    if name == "pk":
        name = "invitation" if route.startswith("projects/") else "filter"
    if name == "slug" and not route.startswith(("projects/", "api/v1/projects/")):
        name = "taxon"
    return str(world.values[name])
