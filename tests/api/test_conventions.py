"""What every address has in common: tokens and scopes, limits, cursors, fields, entity tags."""

import time
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings
from rest_framework.test import APIClient

from tests.api.build import answered, elephants
from tests.api.conftest import bearer
from tests.images import saved, scene
from tests.photos.build import upload
from wildlife.photos.models import Photo
from wildlife.tokens.models import Scope, Token
from wildlife.tokens.services import make, revoke

URL = "/api/v1/photos"


def send(client: APIClient, number: int = 0, **extra: Any) -> Any:
    file = upload(saved(scene(60 + number, 48)), f"{number}.jpg")
    return client.post(URL, {"photo": file}, format="multipart", **extra)


# --- Tokens -------------------------------------------------------------------------------------


def test_a_token_does_only_what_its_scopes_allow(ann: User) -> None:
    reader = APIClient(**bearer(ann, Scope.READ))
    response = send(reader)
    assert (response.status_code, response.json()["code"]) == (403, "scope_missing")
    assert "“upload”" in response.json()["detail"]
    assert reader.get(URL).status_code == 200
    uploader = APIClient(**bearer(ann, Scope.UPLOAD))
    assert send(uploader).status_code == 202
    assert uploader.get(URL).status_code == 403
    assert uploader.delete(f"{URL}/{Photo.objects.get().pk}").status_code == 403


def test_a_token_that_ended_opens_nothing(ann: User) -> None:
    token, secret = make(ann, "old", [Scope.READ], timezone.now() - timedelta(seconds=1))
    revoked, other = make(ann, "lost", [Scope.READ])
    revoke(revoked)
    for one in (secret, other, "wl_made-up", "é"):
        response = APIClient().get(URL, headers={"Authorization": f"Bearer {one}"})
        assert response.status_code == 401
        assert response["WWW-Authenticate"] == "Bearer"
    assert Token.objects.filter(pk__in=(token.pk, revoked.pk)).count() == 2


def test_a_token_of_somebody_who_may_not_sign_in_opens_nothing(ann: User) -> None:
    client = APIClient(**bearer(ann))
    User.objects.update(is_active=False)
    assert client.get(URL).status_code == 401


def test_the_secret_is_nowhere_and_the_last_use_is_known(ann: User) -> None:
    token, secret = make(ann, "script", [Scope.READ])
    APIClient().get(URL, headers={"Authorization": f"token {secret}"})
    kept = Token.objects.filter(pk=token.pk).values().get()
    assert secret not in str(kept)
    assert kept["last_used_from"] == "127.0.0.1"
    assert timezone.now() - kept["last_used_at"] < timedelta(minutes=1)


# --- Limits -------------------------------------------------------------------------------------


def test_each_answer_tells_what_is_left_and_the_last_when_to_come_back(
    ann: User, settings: Settings
) -> None:
    settings.API_RATES = {"token": 2, "user": 3, "guest": 1}
    first, second = APIClient(**bearer(ann)), APIClient(**bearer(ann))
    told = first.get(URL)
    assert told["RateLimit-Policy"] == '"token";q=2;w=60, "user";q=3;w=60'
    assert told["RateLimit"].startswith('"token";r=1;t=')
    assert first.get(URL).status_code == 200
    refused = first.get(URL)
    assert (refused.status_code, refused.json()["code"]) == (429, "throttled")
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert refused["RateLimit"].startswith('"token";r=0;')
    assert second.get(URL).status_code == 429, "one user's tokens share the user's limit"


def test_guests_are_counted_by_their_address(client: APIClient, settings: Settings) -> None:
    settings.API_RATES = {"token": 0, "user": 0, "guest": 1}
    assert client.get(URL).status_code == 200
    assert APIClient().get(URL).status_code == 429
    assert APIClient(REMOTE_ADDR="10.1.2.3").get(URL).status_code == 200
    assert APIClient(REMOTE_ADDR="2001:db8:1:2::3").get(URL).status_code == 200
    assert APIClient(REMOTE_ADDR="2001:db8:1:2::4").get(URL).status_code == 429


# --- Reading ------------------------------------------------------------------------------------


