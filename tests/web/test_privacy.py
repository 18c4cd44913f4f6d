"""What a member of a project who may not see all of its photos gets to see."""

import pytest
from celery import Celery
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client, TestCase

from tests.images import saved, scene
from tests.web import builders
from wildlife.identifications import blurring
from wildlife.photos.models import Photo
from wildlife.projects.models import Membership, Project, Role

PICTURES = ("preview", "thumb", "crops/0")


@pytest.fixture
def project(taxa: dict) -> Project:
    return Project.objects.create(slug="serengeti", name="Serengeti")


def of_the_project(project: Project, **more) -> Photo:
    return builders.photo(guest="", project=project, **more)


def member(project: Project, role: Role) -> Client:
    user = User.objects.create_user(f"a-{role}")
    Membership.objects.create(project=project, user=user, role=role)
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("role", [Role.VIEWER, Role.REVIEWER, Role.CURATOR])
def test_only_owners_see_photos_that_may_show_people(project: Project, role: Role) -> None:
    photo = of_the_project(project, state="running")
    builders.box(photo, builders.run(photo), 0)
    client = member(project, role)
    for picture in PICTURES:
        answer = client.get(f"/photos/{photo.pk}/{picture}")
        assert answer.status_code == 302
        assert "person" in answer["Location"]
    assert client.get(f"/photos/{photo.pk}/original").status_code == 403
    for picture in ("preview", "detections/0/crop", "original"):
        assert client.get(f"/api/v1/photos/{photo.pk}/{picture}").status_code == 403


@pytest.mark.parametrize("role", [Role.VIEWER, Role.REVIEWER, Role.CURATOR])
@pytest.mark.parametrize("category", ["person", "vehicle"])
def test_others_see_people_and_vehicles_blurred_once_a_worker_did_it(
    project: Project, role: Role, category: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(Celery, "send_task", lambda *args, **more: asked.append(more["args"]))
    photo = of_the_project(project)
    photo.original = default_storage.save("originals/a.jpg", ContentFile(saved(scene())))
    photo.save()
    run = builders.run(photo)
    builders.box(photo, run, 0)
    builders.box(photo, run, 1, category)
    client = member(project, role)
    assert "blurred" in client.get(f"/photos/{photo.pk}/").content.decode()
    with TestCase.captureOnCommitCallbacks(execute=True):
        for picture in PICTURES:
            assert "person" in client.get(f"/photos/{photo.pk}/{picture}")["Location"]
        for picture in ("preview", "detections/0/crop"):
            answer = client.get(f"/api/v1/photos/{photo.pk}/{picture}")
            assert (answer.status_code, answer["Retry-After"]) == (409, "2")
            assert answer.json()["code"] == "being_blurred"
    assert asked == [[[str(photo.pk)]]] * 5

    blurring.make([photo.pk])
    for path in (
        *(f"/photos/{photo.pk}/{picture}" for picture in PICTURES),
        f"/api/v1/photos/{photo.pk}/preview",
        f"/api/v1/photos/{photo.pk}/detections/0/crop",
    ):
        answer = client.get(path)
        assert b"".join(answer.streaming_content).startswith(b"\xff\xd8")  # type: ignore[attr-defined]
        # Who becomes an owner is not told that they have it already, and the other way round.
        if "thumb" not in path:  # there is a crop in place of it
            assert an_owner(project).get(path)["ETag"] != answer["ETag"]
    assert client.get(f"/photos/{photo.pk}/original").status_code == 403
    assert client.get(f"/api/v1/photos/{photo.pk}/original").status_code == 403


def an_owner(project: Project) -> Client:
    """An owner, the same one each time."""
    user, _ = User.objects.get_or_create(username="an-owner")
    Membership.objects.get_or_create(project=project, user=user, role=Role.OWNER)
    client = Client()
    client.force_login(user)
    return client


def test_owners_see_people_and_members_what_shows_none(project: Project, taxa: dict) -> None:
    people = of_the_project(project, people=True)
    animal = of_the_project(project)
    builders.answered(animal, taxa["loxodonta-africana"])
    owner, viewer = member(project, Role.OWNER), member(project, Role.VIEWER)
    assert owner.get(f"/photos/{people.pk}/preview").status_code == 200
    assert owner.get(f"/photos/{people.pk}/original").status_code == 200
    assert viewer.get(f"/photos/{animal.pk}/preview").status_code == 200
    assert viewer.get(f"/photos/{animal.pk}/crops/0").status_code == 200
    page = viewer.get(f"/photos/{animal.pk}/").content.decode()
    assert "Original file" not in page
    assert "Delete for good" not in page


@pytest.mark.parametrize("sensitive", [True, False])
def test_places_are_coarse_for_who_may_not_know_those_of_sensitive_species(
    project: Project, taxa: dict, sensitive: bool
) -> None:
    # A common animal before the same camera would give the secret away.
    taxa["loxodonta-africana"].sensitive = sensitive
    taxa["loxodonta-africana"].save()
    photo = of_the_project(project, latitude=-2.33333, longitude=34.83333)
    builders.answered(photo, taxa["loxodonta-africana"])
    for role, exact in ((Role.VIEWER, False), (Role.REVIEWER, False), (Role.CURATOR, True)):
        client = member(project, role)
        page = client.get(f"/photos/{photo.pk}/").content.decode()
        told = client.get(f"/api/v1/photos/{photo.pk}").json()
        assert ("2.333" in page) == exact
        assert (told["latitude"] == -2.33333) == exact
        assert exact or (told["latitude"], told["longitude"]) == (-2.4, 34.8)


def test_places_of_what_nobody_has_looked_at_are_coarse_too(project: Project, taxa: dict) -> None:
    photo = of_the_project(project, latitude=-2.33333, longitude=34.83333, state="waiting")
    told = member(project, Role.VIEWER).get(f"/api/v1/photos/{photo.pk}").json()
    assert (told["latitude"], told["longitude"]) == (-2.4, 34.8)


def test_maps_filters_and_tables_of_a_project_are_coarse_for_who_may_not_know_its_places(
    project: Project, taxa: dict
) -> None:
    photo = of_the_project(project, latitude=-2.33333, longitude=34.83333)
    viewer, curator = member(project, Role.VIEWER), member(project, Role.CURATOR)

    def told(client: Client) -> str:
        close = "34.83,-2.34,34.84,-2.33"
        table = client.post(
            "/library/change",
            {"action": "csv", "query": "?project=serengeti", "everything": "1"},
        )
        return "".join(
            (
                client.get("/library/map/?project=serengeti").content.decode(),
                client.get(
                    f"/library/map/clusters?project=serengeti&view={close}"
                ).content.decode(),
                b"".join(table.streaming_content).decode(),  # type: ignore[attr-defined]
            )
        )

    assert "2.333" in told(curator)
    coarse = told(viewer)
    assert "2.3500" in coarse
    assert not {"2.333", "34.833"} & {text for text in ("2.333", "34.833") if text in coarse}

    # A filter finds the photo in the whole square or not at all: nobody can close in on it.
    beside = "/library/?project=serengeti&box=34.81,-2.39,34.82,-2.38"
    assert str(photo.pk) in viewer.get(beside).content.decode()
    assert str(photo.pk) not in curator.get(beside).content.decode()
