"""The pages of projects: what each shows and to whom it offers what."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from wildlife.projects.models import Membership, Project, Role
from wildlife.projects.services import create

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def ann() -> User:
    return User.objects.create_user("ann")


@pytest.fixture
def mara(ann: User) -> Project:
    return create(ann, "Mara", description="Cats of the Mara")


def member(project: Project, role: Role) -> Client:
    user = User.objects.create_user(role.value)
    Membership.objects.create(project=project, user=user, role=role)
    return signed_in(user)


def test_guests_read_what_projects_are_and_how_to_get_in(client: Client) -> None:
    told = client.get("/projects/").content.decode()
    assert "/accounts/login/?next=/projects/" in told
    assert "/accounts/signup/?next=/projects/" in told


def test_who_makes_a_project_owns_it_and_comes_to_its_page(ann: User) -> None:
    answer = signed_in(ann).post("/projects/new/", {"name": "  Big   cats "})
    assert answer["Location"] == "/projects/big-cats/"
    project = Project.objects.get()
    assert project.name == "Big cats"
    assert Membership.objects.get().role == Role.OWNER


def test_only_staff_make_projects_where_that_is_set(ann: User, settings: Settings) -> None:
    settings.PROJECT_CREATORS = "staff"
    answer = signed_in(ann).post("/projects/new/", {"name": "Cats"})
    assert answer.status_code == 403
    assert "staff make projects" in answer.content.decode()
    assert not Project.objects.exists()
    assert "/projects/new/" not in signed_in(ann).get("/projects/").content.decode()
    staff = User.objects.create_user("staff", is_staff=True)
    assert signed_in(staff).post("/projects/new/", {"name": "Cats"}).status_code == 302


def test_the_list_shows_the_projects_that_one_is_in(mara: Project, ann: User) -> None:
    told = signed_in(ann).get("/projects/").content.decode()
    assert "Mara" in told
    assert "Owner" in told
    assert "0 photos" in told
    assert (
        "Mara" not in signed_in(User.objects.create_user("ben")).get("/projects/").content.decode()
    )


@pytest.mark.parametrize(
    ("role", "tabs"),
    [
        (Role.VIEWER, {"members"}),
        (Role.OWNER, {"members", "settings", "upload"}),
    ],
)
def test_everybody_is_offered_what_they_may_do(mara: Project, role: Role, tabs: set[str]) -> None:
    told = member(mara, role).get("/projects/mara/").content.decode()
    for name in ("members", "settings", "upload"):
        assert (f'"/projects/mara/{name}/"' in told) == (name in tabs)


def test_the_pages_cost_a_fixed_number_of_queries(
    mara: Project, ann: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        user = User.objects.create_user(f"user{number}")
        Membership.objects.create(project=mara, user=user, role=Role.VIEWER)
    client = signed_in(ann)
    for address, most in (
        ("/projects/", 5),
        ("/projects/mara/", 13),
        ("/projects/mara/activity/", 9),
        ("/projects/mara/members/", 10),
        ("/projects/mara/settings/", 9),
        ("/projects/mara/upload/", 9),
    ):
        with django_assert_max_num_queries(most):
            assert client.get(address).status_code == 200, address
