"""The client against a running server, and against answers that no healthy server gives."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Timer
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.contrib.auth.models import User
from pytest_django.live_server_helper import LiveServer

from tests.images import saved, scene
from wildlife.projects import services
from wildlife_client import AsyncClient, Client, Local, Retries, Unreachable
from wildlife_client.errors import (
    Conflict,
    Invalid,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    NotWildlife,
    ServerFailed,
    TooManyRequests,
)

OK = {"slug": "mara", "name": "Mara"}


def card(folder: Path, photos: int) -> list[Local]:
    for number in range(photos):
        (folder / f"{number}.jpg").write_bytes(saved(scene(60 + number, 48)))
    return [Local(path, f"card/{path.name}") for path in sorted(folder.glob("*.jpg"))]


def test_a_photo_is_identified(client: Client) -> None:
    photo = client.identify(saved(scene()))
    assert photo["state"] == "done"
    (animal, person) = photo["detections"]
    answer = animal["identification"]
    assert answer is not None
    assert answer["taxon"] is not None
    assert answer["taxon"]["common_name"] == "African bush elephant"
    assert person["identification"] is None
    assert client.preview(photo["id"]) == b"preview"
    assert client.original(photo["id"]) == saved(scene())
    client.delete_photo(photo["id"])
    with pytest.raises(NotFound):
        client.photo(photo["id"])


def test_many_photos_come_and_lists_have_all_pages(client: Client, tmp_path: Path) -> None:
    upload = client.open_upload()
    sent = list(client.upload_files(upload["id"], card(tmp_path, 5)))
    assert {one.outcome for one in sent} == {"taken"}
    again = list(client.upload_files(upload["id"], card(tmp_path, 6)))
    assert sorted(one.outcome for one in again) == ["known"] * 5 + ["taken"]
    client.close_upload(upload["id"])
    (last,) = client.watch(upload["id"])
    assert (last["finished"], last["counts"]["taken"]) == (True, 6)
    photos = [one["id"] for one in client.photos(taxon="elephantidae", page_size=2)]
    assert len(set(photos)) == len(photos) == 6
    assert {one["path"] for one in client.items(upload["id"])} >= {"card/5.jpg"}


def test_a_verdict_is_given_and_taken_back(client: Client) -> None:
    photo = client.identify(saved(scene()))
    (found,) = client.detections(photo=photo["id"], detected="animal")
    verdict = client.give_verdict(detection=found["id"], taxon="loxodonta-africana")
    assert [one["id"] for one in client.verdicts(photo=photo["id"])] == [verdict["id"]]
    client.withdraw_verdict(verdict["id"])
    assert list(client.verdicts()) == []


def test_deployments_are_made_changed_and_deleted(client: Client, ann: User) -> None:
    services.create(ann, "Mara")
    ford = client.make_deployment("mara", name="ford", latitude=1.5, longitude=36.0)
    client.change_deployment(ford["id"], comments="moved")
    assert [one["comments"] for one in client.deployments("mara")] == ["moved"]
    client.delete_deployment(ford["id"])
    assert list(client.deployments("mara")) == []
    with pytest.raises(Invalid, match="latitude"):
        client.make_deployment("mara", name="pole", latitude=91.0, longitude=0.0)


def test_projects_are_made_changed_and_deleted_and_people_let_in(client: Client) -> None:
    made = client.make_project(name="Mara", event_gap=60)
    assert client.change_project("mara", description="Cats") == client.project("mara")
    invitation = client.invite("mara", role="reviewer", uses=2)
    assert invitation["link"].startswith("http")
    assert [one["uses_left"] for one in client.invitations("mara")] == [2]
    client.revoke_invitation("mara", invitation["id"])
    (me,) = client.members("mara")
    assert client.member("mara", me["user"])["role"] == made["role"] == "owner"
    with pytest.raises(Conflict, match="needs an owner"):
        client.change_member("mara", me["user"], "viewer")
    client.delete_project("mara", name="Mara")
    assert list(client.projects()) == []


def test_species_are_written_by_curators(client: Client, ann: User) -> None:
    User.objects.filter(pk=ann.pk).update(is_superuser=True, is_staff=True)
    new = client.make_taxon(
        scientific_name="Loxodonta adaurora", rank="species", parent="loxodonta", reason="Fossil."
    )
    names = [{"language": "en", "name": "Adaurora elephant"}]
    told = client.change_taxon(new["slug"], common_names=names, reason="Its name.")
    assert told["common_names"][0]["name"] == "Adaurora elephant"
    client.delete_taxon(new["slug"], reason="Gone.")
    with pytest.raises(NotFound):
        client.taxon(new["slug"])


def test_webhooks_and_alerts_are_made_changed_tried_and_deleted(
    client: Client, server: LiveServer, token: str, ann: User
) -> None:
    services.create(ann, "Mara")
    hook = client.make_webhook("mara", address="https://hooks.example/in", kinds=["alert"])
    assert hook["secret"].startswith("whsec_")
    sent = client.test_webhook(hook["id"])
    assert client.send_again(hook["id"], sent["id"])["id"] == sent["id"]
    assert [one["kind"] for one in client.deliveries(hook["id"])] == ["test"]
    assert client.change_webhook(hook["id"], active=False) == client.webhook(hook["id"])
    assert [one["active"] for one in client.webhooks("mara")] == [False]
    client.delete_webhook(hook["id"])
    assert list(client.webhooks("mara")) == []

    async def be_told() -> tuple[list[float], list[str]]:
        async with AsyncClient(server.url, token) as wildlife:
            alert = await wildlife.make_alert("mara", name="New ones", first=True)
            changed = await wildlife.change_alert(alert["id"], above=0.5)
            assert await wildlife.alert(alert["id"]) == changed
            above = [one["above"] async for one in wildlife.alerts("mara")]
            await wildlife.delete_alert(alert["id"])
            return above, [one["id"] async for one in wildlife.alerts("mara")]

    assert asyncio.run(be_told()) == ([0.5], [])


def test_the_async_client_does_the_same(server: LiveServer, token: str, tmp_path: Path) -> None:
    async def bring() -> tuple[list[str], list[str], str]:
        async with AsyncClient(server.url, token) as wildlife:
            upload = await wildlife.open_upload()
            files = card(tmp_path, 3)
            files += [Local(tmp_path / "gone.jpg", "gone.jpg")]
            sent = [one async for one in wildlife.upload_files(upload["id"], files)]
            await wildlife.close_upload(upload["id"])
            [_ async for _ in wildlife.watch(upload["id"])]
            photos = [one["id"] async for one in wildlife.photos(page_size=1)]
            photo = await wildlife.identify(files[0].path)
            return [one.outcome for one in sent], photos, photo["state"]

    outcomes, photos, state = asyncio.run(bring())
    assert sorted(outcomes) == ["taken", "taken", "taken", "unreadable"]
    assert (len(set(photos)), state) == (3, "done")


def test_a_guest_keeps_what_is_sent_for_as_long_as_the_client_lives(server: LiveServer) -> None:
    with Client(server.url) as guest, Client(server.url) as other:
        photo = guest.identify(saved(scene()))
        assert [one["id"] for one in guest.photos()] == [photo["id"]]
        assert list(other.photos()) == []


def test_a_refusal_says_what_to_do(client: Client, server: LiveServer) -> None:
    with pytest.raises(Invalid) as refused:
        client.send_photo(b"words")
    assert (refused.value.status, refused.value.code) == (415, "not_an_image")
    with Client(server.url, "wl_wrong") as wrong, pytest.raises(NotAuthenticated) as closed:
        next(wrong.photos())
    assert "Make a token" in closed.value.advice
    upload = client.open_upload()["id"]
    client.close_upload(upload)
    with pytest.raises(Conflict) as late:
        client.add_files(upload, [saved(scene())])
    assert late.value.advice == "Open another upload."


def test_the_client_needs_nothing_of_the_server() -> None:
    code = "import sys, wildlife_client, wildlife_cli.__main__; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(settings.BASE_DIR)},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert not loaded & {"django", "wildlife", "pipelines", "models_registry", "torch", "celery"}


# --- Answers of an unhealthy server -----------------------------------------------------------


class Told:
    """A server that answers with one after another, and notes what it is asked."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = iter(answers)
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.asked.append(request)
        answer = next(self.answers)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long a client waited, without waiting."""
    seen: list[float] = []

    def wait(self: Client, seconds: float) -> None:
        if seconds:
            seen.append(seconds)

    monkeypatch.setattr(Client, "_sleep", wait)
    return seen


@pytest.fixture
def asking() -> Iterator[Callable[[Told], Client]]:
    clients: list[Client] = []

    def ask(told: Told) -> Client:
        transport = httpx.MockTransport(told)
        clients.append(Client("https://wildlife.example", "wl_secret", transport=transport))
        return clients[-1]

    yield ask
    for one in clients:
        one.close()


def problem(status: int, code: str = "", **headers: str) -> httpx.Response:
    document = {"status": status, "code": code, "detail": "No.", "title": "No"}
    named = {"Content-Type": "application/problem+json"}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, json=document, headers=named)


def fine(**headers: str) -> httpx.Response:
    return httpx.Response(
        200, json=OK, headers={n.replace("_", "-"): v for n, v in headers.items()}
    )


Asking = Callable[[Told], Client]


def test_what_passes_is_tried_again_when_the_server_says(
    asking: Asking, pauses: list[float]
) -> None:
    told = Told(
        problem(429, Retry_After="7"),
        problem(409, "being_answered", Retry_After="1"),
        problem(503, Retry_After="Thu, 01 Jan 1970 00:00:00 GMT"),
        fine(),
    )
    assert asking(told).project("mara")["name"] == "Mara"
    assert pauses == [7.0, 1.0]


def test_pauses_grow_where_the_server_says_nothing(asking: Asking, pauses: list[float]) -> None:
    broken = [httpx.ConnectError("refused") for _ in range(6)]
    told = Told(*broken)
    with pytest.raises(Unreachable, match=r"wildlife\.example.*refused"):
        asking(told).project("mara")
    assert len(told.asked) == 6
    for number, pause in enumerate(pauses):
        assert 0.25 * 2**number <= pause <= 0.5 * 2**number
    assert len(pauses) == 5


def test_a_write_has_the_same_key_each_time_and_is_sent_whole(
    asking: Asking, pauses: list[float]
) -> None:
    told = Told(httpx.ReadError("broken"), httpx.Response(202, json={"id": "1"}), fine())
    client = asking(told)
    client.send_photo(b"\xff\xd8photo")
    client.change_deployment("1", name="ford")
    first, second, other = told.asked
    keys = [one.headers["Idempotency-Key"] for one in told.asked]
    assert keys[0] == keys[1] != keys[2]
    assert b"\xff\xd8photo" in second.content
    assert len(first.content) == len(second.content)
    assert other.headers["Authorization"] == "Bearer wl_secret"


def test_nobody_waits_for_hours(asking: Asking, pauses: list[float]) -> None:
    with pytest.raises(TooManyRequests) as refused:
        asking(Told(problem(429, Retry_After="3600"))).project("mara")
    assert (refused.value.retry_after, pauses) == (3600.0, [])


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (problem(403, "scope_missing"), NotAllowed),
        (problem(404), NotFound),
        (problem(409, "closed"), Conflict),
        (problem(422, "broken"), Invalid),
        (problem(500), ServerFailed),
        (httpx.Response(404, text="<h1>Not found</h1>"), NotWildlife),
        (httpx.Response(200, text="<h1>Welcome</h1>"), NotWildlife),
        (httpx.Response(301, headers={"Location": "https://other.example"}), NotWildlife),
    ],
)
def test_what_will_not_change_is_not_tried_again(
    answer: httpx.Response, error: type[Exception], asking: Asking, pauses: list[float]
) -> None:
    with pytest.raises(error) as refused:
        asking(Told(answer)).project("mara")
    assert pauses == []
    assert refused.value.advice  # type: ignore[attr-defined]


def test_a_used_up_limit_is_waited_for_before_the_next_request(
    asking: Asking, pauses: list[float]
) -> None:
    client = asking(Told(fine(RateLimit='"token";r=0;t=9'), fine(RateLimit='"token";r=5;t=9')))
    client.project("mara")
    assert pauses == []
    client.project("mara")
    assert pauses == [pytest.approx(9, abs=1)]


def test_a_token_goes_to_no_other_host(asking: Asking, pauses: list[float]) -> None:
    page: dict[str, Any] = {"previous": None, "results": [OK]}
    told = Told(
        httpx.Response(200, json={**page, "next": "https://evil.example/api/v1/projects?cursor=2"}),
        httpx.Response(200, json={**page, "next": None}),
    )
    assert len(list(asking(told).projects())) == 2
    assert str(told.asked[1].url) == "https://wildlife.example/api/v1/projects?cursor=2"


def test_closing_ends_what_waits() -> None:
    client = Client("http://127.0.0.1:9", retries=Retries(attempts=99, first=60))
    began = time.monotonic()
    Timer(0.3, client.close).start()
    with pytest.raises(Unreachable):
        client.project("mara")
    assert time.monotonic() - began < 10


def test_an_address_that_is_none_is_refused_at_once() -> None:
    for url in ("wildlife.example", "ftp://wildlife.example", "https://"):
        with pytest.raises(ValueError, match="is no address"):
            Client(url)
