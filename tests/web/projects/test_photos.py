"""Photos come into projects by upload or by moving them, and the library shows them there."""

import json

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.photos.build import photo_of, upload
from tests.web.projects.test_pages import member, signed_in
from wildlife.library import erasing, jobs
from wildlife.library.models import Job
from wildlife.photos.models import Photo, Upload
from wildlife.photos.moving import move
from wildlife.projects.models import Activity, Project, Role
from wildlife.projects.services import create

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quiet(dispatched: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "dispatch", lambda: None)


@pytest.fixture
def ann() -> User:
    return User.objects.create_user("ann")


@pytest.fixture
def mara(ann: User) -> Project:
    return create(ann, "Mara")


def in_project(project: Project, side: int = 64) -> Photo:
    photo = photo_of(side=side)
    Photo.objects.filter(pk=photo.pk).update(project=project, guest="")
    photo.refresh_from_db()
    return photo


def change(client: Client, action: str, *photos: Photo, query: str = "", **more: str):
    sent = {"action": action, "query": query, "photo": [str(one.pk) for one in photos], **more}
    return client.post("/library/change", sent)


# --- Uploading ------------------------------------------------------------------------------------


def test_a_plain_form_uploads_into_a_project(mara: Project, ann: User) -> None:
    sent = {"project": "mara", "photos": upload()}
    signed_in(ann).post("/photos/", sent)
    photo = Photo.objects.get()
    assert (photo.project, photo.owner) == (mara, None)
    assert Activity.objects.first().verb == "upload_begun"  # type: ignore[union-attr]


def test_the_script_begins_an_upload_for_a_project(mara: Project, ann: User) -> None:
    files = {"files": [{"key": "a", "path": "a.jpg", "size": 5}]}
    for _time in range(2):  # the second one goes on with the first
        signed_in(ann).post(
            "/uploads/?project=mara", json.dumps(files), content_type="application/json"
        )
    assert Upload.objects.get().project == mara
    assert Activity.objects.filter(verb="upload_begun").count() == 1


@pytest.mark.parametrize(("who", "status"), [("viewer", 403), ("stranger", 404), ("guest", 404)])
def test_others_upload_nothing_into_it(mara: Project, who: str, status: int) -> None:
    clients = {
        "viewer": lambda: member(mara, Role.VIEWER),
        "stranger": lambda: signed_in(User.objects.create_user("stranger")),
        "guest": Client,
    }
    client = clients[who]()
    assert client.post("/photos/", {"project": "mara", "photos": upload()}).status_code == status
    assert not Photo.objects.exists()


def test_the_start_page_offers_the_projects_that_one_may_upload_to(
    mara: Project, ann: User
) -> None:
    assert '<option value="mara">' in signed_in(ann).get("/").content.decode()
    assert '<option value="mara">' not in member(mara, Role.VIEWER).get("/").content.decode()


# --- The library ----------------------------------------------------------------------------------


def test_the_library_of_a_project_says_so_and_keeps_it(mara: Project) -> None:
    photo = in_project(mara)
    told = member(mara, Role.VIEWER).get("/library/?project=mara").content.decode()
    assert str(photo.pk) in told
    assert 'href="/projects/mara/"' in told
    assert '<input type="hidden" name="project" value="mara">' in told
    for view in ("map", "times", "species"):
        assert f'href="/library/{view}/?project=mara"' in told


def test_viewers_are_offered_no_changes_and_cannot_make_any(mara: Project) -> None:
    photo = in_project(mara)
    viewer = member(mara, Role.VIEWER)
    told = viewer.get("/library/?project=mara").content.decode()
    for action in ("delete", "again", "tag", "zip"):
        assert f'value="{action}"' not in told
        more = {"query": "?project=mara", "sure": "1", "tag": "x"}
        assert change(viewer, action, photo, **more).status_code == 403
    assert change(viewer, "csv", photo, query="?project=mara").status_code == 200
    change(viewer, "delete", photo, sure="1")  # as if it were their own
    change(viewer, "delete", everything="1", sure="1")
    assert Photo.objects.filter(pk=photo.pk).exists()


def test_curators_delete_photos_of_a_project_and_the_log_tells(mara: Project) -> None:
    photo = in_project(mara)
    curator = member(mara, Role.CURATOR)
    change(curator, "delete", photo, query="?project=mara", sure="1")
    assert not Photo.objects.exists()
    told = curator.get("/projects/mara/activity/").content.decode()
    assert "curator deleted 1 photo." in told


def test_a_job_asks_for_the_right_again_when_it_goes_on(
    mara: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "send", lambda job: None)
    photo = in_project(mara)
    change(member(mara, Role.CURATOR), "delete", query="?project=mara", everything="1", sure="1")
    mara.memberships.filter(role=Role.CURATOR).update(role=Role.VIEWER)
    jobs.go_on(Job.objects.get().pk)
    assert Photo.objects.filter(pk=photo.pk).exists()


# --- Moving ---------------------------------------------------------------------------------------


def test_own_photos_move_into_a_project_which_keeps_each_file_once(
    mara: Project, ann: User
) -> None:
    both, new = photo_of(owner=ann, side=64), photo_of(owner=ann, side=66)
    there = in_project(mara, side=64)
    owner = signed_in(ann)
    told = owner.get(change(owner, "move", both, new, target="mara")["Location"]).content.decode()
    assert "1 photo moved into Mara." in told
    assert "1 stayed with you" in told
    assert set(Photo.objects.filter(project=mara)) == {there, new}
    assert list(Photo.objects.filter(owner=ann)) == [both]
    assert Activity.objects.first().details == {"count": 1}  # type: ignore[union-attr]


def test_a_project_that_ends_while_photos_move_takes_no_more(
    mara: Project, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "send", lambda job: None)
    monkeypatch.setattr(erasing, "_send", lambda project_id: None)
    photo = photo_of(owner=ann)
    change(signed_in(ann), "move", everything="1", target="mara")
    erasing.end(mara, ann)
    jobs.go_on(Job.objects.get().pk)
    assert move(Photo.objects.all(), mara) == 0
    photo.refresh_from_db()
    assert photo.owner == ann


def test_nobody_moves_the_photos_of_others(mara: Project, ann: User) -> None:
    ben = User.objects.create_user("ben")
    theirs, guests = photo_of(owner=ben, side=64), photo_of(side=66)
    staff = User.objects.create_user("staff", is_staff=True)
    for user in (ann, staff):
        change(signed_in(user), "move", theirs, guests, target="mara")
        change(signed_in(user), "move", everything="1", target="mara")
    assert not Photo.objects.filter(project=mara).exists()


@pytest.mark.parametrize(("role", "status"), [(Role.VIEWER, 403), (None, 404)])
def test_photos_move_only_where_one_may_upload(
    mara: Project, role: Role | None, status: int
) -> None:
    client = member(mara, role) if role else signed_in(User.objects.create_user("stranger"))
    user = User.objects.get(username=role.value if role else "stranger")
    photo = photo_of(owner=user)
    assert change(client, "move", photo, target="mara").status_code == status
    photo.refresh_from_db()
    assert photo.project is None


def test_a_project_without_room_takes_none(
    mara: Project, ann: User, settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PROJECT_QUOTA_BYTES = 10
    photo = photo_of(owner=ann)
    change(signed_in(ann), "move", photo, target="mara")
    photo.refresh_from_db()
    assert photo.owner == ann
