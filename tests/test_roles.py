"""Who may do what: roles by pages, actions and objects."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from models_registry.models import ModelRelease
from wildlife import roles
from wildlife.species.models import Habitat, Taxon

pytestmark = pytest.mark.django_db

NOBODY, VIEWER, REVIEWER, CURATOR, ADMIN = range(5)
RANKS = ("nobody", "viewer", "reviewer", "curator", "admin")


@pytest.fixture
def things() -> dict[str, int]:
    """The ids of what the pages below are about, by the words in braces."""
    parent = Taxon.objects.create(slug="panthera", scientific_name="Panthera", rank="genus")
    taxon = Taxon.objects.create(
        slug="panthera-leo", scientific_name="Panthera leo", rank="species", parent=parent
    )
    name = taxon.common_names.create(language="en", name="Lion")
    release = ModelRelease.objects.create(name="cats", version="1", title="Cats", kind="expert")
    return {
        "taxon": taxon.pk,
        "other": parent.pk,
        "name": name.pk,
        "habitat": Habitat.objects.create(code="1", name="Forest").pk,
        "release": release.pk,
        "boss": User.objects.create_superuser("boss").pk,
        "reader": User.objects.create_user("reader").pk,
    }


@pytest.fixture
def client_of() -> Callable[[int], Client]:
    roles.sync()

    def sign_in(rank: int) -> Client:
        user = User.objects.create_user(f"the-{RANKS[rank]}", is_staff=True)
        if rank:
            user.groups.add(Group.objects.get(name=RANKS[rank]))
        client = Client()
        client.force_login(user)
        return client

    return sign_in


SEEN_FROM = {
    "species/taxon/": VIEWER,
    "species/taxon/{taxon}/change/": VIEWER,
    "species/taxon/{taxon}/history/": VIEWER,
    "species/taxon/tree/": VIEWER,
    "species/taxon/tree/{other}/": VIEWER,
    "species/taxon/find/?term=lion": VIEWER,
    "species/taxon/needs-attention/": VIEWER,
    "species/taxon/labels/": VIEWER,
    "species/taxon/labels/suggest/": VIEWER,
    "species/taxon/export/": VIEWER,
    "species/commonname/{name}/change/": VIEWER,
    "species/habitat/": VIEWER,
    "species/source/": VIEWER,
    "species/labeldecision/": VIEWER,
    "models_registry/modelrelease/{release}/change/": VIEWER,
    "photos/photo/": REVIEWER,
    "identifications/run/": REVIEWER,
    "identifications/identification/": REVIEWER,
    "species/taxon/add/": CURATOR,
    "species/taxon/import/": CURATOR,
    "species/taxon/{taxon}/rename/": CURATOR,
    "species/taxon/{taxon}/move/": CURATOR,
    "species/taxon/{taxon}/merge/": CURATOR,
    "species/taxon/merge/{taxon}/{other}/": CURATOR,
    "species/taxon/{taxon}/restore/?before=2020-01-01T00:00:00Z": CURATOR,
    "species/taxon/labels/decide/?label=lion": CURATOR,
    "species/commonname/{name}/delete/": CURATOR,
    "species/habitat/add/": CURATOR,
    "species/taxon/{taxon}/delete/": ADMIN,
    "species/habitat/{habitat}/delete/": ADMIN,
    "auth/user/": ADMIN,
    "auth/user/add/": ADMIN,
    "auth/user/{reader}/change/": ADMIN,
    "auth/user/{reader}/password/": ADMIN,
    "auth/user/{reader}/delete/": ADMIN,
    "auth/group/": ADMIN,
}
"""From a page of the admin to the first role that may open it."""


@pytest.mark.parametrize("rank", range(5))
def test_each_role_opens_its_pages_and_no_others(
    rank: int, client_of: Callable[[int], Client], things: dict[str, int]
) -> None:
    client = client_of(rank)
    answers = {
        page: client.get(f"/admin/{page.format(**things)}").status_code for page in SEEN_FROM
    }
    assert answers == {page: 200 if rank >= first else 403 for page, first in SEEN_FROM.items()}


TAKEN = {"_selected_action": "{taxon}"}
DONE_FROM: dict[str, tuple[str, dict[str, str], int]] = {
    "edits a taxon": ("species/taxon/{taxon}/change/", {"rank": "species"}, CURATOR),
    "edits in bulk": ("species/taxon/", TAKEN | {"action": "edit_in_bulk"}, CURATOR),
    "renames": ("species/taxon/{taxon}/rename/", {"name": "Leo"}, CURATOR),
    "goes back": ("species/taxon/{taxon}/restore/?before=2020-01-01T00:00:00Z", {}, CURATOR),
    "decides on labels": ("species/taxon/labels/decide/?label=x", {}, CURATOR),
    "edits a habitat": ("species/habitat/{habitat}/change/", {"code": ""}, CURATOR),
    "changes a release": ("models_registry/modelrelease/{release}/change/", {}, ADMIN),
    "changes an account": ("auth/user/{reader}/change/", {}, ADMIN),
}
"""What is sent, which an allowed person is at worst told to complete, and who first may."""


@pytest.mark.parametrize("rank", range(5))
def test_each_role_does_its_work_and_no_other(
    rank: int, client_of: Callable[[int], Client], things: dict[str, int]
) -> None:
    client = client_of(rank)

    def send(page: str, data: dict[str, str]) -> bool:
        filled = {key: value.format(**things) for key, value in data.items()}
        answer = client.post(f"/admin/{page.format(**things)}", filled)
        # An action that is not offered leads back to the list, or is no action at all.
        return answer.status_code == 200 and "No action selected" not in answer.text

    allowed = {what: send(page, data) for what, (page, data, _) in DONE_FROM.items()}
    assert allowed == {what: rank >= first for what, (_, _, first) in DONE_FROM.items()}


def test_an_admin_does_not_touch_superusers_nor_become_one(
    client_of: Callable[[int], Client], things: dict[str, int]
) -> None:
    client = client_of(ADMIN)
    boss, me = things["boss"], User.objects.get(username="the-admin")
    for page in ("password/", "delete/"):
        assert client.get(f"/admin/auth/user/{boss}/{page}").status_code == 403
    assert client.post(f"/admin/auth/user/{boss}/change/", {"username": "x"}).status_code == 403
    everything = Permission.objects.values_list("pk", flat=True)
    data = {
        "username": me.username,
        "is_active": "on",
        "is_staff": "on",
        "is_superuser": "on",
        "user_permissions": list(everything),
        "groups": [group.pk for group in me.groups.all()],
        "date_joined_0": "2024-01-01",
        "date_joined_1": "00:00",
    }
    assert client.post(f"/admin/auth/user/{me.pk}/change/", data).status_code == 302
    me.refresh_from_db()
    assert not me.is_superuser
    assert not me.user_permissions.exists()
    group = Group.objects.get(name="admin")
    assert client.post(f"/admin/auth/group/{group.pk}/change/", {"name": "x"}).status_code == 403


def test_the_side_offers_what_a_person_may_open(
    client_of: Callable[[int], Client], things: dict[str, int]
) -> None:
    for rank in (NOBODY, VIEWER, REVIEWER, CURATOR, ADMIN):
        client = client_of(rank)
        groups = client.get(reverse("admin:index")).context["sidebar_navigation"]
        for item in (item for group in groups for item in group["items"]):
            opens = client.get(item["link"]).status_code == 200
            assert opens == item["has_permission"], (RANKS[rank], item["title"])


def test_roles_are_made_exactly_and_only_once() -> None:
    call_command("sync_roles", verbosity=0)
    group = Group.objects.get(name="viewer")
    group.permissions.add(Permission.objects.get(codename="delete_taxon"))
    own = Group.objects.create(name="friends")
    own.permissions.add(Permission.objects.get(codename="delete_taxon"))
    assert roles.sync() == ["viewer"]
    assert roles.sync() == []
    assert not group.permissions.filter(codename="delete_taxon").exists()
    assert own.permissions.count() == 1


def test_each_role_may_do_all_that_the_one_below_may() -> None:
    ladder = [roles.ROLES[name] for name in RANKS[1:]]
    assert all(lower < upper for lower, upper in pairwise(ladder))


def test_no_model_was_forgotten() -> None:
    """A new model is in the table of roles, or on the list of what no role touches."""
    spoken = {
        f"{app}.{codename.partition('_')[2]}"
        for app, _, codename in (one.partition(".") for one in roles.ROLES["admin"])
    }
    histories: Any = [
        model.history.model for model in apps.get_models() if hasattr(model, "history")
    ]
    forgotten = {
        model._meta.label_lower for model in apps.get_models() if model not in histories
    } - spoken
    assert forgotten == roles.BY_NOBODY
