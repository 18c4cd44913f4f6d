"""Tokens of an older copy, which kept them as they are."""

import importlib
from types import SimpleNamespace

from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection

from wildlife.tokens.models import Scope
from wildlife.tokens.services import find

adopting = importlib.import_module("wildlife.tokens.migrations.0002_adopt_plain_tokens")


def test_they_open_what_they_opened_and_are_kept_as_hashes(db: None) -> None:
    ann = User.objects.create_user("ann")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE authtoken_token (key varchar(40), user_id integer)")
        cursor.execute("INSERT INTO authtoken_token VALUES (%s, %s)", ["plain-key", ann.pk])
        editor = SimpleNamespace(connection=connection, execute=cursor.execute)
        adopting.adopt(apps, editor)
        assert "authtoken_token" not in connection.introspection.table_names()
        adopting.adopt(apps, editor)
    token = find("plain-key")
    assert token is not None
    assert (token.user, set(token.scopes)) == (ann, set(Scope.values))
    assert "plain-key" not in str(ann.tokens.values().get())