def test_pages_neither_lose_nor_double_while_photos_come(client: APIClient) -> None:
    for number in range(5):
        send(client, number)
    first = client.get(f"{URL}?page_size=2&fields=id").json()
    assert first["previous"] is None
    send(client, 7)
    second = client.get(first["next"]).json()
    third = client.get(second["next"]).json()
    seen = [one["id"] for page in (first, second, third) for one in page["results"]]
    assert len(seen) == len(set(seen)) == 5
    assert third["next"] is None
    assert client.get(third["previous"]).json()["results"] == second["results"]
    newest = client.get(client.get(second["previous"]).json()["previous"]).json()
    assert len(newest["results"]) == 1, "the photo that came in between"


@pytest.mark.parametrize("query", ["cursor=x", "page_size=0", "page_size=501", "page_size=x"])
def test_a_page_that_cannot_be_is_a_problem(client: APIClient, query: str) -> None:
    response = client.get(f"{URL}?{query}")
    assert (response.status_code, response.json()["code"]) == (400, "invalid")


def test_a_cursor_of_another_list_is_refused(client: APIClient) -> None:
    elephants()
    cursor = client.get("/api/v1/taxa?page_size=1").json()["next"].partition("?")[2]
    assert client.get(f"{URL}?{cursor}").status_code == 400


def test_only_the_fields_that_are_asked_for_are_told(client: APIClient) -> None:
    url = send(client)["Location"]
    answered(Photo.objects.get(), elephants())
    whole = client.get(url).json()
    told = client.get(f"{url}?fields=id,run.state,detections.box.x,detections.index").json()
    assert told.keys() == {"id", "run", "detections"}
    assert told["run"] == {"state": "done"}
    assert told["detections"][0] == {"index": 0, "box": {"x": whole["detections"][0]["box"]["x"]}}
    assert client.get(f"{URL}?fields=id").json()["results"] == [{"id": told["id"]}]


def test_what_is_not_asked_for_is_not_looked_up(
    client: APIClient, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    url = send(client)["Location"]
    answered(Photo.objects.get(), elephants())
    with django_assert_max_num_queries(3):
        client.get(f"{url}?fields=id,state")


def test_a_field_that_is_none_is_a_problem(client: APIClient) -> None:
    response = client.get(f"{URL}?fields=id,secret")
    assert response.status_code == 400
    assert response.json()["errors"] == {"fields": ["There is no field secret."]}
    response = client.get("/api/v1/detections?fields=groups.secret")
    assert response.json()["errors"] == {"fields": ["There is no field groups.secret."]}


def test_what_the_client_has_is_not_sent_again(client: APIClient) -> None:
    url = send(client)["Location"]
    for address in (url, URL, "/api/v1/models"):
        etag = client.get(address)["ETag"]
        again = client.get(address, headers={"If-None-Match": etag})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag)
    Photo.objects.update(state="failed")
    etag = client.get(url)["ETag"]
    Photo.objects.update(state="done")
    assert client.get(url, headers={"If-None-Match": etag}).status_code == 200


def test_a_page_with_another_one_after_it_is_not_sent_again_either(
    client: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        send(client, number)
    first = f"{URL}?page_size=1"
    second = client.get(first).json()["next"]
    tags = {page: client.get(page)["ETag"] for page in (first, second)}
    later = time.time() + 3600
    monkeypatch.setattr(time, "time", lambda: later)
    for page, tag in tags.items():
        assert client.get(page, headers={"If-None-Match": tag}).status_code == 304


def test_a_list_costs_as_much_for_many_photos(
    ann: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client, taxon = APIClient(**bearer(ann)), elephants()
    for number in range(6):
        send(client, number)
    for photo in Photo.objects.all():
        answered(photo, taxon)
    Photo.objects.update(taxon=taxon)
    for size in (1, 6):
        with django_assert_num_queries(2):  # the token with its user, the photos with their taxa
            told = client.get(f"{URL}?page_size={size}").json()
        assert len(told["results"]) == size


# --- Other sites --------------------------------------------------------------------------------


def test_only_named_sites_may_ask_from_their_pages(client: APIClient, settings: Settings) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://maps.example.org"]
    told = client.get(URL, headers={"Origin": "https://maps.example.org"})
    assert told["Access-Control-Allow-Origin"] == "https://maps.example.org"
    assert "RateLimit" in told["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in told
    other = client.get(URL, headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in other
    page = client.get("/", headers={"Origin": "https://maps.example.org"})
    assert "Access-Control-Allow-Origin" not in page
