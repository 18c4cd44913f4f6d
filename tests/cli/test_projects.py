"""`wildlife projects`: what the pages of projects can do, by commands."""

import pytest
from django.contrib.auth.models import User

from tests.cli.conftest import InProcess
from wildlife.library import erasing
from wildlife.projects import members
from wildlife.projects.models import Membership, Project, Role
from wildlife_cli.output import Exit


@pytest.fixture
def bob(ann: User) -> User:
    """A viewer of Mara, which is Ann's."""
    bob = User.objects.create_user("bob")
    project = Project.objects.create(slug="mara", name="Mara")
    members.join(project, ann, Role.OWNER)
    members.join(project, bob, Role.VIEWER)
    return bob


def test_a_project_is_made_changed_and_deleted(
    command: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasing, "_send", lambda _pk: None)
    made = command("projects", "create", "Mara", "--event-gap", 300, "--json").json
    assert (made["slug"], made["event_gap"], made["role"]) == ("mara", 300, "owner")
    changed = command("projects", "change", "mara", "--name", "Masai Mara", "--accept-above", 0.9)
    assert ("Masai Mara" in changed.out, "0.9" in changed.out) == (True, True)
    command("projects", "change", "mara", "--accept-above", "none")
    assert Project.objects.get().accept_above is None
    assert "Masai Mara" in command("projects", "list").out
    assert command("projects", "delete", "mara", said="Mara\n").code == Exit.REFUSED
    assert Project.objects.get().erasing_at is None
    assert command("projects", "delete", "mara", said="Masai Mara\n").code == Exit.OK
    assert command("projects", "show", "mara").code == Exit.REFUSED


def test_members_are_called_by_their_names(command: InProcess, bob: User) -> None:
    assert "bob" in command("projects", "members", "mara").out
    assert command("projects", "role", "mara", "bob", "curator").code == Exit.OK
    assert Membership.objects.get(user=bob).role == Role.CURATOR
    unknown = command("projects", "role", "mara", "eve", "curator")
    assert (unknown.code, "There are: ann, bob" in unknown.err) == (Exit.USAGE, True)
    last = command("projects", "remove", "mara", "ann")
    assert (last.code, "needs an owner" in last.err) == (Exit.REFUSED, True)
    assert command("projects", "hand-over", "mara", "bob").code == Exit.OK
    assert Membership.objects.get(user=bob).role == Role.OWNER
    assert command("projects", "remove", "mara", "ann").code == Exit.OK
    assert Membership.objects.get().user == bob


def test_invitations_are_made_and_revoked(command: InProcess, bob: User) -> None:
    made = command("projects", "invite", "mara", "--role", "reviewer", "--note", "[students]")
    assert "/projects/join/" in made.out
    assert "[students]" in command("projects", "invitations", "mara").out
    (told,) = command("projects", "invitations", "mara", "--json").json
    assert told["role"] == "reviewer"
    assert command("projects", "revoke", "mara", told["id"]).code == Exit.OK
    assert command("projects", "invitations", "mara", "--json").json == []


@pytest.mark.parametrize(
    "words",
    [
        ("change", "mara"),
        ("change", "mara", "--accept-above", "high"),
        ("invite", "mara", "--role", "king"),
    ],
)
def test_a_command_that_cannot_be_understood_asks_nobody(
    in_process: InProcess, words: tuple[str, ...]
) -> None:
    assert in_process("projects", *words, "--server", "http://nobody.invalid").code == Exit.USAGE
