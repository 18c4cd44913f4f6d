"""Members and invitations on their pages, from the link to the last goodbye."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.web.projects.test_pages import member, signed_in
from wildlife.projects import invitations
from wildlife.projects.models import Invitation, Membership, Project, Role
from wildlife.projects.services import create

pytestmark = pytest.mark.django_db
INVITE = {"role": "reviewer", "uses": "1", "days": "7", "meant_for": "Ben"}


@pytest.fixture
def ann() -> User:
    return User.objects.create_user("ann")


@pytest.fixture
def mara(ann: User) -> Project:
    return create(ann, "Mara")


def link_in(page: str) -> str:
    found = re.search(r'value="http://testserver(/projects/join/[^"]+)"', page)
    assert found
    return found.group(1)


def test_a_link_is_shown_once_and_makes_who_follows_it_a_member(mara: Project, ann: User) -> None:
    owner = signed_in(ann)
    link = link_in(owner.post("/projects/mara/members/", INVITE).content.decode())
    again = owner.get("/projects/mara/members/").content.decode()
    assert link not in again
    assert "Ben" in again
    ben = signed_in(User.objects.create_user("ben"))
    assert "ann invites you" in ben.get(link).content.decode()
    assert not Membership.objects.filter(user__username="ben").exists()
    assert ben.post(link)["Location"] == "/projects/mara/"
    assert Membership.objects.get(user__username="ben").role == Role.REVIEWER
    assert ben.get(link).status_code == 410


def test_a_newcomer_signs_up_first_and_comes_back_to_the_link(
    mara: Project, ann: User, client: Client
) -> None:
    _made, secret = invitations.invite(mara, ann, Role.VIEWER)
    link = f"/projects/join/{secret}/"
    told = client.get(link).content.decode()
    assert f"/accounts/signup/?next={link}" in told
    assert client.post(link).status_code == 200  # a guest joins nothing
    sent = {
        "username": "newcomer",
        "email": "",
        "password1": "x7-lion-paw",
        "password2": "x7-lion-paw",
    }
    answer = client.post("/accounts/signup/", {**sent, "next": link})
    assert answer["Location"] == link
    client.post(link)
    assert Membership.objects.get(user__username="newcomer").role == Role.VIEWER


def test_the_last_owner_is_told_why_they_cannot_leave(mara: Project, ann: User) -> None:
    owner = signed_in(ann)
    told = owner.post("/projects/mara/leave", follow=True).content.decode()
    assert "A project needs an owner" in told
    owner.post(f"/projects/mara/members/{ann.pk}/role", {"role": "viewer"})
    owner.post(f"/projects/mara/members/{ann.pk}/remove")
    assert Membership.objects.get().role == Role.OWNER


def test_owners_change_roles_and_remove_members(mara: Project, ann: User) -> None:
    viewer = member(mara, Role.VIEWER)
    pk = User.objects.get(username="viewer").pk
    owner = signed_in(ann)
    owner.post(f"/projects/mara/members/{pk}/role", {"role": "curator"})
    assert Membership.objects.get(user=pk).role == Role.CURATOR
    owner.post(f"/projects/mara/members/{pk}/role", {"role": "emperor"})
    nobody = owner.post(f"/projects/mara/members/{2**63}/role", {"role": "curator"})
    assert nobody.status_code == 404
    assert Membership.objects.get(user=pk).role == Role.CURATOR
    owner.post(f"/projects/mara/members/{pk}/remove")
    assert viewer.get("/projects/mara/").status_code == 404


def test_who_leaves_sees_nothing_of_it_any_more(mara: Project) -> None:
    viewer = member(mara, Role.VIEWER)
    assert viewer.post("/projects/mara/leave")["Location"] == "/projects/"
    assert viewer.get("/projects/mara/").status_code == 404


def test_a_revoked_link_opens_nothing(mara: Project, ann: User) -> None:
    made, secret = invitations.invite(mara, ann, Role.VIEWER)
    signed_in(ann).post(f"/projects/mara/invitations/{made.pk}/revoke")
    assert signed_in(ann).get(f"/projects/join/{secret}/").status_code == 410


def test_an_invitation_of_another_project_is_not_revoked(mara: Project, ann: User) -> None:
    ben = User.objects.create_user("ben")
    create(ben, "Kruger")
    made, _secret = invitations.invite(mara, ann, Role.VIEWER)
    answer = signed_in(ben).post(f"/projects/kruger/invitations/{made.pk}/revoke")
    assert answer.status_code == 404
    assert Invitation.objects.exists()


def test_only_managers_see_open_links(mara: Project, ann: User) -> None:
    invitations.invite(mara, ann, Role.VIEWER, meant_for="secret guest")
    assert (
        "secret guest"
        not in member(mara, Role.CURATOR).get("/projects/mara/members/").content.decode()
    )


def test_the_log_tells_who_did_what_and_can_be_narrowed(mara: Project, ann: User) -> None:
    owner = signed_in(ann)
    owner.post("/projects/mara/members/", INVITE)
    member(mara, Role.VIEWER).post("/projects/mara/leave")
    told = owner.get("/projects/mara/activity/").content.decode()
    assert "ann made the project." in told
    assert "ann made an invitation. Role: Reviewer." in told
    assert "viewer left." in told
    narrowed = owner.get("/projects/mara/activity/?kind=members&by=ann").content.decode()
    assert "made an invitation" in narrowed
    assert "made the project" not in narrowed
    assert "viewer left" not in narrowed


def test_the_log_forgets_the_name_of_an_erased_account(mara: Project, ann: User) -> None:
    member(mara, Role.VIEWER).post("/projects/mara/leave")
    User.objects.get(username="viewer").delete()
    told = signed_in(ann).get("/projects/mara/activity/").content.decode()
    assert "somebody who has no account any more left." in told
