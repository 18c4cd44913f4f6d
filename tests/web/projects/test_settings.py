"""Settings, handing over, and the end of a project."""

import pytest
from django.contrib.auth.models import User

from tests.photos.build import photo_of
from tests.web.projects.test_pages import member, signed_in
from wildlife.library import erasing
from wildlife.photos.models import Photo
from wildlife.projects.models import Activity, Membership, Project, Role
from wildlife.projects.services import create

pytestmark = pytest.mark.django_db
VALUES = {
    "name": "Mara",
    "sampling_design": "targeted",
    "data_licence": "CC0-1.0",
    "media_licence": "CC-BY-4.0",
    "event_gap": "60",
    "reviewers_needed": "1",
}


@pytest.fixture
def ann() -> User:
    return User.objects.create_user("ann")


@pytest.fixture
def mara(ann: User) -> Project:
    return create(ann, "Mara")


def test_settings_are_kept_and_noted(mara: Project, ann: User) -> None:
    signed_in(ann).post("/projects/mara/settings/", VALUES)
    mara.refresh_from_db()
    assert (mara.sampling_design, mara.data_licence) == ("targeted", "CC0-1.0")
    assert mara.event_gap == 60
    assert Activity.objects.first().verb == "project_changed"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("field", "value"),
    [("sampling_design", "guessed"), ("name", "  "), ("data_licence", ""), ("event_gap", "-1")],
)
def test_settings_that_cannot_be_are_told_and_not_kept(
    mara: Project, ann: User, field: str, value: str
) -> None:
    answer = signed_in(ann).post("/projects/mara/settings/", {**VALUES, field: value})
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert Project.objects.get().sampling_design == "opportunistic"


def test_a_project_is_handed_over(mara: Project, ann: User) -> None:
    new = member(mara, Role.VIEWER)
    answer = signed_in(ann).post("/projects/mara/hand-over", {"to": "viewer"})
    assert answer["Location"] == "/projects/mara/"
    assert Membership.objects.get(user=ann).role == Role.CURATOR
    assert new.get("/projects/mara/settings/").status_code == 200


def test_a_project_is_handed_only_to_members(mara: Project, ann: User) -> None:
    User.objects.create_user("ben")
    answer = signed_in(ann).post("/projects/mara/hand-over", {"to": "ben"})
    assert answer.status_code == 404
    assert Membership.objects.get().role == Role.OWNER


def test_only_who_types_its_name_deletes_a_project(mara: Project, ann: User) -> None:
    owner = signed_in(ann)
    told = owner.post("/projects/mara/delete/", {"name": "mara"}).content.decode()
    assert "That is not its name" in told
    assert owner.get("/projects/mara/").status_code == 200


def test_a_deleted_project_is_gone_at_once_and_its_photos_follow(
    mara: Project, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasing, "_send", lambda pk: None)
    monkeypatch.setattr(erasing, "PORTION", 2)
    for side in (64, 66, 68):
        photo = photo_of(side=side)
        Photo.objects.filter(pk=photo.pk).update(project=mara, guest="")
    mine = photo_of(owner=ann, side=70)
    owner = signed_in(ann)
    owner.post("/projects/mara/delete/", {"name": "Mara"})
    assert owner.get("/projects/mara/").status_code == 404
    assert "You are in no project yet" in owner.get("/projects/").content.decode()
    assert owner.get(f"/photos/{photo.pk}/").status_code == 404
    assert create(ann, "Mara").slug == "mara"
    assert not erasing.erase(mara.pk)
    assert Photo.objects.filter(project=mara).count() == 1
    assert not erasing.erase(mara.pk)
    assert erasing.erase(mara.pk)
    assert not Project.objects.filter(pk=mara.pk).exists()
    assert list(Photo.objects.all()) == [mine]


def test_a_project_that_was_not_deleted_is_never_erased(mara: Project) -> None:
    assert erasing.erase(mara.pk)
    assert Project.objects.filter(pk=mara.pk).exists()
