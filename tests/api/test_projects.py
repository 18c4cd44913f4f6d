"""Projects by the API: members read, who curates writes, nobody else knows of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from tests.api.build import answered, elephants
from tests.api.conftest import bearer
from tests.images import saved, scene
from tests.photos.build import upload
from wildlife.identifications.models import Verdict
from wildlife.photos.models import Photo
from wildlife.projects.models import Activity, Deployment, Event, Membership, Project, Role
from wildlife.tokens.models import Scope

PROJECT = "/api/v1/projects/mara"


@pytest.fixture
def project(db: None) -> Project:
    return Project.objects.create(slug="mara", name="Mara")


def member(project: Project, role: Role) -> APIClient:
    """A program of a new member."""
    user = User.objects.create_user(role.value)
    Membership.objects.create(project=project, user=user, role=role)
    return APIClient(**bearer(user))


def send(client: APIClient, query: str = "?project=mara", number: int = 0) -> Any:
    file = upload(saved(scene(60 + number, 48)))
    return client.post(f"/api/v1/photos{query}", {"photo": file}, format="multipart")


def test_members_see_their_projects_and_their_role_others_nothing(project: Project) -> None:
    Project.objects.create(slug="other", name="Other")
    (told,) = member(project, Role.VIEWER).get("/api/v1/projects").json()["results"]
    assert (told["slug"], told["role"]) == ("mara", "viewer")
    stranger = APIClient(**bearer(User.objects.create_user("stranger")))
    for client in (stranger, APIClient()):
        assert client.get("/api/v1/projects").json()["results"] == []
        for path in ("", "/deployments", "/events"):
            assert client.get(f"{PROJECT}{path}").status_code == 404
        assert client.get("/api/v1/photos?project=mara").status_code == 404
        assert client.post("/api/v1/uploads", {"project": "mara"}, format="json").status_code == 404


def test_photos_are_a_projects_own_and_only_some_may_add_them(project: Project) -> None:
    curator, viewer = member(project, Role.CURATOR), member(project, Role.VIEWER)
    assert send(viewer).status_code == 403
    assert send(curator).json()["project"] == "mara"
    assert curator.get("/api/v1/photos").json()["results"] == []
    for client in (curator, viewer):
        (told,) = client.get("/api/v1/photos?project=mara").json()["results"]
        assert client.get(told["url"]).status_code == 200
    assert viewer.delete(told["url"]).status_code == 403
    opened = curator.post("/api/v1/uploads", {"project": "mara"}, format="json")
    assert opened.json()["project"] == "mara"
    body = {"sha256": [told["sha256"]]}
    known = curator.post(f"{opened['Location']}/check", body, format="json").json()["known"]
    assert known == [{"sha256": told["sha256"], "photo": told["url"]}]


def test_originals_and_exact_places_are_not_for_everybody(project: Project) -> None:
    owner, viewer = member(project, Role.OWNER), member(project, Role.VIEWER)
    url = send(owner)["Location"]
    taxon = elephants()
    answered(Photo.objects.get(), taxon)
    Photo.objects.update(taxon=taxon, latitude=-1.23456, longitude=35.98765)
    for address in (url, "/api/v1/photos?project=mara"):
        hidden, shown = (client.get(address).json() for client in (viewer, owner))
        hidden, shown = (told.get("results", [told])[0] for told in (hidden, shown))
        assert (hidden["latitude"], hidden["longitude"]) == (-1.3, 35.9)
        assert (shown["latitude"], shown["longitude"]) == (-1.23456, 35.98765)
    assert viewer.get(f"{url}/original").status_code == 403
    assert owner.get(f"{url}/original").status_code == 200


def test_a_deployment_is_told_roughly_to_who_may_not_know_its_place(project: Project) -> None:
    curator, reviewer = member(project, Role.CURATOR), member(project, Role.REVIEWER)
    values = {"name": "C1", "latitude": -1.23456, "longitude": 35.98765, "location_name": "Well"}
    url = curator.post(f"{PROJECT}/deployments", values, format="json")["Location"]
    for address in (url, f"{PROJECT}/deployments"):
        rough, exact = (client.get(address).json() for client in (reviewer, curator))
        rough, exact = (told.get("results", [told])[0] for told in (rough, exact))
        assert (rough["latitude"], rough["longitude"], rough["location_name"]) == (-1.3, 35.9, "")
        assert (exact["latitude"], exact["location_name"]) == (-1.23456, "Well")


def test_deployments_are_written_by_who_curates(project: Project) -> None:
    curator, reviewer = member(project, Role.CURATOR), member(project, Role.REVIEWER)
    values = {"name": "C1", "latitude": -1.5, "longitude": 35.2, "start": "2026-01-01T00:00:00Z"}
    assert reviewer.post(f"{PROJECT}/deployments", values, format="json").status_code == 403
    made = curator.post(f"{PROJECT}/deployments", values, format="json")
    assert made.status_code == 201
    url = made["Location"]
    assert reviewer.get(url).json() == made.json()
    assert reviewer.get(f"{PROJECT}/deployments").json()["results"] == [made.json()]
    again = curator.post(f"{PROJECT}/deployments", values, format="json")
    assert again.status_code == 400
    read = {"If-Match": made["ETag"]}
    changed = curator.patch(url, {"habitat": "savanna"}, format="json", headers=read)
    assert changed.json()["habitat"] == "savanna"
    late = curator.patch(url, {"habitat": "forest"}, format="json", headers=read)
    assert late.status_code == 412
    assert reviewer.patch(url, {"habitat": "forest"}, format="json").status_code == 403
    assert Deployment.objects.get().habitat == "savanna"
    verbs = Activity.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["deployment_made", "deployment_changed"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"latitude": 95, "longitude": 3}, "latitude"),
        ({"latitude": 5}, "longitude"),
        ({"end": "2025-01-01T00:00:00Z", "start": "2026-01-01T00:00:00Z"}, "end"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"feature_type": "moon"}, "feature_type"),
        ({"name": ""}, "name"),
    ],
)
def test_a_deployment_that_cannot_be_is_told_by_field(
    project: Project, values: dict[str, Any], field: str
) -> None:
    curator = member(project, Role.CURATOR)
    response = curator.post(f"{PROJECT}/deployments", {"name": "C1", **values}, format="json")
    assert (response.status_code, list(response.json()["errors"])) == (400, [field])
    assert not Deployment.objects.exists()


def test_events_are_listed_by_time_and_filtered(project: Project) -> None:
    viewer = member(project, Role.VIEWER)
    place = Deployment.objects.create(project=project, name="C1")
    taxon = elephants()
    for day in (3, 1, 2):
        at = datetime(2026, 1, day, tzinfo=UTC)
        Event.objects.create(
            deployment=place, start=at, end=at, count=day, taxon=taxon if day == 2 else None
        )

    def counts(query: str = "") -> list[int]:
        told = viewer.get(f"{PROJECT}/events{query}").json()["results"]
        return [one["count"] for one in told]

    assert counts() == [1, 2, 3]
    assert counts(f"?taxon={taxon.slug}") == [2]
    assert counts("?since=2026-01-02T00:00:00Z&until=2026-01-03T00:00:00Z") == [2]
    assert counts(f"?deployment={project.pk}") == []
    event = viewer.get(f"{PROJECT}/events").json()["results"][0]
    assert viewer.get(f"/api/v1/events/{event['id']}").json() == event
    assert APIClient().get(f"/api/v1/events/{event['id']}").status_code == 404


def test_verdicts_are_given_by_who_may_review(project: Project) -> None:
    curator, reviewer, viewer = (
        member(project, role) for role in (Role.CURATOR, Role.REVIEWER, Role.VIEWER)
    )
    send(curator)
    answered(Photo.objects.get(), elephants())
    found = viewer.get("/api/v1/detections?project=mara&detected=animal").json()["results"]
    body = {"detection": found[0]["id"], "taxon": "loxodonta-cyclotis"}
    assert viewer.post("/api/v1/verdicts", body, format="json").status_code == 403
    stranger = APIClient(**bearer(User.objects.create_user("stranger")))
    assert stranger.post("/api/v1/verdicts", body, format="json").status_code == 404
    given = reviewer.post("/api/v1/verdicts", body, format="json")
    assert given.status_code == 201
    assert (given.json()["taxon"], given.json()["given_by"]) == ("loxodonta-cyclotis", "reviewer")
    again = reviewer.post("/api/v1/verdicts", {**body, "taxon": None}, format="json")
    assert again.json()["taxon"] is None
    assert Verdict.objects.count() == 1
    assert viewer.get("/api/v1/verdicts?project=mara").json()["results"] == [again.json()]
    assert viewer.get(f"/api/v1/verdicts/{again.json()['id']}").json() == again.json()
    unknown = reviewer.post("/api/v1/verdicts", {**body, "taxon": "nobody"}, format="json")
    assert list(unknown.json()["errors"]) == ["taxon"]
    address = f"/api/v1/verdicts/{again.json()['id']}"
    assert viewer.delete(address).status_code == 403
    assert stranger.delete(address).status_code == 404
    other = curator.post("/api/v1/verdicts", body, format="json").json()
    assert reviewer.delete(f"/api/v1/verdicts/{other['id']}").status_code == 403
    assert curator.delete(address).status_code == 204
    assert Verdict.objects.count() == 1


def test_a_verdict_says_more_of_an_animal_and_is_about_one_thing(project: Project) -> None:
    curator = member(project, Role.CURATOR)
    send(curator)
    answered(Photo.objects.get(), elephants())
    photo = str(Photo.objects.get().pk)

    def give(**body: object) -> dict[str, Any]:
        return curator.post("/api/v1/verdicts", body, format="json").json()

    more = {"sex": "female", "life_stage": "adult", "behaviour": "drinks", "count": 4}
    given = give(photo=photo, taxon="loxodonta-cyclotis", **more)
    assert {name: given[name] for name in more} == more
    assert (given["kind"], given["box"]["width"]) == ("animal", 1.0)
    assert give(photo=photo)["kind"] == "no_animal"
    assert give(photo=photo, kind="animal")["taxon"] is None
    assert "Only an animal" in str(give(photo=photo, kind="person", sex="male")["errors"])
    assert "one of both" in str(give(taxon=None)["errors"])
    assert "one of both" in str(give(taxon=None, photo=photo, detection=1)["errors"])


def test_answers_are_listed_with_what_led_to_them(
    client: APIClient, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    taxon = elephants()
    for number in range(3):
        send(client, "", number)
    for photo in Photo.objects.all():
        answered(photo, taxon, animals=2)
    client.get("/api/v1/identifications")  # plants the tree
    with django_assert_max_num_queries(8):
        told = client.get("/api/v1/identifications").json()["results"]
    assert len(told) == 6
    first = told[0]
    assert first["taxon"]["taxon"] == "loxodonta-africana"
    assert [vote["expert"] for vote in first["votes"]] == ["mammals", "birds"]
    assert first["walk"]
    assert first["runners_up"]
    assert client.get(f"/api/v1/identifications/{first['detection']}").json() == first
    with django_assert_max_num_queries(4):
        found = client.get("/api/v1/detections?least=0.5").json()["results"]
    assert len(found) == 9
    assert client.get("/api/v1/detections?least=0.95").json()["results"] == []
    of_one = client.get(f"/api/v1/detections?photo={first['photo']}").json()["results"]
    assert {one["photo"] for one in of_one} == {first["photo"]}
    person = next(one for one in found if one["category"] == "person")
    assert client.get(f"/api/v1/identifications/{person['id']}").status_code == 404
    stranger = APIClient()
    for path in ("detections", "identifications"):
        assert stranger.get(f"/api/v1/{path}").json()["results"] == []
        assert stranger.get(f"/api/v1/{path}/{first['detection']}").status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 2),
        ("state=done&taxon=elephantidae&sure=80-95&project=mara", 2),
        ("state=failed", 0),
        ("state=waiting", 0),
        ("taxon=loxodonta-cyclotis", 0),
        ("sure=95-100", 0),
        ("until=2000-01-01", 0),
        ("project=other", 0),
    ],
)
def test_of_one_photo_the_rest_of_the_query_holds_too(
    project: Project, query: str, found: int
) -> None:
    curator = member(project, Role.CURATOR)
    Membership.objects.create(
        project=Project.objects.create(slug="other", name="Other"),
        user=User.objects.get(username=Role.CURATOR.value),
        role=Role.VIEWER,
    )
    one, _other = (send(curator, number=number).json()["id"] for number in range(2))
    taxon = elephants()
    for photo in Photo.objects.all():
        answered(photo, taxon)
    Photo.objects.update(taxon=taxon, confidence=0.87)
    address = f"/api/v1/detections?photo={one}&{query}"
    told = curator.get(address).json()["results"]
    assert [row["photo"] for row in told] == [one] * found
    assert APIClient().get(f"/api/v1/detections?photo={one}").status_code == 404


def test_the_runs_of_the_own_photos_are_told(client: APIClient) -> None:
    send(client, "")
    run = answered(Photo.objects.get(), elephants())
    (told,) = client.get("/api/v1/runs").json()["results"]
    assert (told["id"], told["lineup"]) == (str(run.pk), run.lineup)
    assert client.get(f"/api/v1/runs/{run.pk}").json() == told
    assert APIClient().get("/api/v1/runs").json()["results"] == []
    assert APIClient().get(f"/api/v1/runs/{run.pk}").status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 1),
        ("state=done", 1),
        ("state=waiting", 0),
        ("state=pending", 0),
        ("taxon=elephantidae", 1),
        ("taxon=loxodonta-cyclotis", 0),
        ("group=mammal&category=EN", 1),
        ("sure=80-95", 1),
        ("sure=95-100", 0),
        ("until=2000-01-01", 0),
        ("since=2000-01-01", 1),
        ("box=-180,-90,180,90", 0),
        ("people=true", 0),
        ("vehicles=true", 1),
    ],
)
def test_photos_are_filtered_as_in_the_library(client: APIClient, query: str, found: int) -> None:
    send(client, "")
    taxon = elephants()
    answered(Photo.objects.get(), taxon)
    Photo.objects.update(taxon=taxon, confidence=0.87, vehicles=True)
    assert len(client.get(f"/api/v1/photos?{query}").json()["results"]) == found


@pytest.mark.parametrize(
    "query",
    ["state=x", "box=1,2,3", "box=1,9,3,2", "since=x", "sure=1", "upload=", "taxon=", "people="],
)
def test_a_filter_that_cannot_be_is_told_by_its_name(client: APIClient, query: str) -> None:
    response = client.get(f"/api/v1/photos?{query}")
    assert response.status_code == 400
    assert list(response.json()["errors"]) == [query.partition("=")[0]]


def test_a_programs_clock_moves_the_photos(project: Project) -> None:
    curator = member(project, Role.CURATOR)
    values = {"name": "C1", "clock_shift": "01:00:00"}
    url = curator.post(f"{PROJECT}/deployments", values, format="json")["Location"]
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    send(curator)
    Photo.objects.update(deployment=Deployment.objects.get(), recorded_at=noon, taken_at=noon)
    told = curator.patch(url, {"clock_shift": "-1 00:30:00"}, format="json").json()
    assert told["clock_shift"] == "-1 00:30:00"
    assert Photo.objects.get().taken_at == noon - timedelta(hours=23, minutes=30)
    late = curator.patch(url, {"clock_shift": "40000 00:00:00"}, format="json")
    assert (late.status_code, list(late.json()["errors"])) == (400, ["clock_shift"])


def test_a_deployment_is_deleted_by_who_curates_and_its_photos_stay(project: Project) -> None:
    curator, reviewer = member(project, Role.CURATOR), member(project, Role.REVIEWER)
    made = curator.post(f"{PROJECT}/deployments", {"name": "C1"}, format="json")
    url = made["Location"]
    send(curator)
    Photo.objects.update(deployment=Deployment.objects.get(), assigned_by="hand")
    assert reviewer.delete(url).status_code == 403
    only_review = APIClient(**bearer(User.objects.get(username="curator"), Scope.REVIEW))
    assert only_review.delete(url).status_code == 403
    curator.patch(url, {"habitat": "savanna"}, format="json")
    assert curator.delete(url, headers={"If-Match": made["ETag"]}).status_code == 412
    key = {"Idempotency-Key": "once"}
    for _time in range(2):
        assert curator.delete(url, headers=key).status_code == 204
    assert not Deployment.objects.exists()
    photo = Photo.objects.get()
    assert (photo.deployment, photo.assigned_by) == (None, "")


def test_an_event_tells_its_answer_and_its_address(project: Project) -> None:
    viewer = member(project, Role.VIEWER)
    place = Deployment.objects.create(project=project, name="C1")
    at = datetime(2026, 1, 1, tzinfo=UTC)
    row = Event.objects.create(
        deployment=place, start=at, end=at, count=2, taxon=elephants(), confidence=0.9
    )
    (told,) = viewer.get(f"{PROJECT}/events").json()["results"]
    assert told["url"].endswith(f"/api/v1/events/{row.pk}")
    assert viewer.get(told["url"]).json() == told
    answer = (told["taxon"], told["confidence"], told["count"])
    assert answer == ("loxodonta-africana", 0.9, 2)
