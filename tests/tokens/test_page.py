"""The page of one's tokens."""

import hashlib
import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from wildlife.tokens import services
from wildlife.tokens.models import Scope, Token
from wildlife.tokens.services import find, make, revoke

URL = "/accounts/tokens/"


@pytest.fixture
def ann(db: None) -> User:
    return User.objects.create_user("ann")


@pytest.fixture
def client(ann: User) -> Client:
    client = Client()
    client.force_login(ann)
    return client


def make_one(client: Client, **values: object) -> str:
    sent = {"name": "laptop", "scopes": ["read", "upload"], "days": 90, **values}
    return client.post(URL, sent).text


def test_the_secret_is_shown_once_and_works(client: Client, ann: User) -> None:
    page = make_one(client)
    (secret,) = re.findall(r'value="(wl_[\w-]{43})"', page)
    token = find(secret)
    assert token is not None
    assert (token.user, token.name, token.scopes) == (ann, "laptop", ["read", "upload"])
    assert token.secret_hash == hashlib.sha256(secret.encode()).hexdigest()
    assert token.expires_at is not None
    again = client.get(URL)
    assert secret not in again.text
    assert "laptop" in again.text
    assert "never used" in again.text
    assert "no-store" in again["Cache-Control"]


def test_a_token_may_never_end(client: Client) -> None:
    make_one(client, days=0)
    assert Token.objects.get().expires_at is None
    assert "never ends" in client.get(URL).text


@pytest.mark.parametrize("values", [{"name": ""}, {"scopes": []}, {"scopes": ["all"]}, {"days": 5}])
def test_what_is_wrong_makes_no_token(client: Client, values: dict[str, object]) -> None:
    make_one(client, **values)
    assert not Token.objects.exists()


def test_a_revoked_token_opens_nothing_and_is_still_told(client: Client, ann: User) -> None:
    token, secret = make(ann, "lost", [Scope.READ])
    page = client.post(f"{URL}{token.pk}/revoke", follow=True).text
    assert find(secret) is None
    assert "opens nothing any more" in page
    assert "Tokens that have ended" in page


def test_others_tokens_are_not_there(client: Client) -> None:
    token, secret = make(User.objects.create_user("bob"), "bobs-own", [Scope.READ])
    assert client.post(f"{URL}{token.pk}/revoke").status_code == 404
    assert find(secret) == token
    assert "bobs-own" not in client.get(URL).text


def test_nobody_makes_tokens_without_end(
    client: Client, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MOST", 1)
    token, _secret = make(ann, "one", [Scope.READ])
    assert "Revoke one that you do not need" in make_one(client)
    revoke(token)
    make_one(client)
    assert Token.objects.count() == 2


def test_guests_have_none(db: None) -> None:
    assert Client().get(URL).status_code == 302


def test_the_page_costs_as_much_for_many(
    client: Client, ann: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(5):
        make(ann, f"token {number}", [Scope.READ])
    client.get(URL)
    with django_assert_num_queries(4):
        client.get(URL)
