"""Projects made, changed and ended by programs; members and invitations."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries, Settings
from rest_framework.test import APIClient

from tests.api.conftest import bearer
from tests.api.test_projects import PROJECT, member, project
from wildlife.library import erasing
from wildlife.projects import invitations
from wildlife.projects.models import Activity, Membership, Project, Role
from wildlife.review import rules
from wildlife.tokens.models import Scope

__all__ = ["project"]


@pytest.fixture
def owner(project: Project) -> APIClient:
    return member(project, Role.OWNER)


def role_of(name: str) -> str | None:
    return Membership.objects.filter(user__username=name).values_list("role", flat=True).first()


def address_of(name: str) -> str:
    return f"{PROJECT}/members/{User.objects.get(username=name).pk}"


def test_who_makes_a_project_owns_it_and_a_repeat_makes_no_second(ann: User) -> None:
    client = APIClient(**bearer(ann))
    wish = {"name": "  Masai   Mara ", "description": "Cats", "event_gap": 300, "asks_sex": True}
    first, again = (
        client.post("/api/v1/projects", wish, format="json", headers={"Idempotency-Key": "one"})
        for _ in range(2)
    )
    assert (first.status_code, again.content) == (201, first.content)
    told = first.json()
    assert (told["slug"], told["name"], told["role"]) == ("masai-mara", "Masai Mara", "owner")
    assert (told["event_gap"], told["asks_sex"], told["asks_count"]) == (300, True, False)
    read = client.get(first["Location"])
    assert (read.json(), read["ETag"]) == (told, first["ETag"])
    assert Project.objects.count() == 1


def test_only_some_make_projects(ann: User, settings: Settings) -> None:
    def status(**program: Any) -> int:
        return (
            APIClient(**program).post("/api/v1/projects", {"name": "A"}, format="json").status_code
        )

    assert status() == 401
    assert status(**bearer(ann, Scope.CURATE, Scope.READ)) == 403
    settings.PROJECT_CREATORS = "staff"
    assert status(**bearer(ann)) == 403
    assert not Project.objects.exists()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"event_gap": 86_401}, "event_gap"),
        ({"accept_above": 0.4}, "accept_above"),
        ({"reviewers_needed": 3}, "reviewers_needed"),
        ({"sampling_design": "by chance"}, "sampling_design"),
    ],
)
def test_a_project_that_cannot_be_is_told_by_field(
    owner: APIClient, values: dict[str, Any], field: str
) -> None:
    made = owner.post("/api/v1/projects", {"name": "New", **values}, format="json")
    changed = owner.patch(PROJECT, values, format="json")
    for answer in (made, changed):
        assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


def test_a_change_keeps_the_address_and_needs_what_was_read(
    project: Project, owner: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    anew: list[str] = []
    monkeypatch.setattr(rules, "changed", lambda one: anew.append(one.slug))
    read = {"If-Match": owner.get(PROJECT)["ETag"]}
    changed = owner.patch(PROJECT, {"name": "Serengeti"}, format="json", headers=read)
    assert (changed.json()["slug"], changed.json()["name"]) == ("mara", "Serengeti")
    assert owner.patch(PROJECT, {"name": "Late"}, format="json", headers=read).status_code == 412
    newest = {"If-Match": changed["ETag"]}
    two = owner.patch(PROJECT, {"reviewers_needed": 2}, format="json", headers=newest)
    assert (two.status_code, anew) == (200, ["mara"])
    assert owner.patch(PROJECT, {"slug": "other", "role": "viewer"}, format="json").json() == {
        **two.json()
    }
    assert (
        member(project, Role.CURATOR).patch(PROJECT, {"name": "A"}, format="json").status_code
        == 403
    )
    verbs = Activity.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["project_renamed", "project_changed"]


def test_a_project_is_deleted_by_its_name_alone(
    project: Project, owner: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasing, "_send", lambda _pk: None)
    for wrong in ("", "?name=", "?name=Serengeti"):
        answer = owner.delete(f"{PROJECT}{wrong}")
        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["name"])
    curator = member(project, Role.CURATOR)
    assert curator.delete(f"{PROJECT}?name=Mara").status_code == 403
    assert owner.delete(f"{PROJECT}?name=Mara").status_code == 204
    assert owner.get(PROJECT).status_code == 404
    assert Project.objects.get().erasing_at is not None


def test_members_are_listed_for_each_other(
    project: Project, owner: APIClient, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    viewer = member(project, Role.VIEWER)
    with django_assert_max_num_queries(5):
        told = viewer.get(f"{PROJECT}/members").json()["results"]
    assert [(one["username"], one["role"]) for one in told] == [
        ("owner", "owner"),
        ("viewer", "viewer"),
    ]
    assert viewer.get(told[0]["url"]).json() == told[0]
    stranger = APIClient(**bearer(User.objects.create_user("stranger")))
    for path in ("members", "members/1", "invitations"):
        assert stranger.get(f"{PROJECT}/{path}").status_code == 404


def test_roles_are_given_by_owners_and_one_stays(project: Project, owner: APIClient) -> None:
    viewer = member(project, Role.VIEWER)
    url = address_of("viewer")
    assert viewer.patch(url, {"role": "owner"}, format="json").status_code == 403
    tag = {"If-Match": owner.get(url)["ETag"]}
    assert owner.patch(url, {"role": "curator"}, format="json", headers=tag).status_code == 200
    assert owner.patch(url, {"role": "viewer"}, format="json", headers=tag).status_code == 412
    assert owner.patch(url, {"role": "king"}, format="json").status_code == 400
    assert role_of("viewer") == "curator"
    last = owner.patch(address_of("owner"), {"role": "viewer"}, format="json")
    assert (last.status_code, last.json()["code"]) == (409, "last_owner")
    assert owner.delete(address_of("owner")).json()["code"] == "last_owner"
    assert role_of("owner") == "owner"


def test_members_are_taken_out_by_owners_and_leave_by_themselves(
    project: Project, owner: APIClient
) -> None:
    viewer, reviewer = member(project, Role.VIEWER), member(project, Role.REVIEWER)
    assert viewer.delete(address_of("reviewer")).status_code == 403
    assert owner.delete(address_of("reviewer")).status_code == 204
    assert reviewer.get(PROJECT).status_code == 404
    assert viewer.delete(address_of("viewer")).status_code == 204
    assert Membership.objects.count() == 1
    assert owner.get(f"{PROJECT}/members/{2**63}").status_code == 404


def test_a_project_is_handed_over(project: Project, owner: APIClient) -> None:
    member(project, Role.VIEWER)
    asleep = User.objects.create_user("asleep", is_active=False)
    Membership.objects.create(project=project, user=asleep, role=Role.CURATOR)
    for nobody in (asleep.pk, asleep.pk + 1):
        answer = owner.post(f"{PROJECT}/hand-over", {"to": nobody}, format="json")
        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["to"])
    heir = User.objects.get(username="viewer").pk
    told = owner.post(f"{PROJECT}/hand-over", {"to": heir}, format="json").json()
    assert told["role"] == "curator"
    assert (role_of("owner"), role_of("viewer")) == ("curator", "owner")


def test_an_invitation_lets_people_in_until_it_is_revoked(
    project: Project, owner: APIClient, ann: User
) -> None:
    wish = {"role": "reviewer", "uses": 2, "days": 3, "note": "the students"}
    made = owner.post(f"{PROJECT}/invitations", wish, format="json")
    assert made.status_code == 201
    link = made.json()["link"]
    assert link.startswith("http://testserver/projects/join/")
    (told,) = owner.get(f"{PROJECT}/invitations").json()["results"]
    assert {**told, "link": link} == made.json()
    assert (told["role"], told["uses_left"], told["note"]) == ("reviewer", 2, "the students")
    invitations.accept(link.rstrip("/").rpartition("/")[2], ann)
    assert role_of("ann") == "reviewer"
    assert owner.delete(f"{PROJECT}/invitations/{told['id']}").status_code == 204
    assert owner.get(f"{PROJECT}/invitations").json()["results"] == []
    curator = member(project, Role.CURATOR)
    assert curator.post(f"{PROJECT}/invitations", {}, format="json").status_code == 403
    assert owner.post(f"{PROJECT}/invitations", {"uses": 101}, format="json").status_code == 400
