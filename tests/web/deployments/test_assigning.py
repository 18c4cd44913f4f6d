"""Photos come to deployments: as they are uploaded, and by hand in the library."""

from typing import Any

import pytest
from django.test import Client

from tests.images import saved, scene
from tests.photos.build import upload
from tests.web.deployments.conftest import camera, seen
from wildlife.library.models import Job
from wildlife.photos.models import Photo, Upload
from wildlife.projects.models import Deployment, Project

FILE = {"key": "DCIM/1.jpg\n100\n7", "path": "DCIM/1.jpg", "size": 100}


@pytest.fixture(autouse=True)
def quiet(dispatched: list[int]) -> list[int]:
    return dispatched


def begin(client: Client, query: str) -> Any:
    return client.post(f"/uploads/?{query}", {"files": [FILE]}, content_type="application/json")


def test_what_is_uploaded_for_a_deployment_comes_to_it(mara: Project, curator: Client) -> None:
    one = camera(mara)
    assert f'<option value="{one.pk}">C1' in curator.get("/projects/mara/upload/").content.decode()
    told = begin(curator, f"project=mara&deployment={one.pk}").json()
    sent = {"item": told["items"][0]["id"], "file": upload(saved(scene()))}
    assert curator.post(told["urls"]["file"], sent).status_code == 200
    photo = Photo.objects.get()
    assert (photo.project, photo.deployment, photo.assigned_by) == (mara, one, "upload")


def test_a_plain_form_says_the_deployment_as_well(mara: Project, curator: Client) -> None:
    one = camera(mara)
    sent = {"photos": upload(saved(scene())), "project": "mara", "deployment": str(one.pk)}
    assert curator.post("/photos/", sent).status_code == 302
    assert Photo.objects.get().deployment == one


def test_an_upload_that_goes_on_keeps_its_deployment(mara: Project, curator: Client) -> None:
    one = camera(mara)
    first = begin(curator, f"project=mara&deployment={one.pk}").json()
    assert "deployments/assign/" not in curator.get(first["urls"]["page"]).content.decode()
    again = begin(curator, "project=mara&deployment=").json()
    assert again["urls"] == first["urls"]
    assert Upload.objects.get().deployment == one


def test_an_upload_for_no_deployment_offers_to_assign_its_photos(
    mara: Project, curator: Client
) -> None:
    told = begin(curator, "project=mara").json()
    page = curator.get(told["urls"]["page"]).content.decode()
    assert "/projects/mara/deployments/assign/" in page


def test_nobody_uploads_to_a_deployment_of_another_project(mara: Project, curator: Client) -> None:
    other = Project.objects.create(slug="other", name="Other")
    theirs = camera(other)
    for chosen in (theirs.pk, "nonsense"):
        assert begin(curator, f"project=mara&deployment={chosen}").status_code == 404
    assert not Upload.objects.exists()


def change(client: Client, deployment: object, *photos: Photo) -> Any:
    sent = {"action": "assign", "query": "?project=mara", "deployment": str(deployment)}
    return client.post("/library/change", {**sent, "photo": [one.pk for one in photos]})


def homes() -> list[tuple[Deployment | None, str]]:
    photos = Photo.objects.order_by("recorded_at").select_related("deployment")
    return [(photo.deployment, photo.assigned_by) for photo in photos]


def test_chosen_photos_are_assigned_and_assigned_back(mara: Project, curator: Client) -> None:
    one, two = camera(mara), camera(mara, "C2")
    first, second = seen(one, None, 0, 10)
    told = curator.get(change(curator, two.pk, first)["Location"]).content.decode()
    assert "1 photo assigned to C2." in told
    assert homes() == [(two, "hand"), (one, "hand")]
    change(curator, one.pk, first, second)
    assert homes() == [(one, "hand"), (one, "hand")]
    told = curator.get(change(curator, "none", first)["Location"]).content.decode()
    assert "1 photo taken out of its deployment." in told
    assert homes() == [(None, ""), (one, "hand")]


def test_photos_go_to_no_deployment_of_another_project(mara: Project, curator: Client) -> None:
    (photo,) = seen(camera(mara), None, 0)
    other = camera(Project.objects.create(slug="other", name="Other"), "X")
    assert change(curator, other.pk, photo).status_code == 404
    told = curator.get(change(curator, "", photo)["Location"]).content.decode()
    assert "Choose the deployment first." in told
    assert not Job.objects.exists()


def test_who_only_looks_assigns_nothing(mara: Project, viewer: Client) -> None:
    one = camera(mara)
    (photo,) = seen(one, None, 0)
    assert change(viewer, "none", photo).status_code == 403
    assert homes() == [(one, "hand")]
    assert 'value="assign"' not in viewer.get("/library/?project=mara").content.decode()
