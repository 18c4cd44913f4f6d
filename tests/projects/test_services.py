"""Projects are made and changed, members come and go, links let people in: all of it is noted."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from wildlife.projects import invitations, members, services
from wildlife.projects.models import Activity, Invitation, Membership, Project, Role
from wildlife.projects.rights import Right, may, rights_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    return User.objects.create_user("ann")


@pytest.fixture
def ben() -> User:
    return User.objects.create_user("ben")


@pytest.fixture
def mara(ann: User) -> Project:
    return services.create(ann, "Mara")


def role_of(project: Project, user: User) -> str | None:
    found = Membership.objects.filter(project=project, user=user).first()
    return found.role if found else None


def membership(project: Project, user: User) -> Membership:
    return Membership.objects.get(project=project, user=user)


def verbs(project: Project) -> list[str]:
    return list(
        Activity.objects.filter(project=project).order_by("pk").values_list("verb", flat=True)
    )


@pytest.mark.parametrize(
    ("names", "slugs"),
    [
        (["Big Cats!", "big cats", "Big-cats"], ["big-cats", "big-cats-2", "big-cats-3"]),
        (["new", "join"], ["new-2", "join-2"]),
        (["猫", "犬"], ["project", "project-2"]),
        (["x" * 120], ["x" * 54]),
    ],
)
def test_each_project_has_an_address_of_its_own(
    ann: User, names: list[str], slugs: list[str]
) -> None:
    assert [services.create(ann, name).slug for name in names] == slugs


def test_a_renamed_project_keeps_its_address(mara: Project, ann: User) -> None:
    assert services.change(mara, ann, {"name": "Serengeti", "event_gap": 120}) == ["name"]
    mara.refresh_from_db()
    assert (mara.name, mara.slug) == ("Serengeti", "mara")
    assert services.change(mara, ann, {"event_gap": 60}) == ["event_gap"]
    assert services.change(mara, ann, {"event_gap": 60}) == []
    assert verbs(mara) == ["project_made", "project_renamed", "project_changed"]


def test_a_lesser_role_never_lowers_a_greater_one(mara: Project, ann: User, ben: User) -> None:
    assert members.join(mara, ben, Role.REVIEWER)
    assert not members.join(mara, ben, Role.VIEWER)
    assert not members.join(mara, ann, Role.CURATOR)
    assert members.join(mara, ben, Role.CURATOR)
    assert (role_of(mara, ann), role_of(mara, ben)) == (Role.OWNER, Role.CURATOR)
    assert verbs(mara) == ["project_made", "member_joined", "role_changed"]


def test_a_project_keeps_an_owner_who_can_sign_in(mara: Project, ann: User, ben: User) -> None:
    members.join(mara, ben, Role.OWNER)
    ben.is_active = False
    ben.save()
    with pytest.raises(members.LastOwner):
        members.remove(membership(mara, ann), ann)
    with pytest.raises(members.LastOwner):
        members.change_role(membership(mara, ann), Role.VIEWER, ann)
    assert role_of(mara, ann) == Role.OWNER
    ben.is_active = True
    ben.save()
    members.remove(membership(mara, ann), ann)
    assert role_of(mara, ann) is None
    assert verbs(mara)[-1] == "member_left"


def test_removed_members_are_told_from_those_who_left(mara: Project, ann: User, ben: User) -> None:
    members.join(mara, ben, Role.VIEWER)
    members.remove(membership(mara, ben), ann)
    assert verbs(mara)[-1] == "member_removed"


def test_who_hands_over_becomes_a_curator(mara: Project, ann: User, ben: User) -> None:
    members.join(mara, ben, Role.VIEWER)
    members.hand_over(membership(mara, ben), ann)
    assert (role_of(mara, ann), role_of(mara, ben)) == (Role.CURATOR, Role.OWNER)
    members.hand_over(membership(mara, ben), ben)
    assert role_of(mara, ben) == Role.OWNER


def test_nobody_hands_over_to_who_has_just_left(mara: Project, ann: User, ben: User) -> None:
    members.join(mara, ben, Role.VIEWER)
    heir = membership(mara, ben)
    members.remove(membership(mara, ben), ben)
    with pytest.raises(members.LastOwner):
        members.hand_over(heir, ann)
    assert role_of(mara, ann) == Role.OWNER


def test_a_project_that_has_ended_gives_nobody_a_right(mara: Project, ann: User) -> None:
    assert may(ann, Right.MANAGE, mara)
    mara.erasing_at = timezone.now()
    staff = User.objects.create_user("staff", is_staff=True)
    for user in (ann, staff):
        assert rights_in(user, mara) == frozenset()


def test_only_projects_without_another_owner_are_owned_alone(
    mara: Project, ann: User, ben: User
) -> None:
    shared = services.create(ann, "Shared")
    members.join(shared, ben, Role.OWNER)
    ended = services.create(ann, "Ended")
    Project.objects.filter(pk=ended.pk).update(erasing_at=timezone.now())
    assert list(members.owned_alone_by(ann)) == [mara]
    assert not members.owned_alone_by(ben).exists()


# --- Invitations ----------------------------------------------------------------------------------


def test_a_link_lets_as_many_in_as_it_is_for(mara: Project, ann: User, ben: User) -> None:
    made, secret = invitations.invite(mara, ann, Role.REVIEWER, uses=2)
    assert secret not in (made.secret_hash, str(made.pk))
    assert len(made.secret_hash) == 64
    assert invitations.accept(secret, ben) == mara
    assert invitations.accept(secret, ben) == mara  # again: nothing is used up
    assert invitations.accept(secret, User.objects.create_user("cem")) == mara
    assert invitations.find(secret) is None
    with pytest.raises(invitations.InvitationOver):
        invitations.accept(secret, User.objects.create_user("dan"))
    assert role_of(mara, ben) == Role.REVIEWER


@pytest.mark.parametrize("end", ["expired", "revoked", "ended", "guessed"])
def test_a_link_that_is_over_lets_nobody_in(mara: Project, ann: User, ben: User, end: str) -> None:
    made, secret = invitations.invite(mara, ann, Role.OWNER)
    now = timezone.now()
    if end == "expired":
        Invitation.objects.update(expires_at=now - timedelta(seconds=1))
    elif end == "revoked":
        invitations.revoke(made, ann)
    elif end == "ended":
        Project.objects.update(erasing_at=now)
    else:
        secret = made.secret_hash
    assert invitations.find(secret) is None
    with pytest.raises(invitations.InvitationOver):
        invitations.accept(secret, ben)
    assert role_of(mara, ben) is None


def test_an_owner_who_follows_a_lesser_link_stays_owner(mara: Project, ann: User) -> None:
    made, secret = invitations.invite(mara, ann, Role.VIEWER)
    assert not invitations.gains(made, ann)
    invitations.accept(secret, ann)
    assert role_of(mara, ann) == Role.OWNER
    assert invitations.find(secret) is not None
