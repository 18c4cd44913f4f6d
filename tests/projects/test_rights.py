"""Who may do what in a project, and with its photos."""

import itertools

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404
from django.test import RequestFactory

from tests.photos.build import saved, scene, upload
from wildlife.photos.models import Photo
from wildlife.photos.selectors import listed_for, photo_or_404, visible_to
from wildlife.photos.services import receive
from wildlife.projects.models import Membership, Project, Role
from wildlife.projects.rights import RIGHTS, Right, may, projects_with, rights_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return Project.objects.create(slug="serengeti", name="Serengeti")


def member(project: Project, role: Role) -> User:
    user = User.objects.create_user(f"a-{role}")
    Membership.objects.create(project=project, user=user, role=role)
    return user


@pytest.fixture
def photo(project: Project) -> Photo:
    return receive(upload(saved(scene(64, 48))), project=project).photo


def test_each_role_has_what_the_lesser_ones_have_and_more() -> None:
    ordered = [RIGHTS[role] for role in Role]
    assert all(less < more for less, more in itertools.pairwise(ordered))
    assert ordered[-1] == frozenset(Right)


@pytest.mark.parametrize("role", Role)
def test_a_member_may_do_what_their_role_may_and_nothing_elsewhere(
    project: Project, photo: Photo, role: Role
) -> None:
    user = member(project, role)
    other = Project.objects.create(slug="kruger", name="Kruger")
    for right in Right:
        allowed = right in RIGHTS[role]
        assert may(user, right, project) == allowed
        assert projects_with(user, right).contains(project) == allowed
        assert visible_to(user, "", right).contains(photo) == allowed
        assert not may(user, right, other)


def test_strangers_and_those_who_left_may_do_nothing(project: Project, photo: Photo) -> None:
    left = member(project, Role.OWNER)
    left.is_active = False
    left.save()
    for user in (AnonymousUser(), User.objects.create_user("stranger"), left):
        assert rights_in(user, project) == frozenset()
        assert not projects_with(user).exists()
        assert not visible_to(user, "a guest").exists()


def test_staff_may_do_everything(project: Project, photo: Photo) -> None:
    staff = User.objects.create_user("staff", is_staff=True)
    assert rights_in(staff, project) == frozenset(Right)
    assert visible_to(staff, "", Right.MANAGE).contains(photo)


def test_a_photo_that_one_may_see_but_not_change_is_forbidden_and_others_do_not_exist(
    project: Project, photo: Photo
) -> None:
    request = RequestFactory().get("/")
    request.session = {}  # type: ignore[assignment]
    request.user = member(project, Role.VIEWER)
    assert photo_or_404(request, photo.pk) == photo
    with pytest.raises(PermissionDenied):
        photo_or_404(request, photo.pk, Right.CURATE)
    request.user = User.objects.create_user("stranger")
    with pytest.raises(Http404):
        photo_or_404(request, photo.pk, Right.CURATE)


def test_own_lists_show_no_photos_of_projects(project: Project, photo: Photo) -> None:
    user = member(project, Role.OWNER)
    mine = receive(upload(saved(scene(64, 48))), owner=user).photo
    assert list(listed_for(user, "")) == [mine]
    assert list(listed_for(user, "", project)) == [photo]


def test_a_project_keeps_the_same_file_once_whoever_uploads_it(project: Project) -> None:
    data = saved(scene(64, 48))
    ann, ben = User.objects.create_user("ann"), User.objects.create_user("ben")
    first = receive(upload(data), owner=ann, project=project)
    assert first.created
    assert first.photo.owner is None
    assert receive(upload(data), owner=ben, project=project).photo == first.photo
    assert receive(upload(data), owner=ann).created
    with pytest.raises(IntegrityError), transaction.atomic():
        Photo.objects.filter(pk=first.photo.pk).update(owner=ann)
