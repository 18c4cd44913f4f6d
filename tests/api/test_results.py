"""Reading photos and answers, and deleting them."""

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoCaptureOnCommitCallbacks
from rest_framework.test import APIClient

from tests.api.build import LINEUP, answered, elephants
from tests.api.conftest import bearer
from tests.images import saved, scene
from tests.photos.build import files_in, upload
from wildlife.identifications.models import Detection, Identification, Run
from wildlife.photos.models import Photo

URL = "/api/v1/photos"


@pytest.fixture
def photo(client: APIClient) -> Photo:
    client.post(URL, {"photo": upload()}, format="multipart")
    return Photo.objects.get()


def test_an_answer_is_told_with_all_that_led_to_it(client: APIClient, photo: Photo) -> None:
    run = answered(photo, elephants())
    response = client.get(f"{URL}/{photo.pk}")
    body = response.json()
    animal, person = body["detections"]
    assert "Retry-After" not in response
    assert (body["state"], body["width"], body["height"]) == ("done", 2048, 1536)
    assert (body["run"]["id"], body["run"]["lineup"]) == (str(run.pk), LINEUP)
    assert (animal["category"], animal["confidence"], animal["index"]) == ("animal", 0.9, 0)
    assert animal["box"] == {"x": 0.1, "y": 0.2, "width": 0.3, "height": 0.4}
    assert animal["groups"] == [{"group": "mammal", "probability": 0.98}]
    assert person["identification"] is person["species"] is person["crop_url"] is None
    assert person["votes"] == []


def test_votes_are_told_with_names_and_abstentions_with_reasons(
    client: APIClient, photo: Photo
) -> None:
    answered(photo, elephants())
    votes = client.get(f"{URL}/{photo.pk}").json()["detections"][0]["votes"]
    mammals, birds = votes
    assert (mammals["expert"], mammals["release"], mammals["weight"]) == ("mammals", "mammals@2", 1)
    assert len(mammals["answers"]) == 5
    assert mammals["answers"][0] == {
        "taxon": "loxodonta-africana",
        "scientific_name": "Loxodonta africana",
        "common_name": "African bush elephant",
        "rank": "species",
        "probability": 0.8,
    }
    assert mammals["answers"][2]["taxon"] == "gone-since"
    assert mammals["none"] == 0.03
    assert birds["answers"] == []
    assert "not on this machine" in birds["abstention"]


def test_the_identification_is_told_with_its_walk_and_the_species(
    client: APIClient, photo: Photo
) -> None:
    answered(photo, elephants())
    animal = client.get(f"{URL}/{photo.pk}").json()["detections"][0]
    answer, species = animal["identification"], animal["species"]
    assert answer["taxon"]["taxon"] == "loxodonta-africana"
    assert answer["taxon"]["common_name"] == "African bush elephant"
    assert (answer["confidence"], answer["agreement"]) == (0.87, 1.0)
    assert answer["reason"] == "species"
    assert [(step["scientific_name"], step["mass"]) for step in answer["walk"]] == [
        ("Mammalia", 0.99),
        ("Loxodonta africana", 0.87),
    ]
    assert answer["runners_up"][0]["scientific_name"] == "Loxodonta cyclotis"
    assert species["status"]["category"] == "EN"
    assert species["countries"][0]["code"] == "KEN"
    assert [taxon["scientific_name"] for taxon in species["lineage"]] == [
        "Mammalia",
        "Elephantidae",
        "Loxodonta",
    ]


def test_no_more_queries_for_many_animals_than_for_one(client: APIClient, photo: Photo) -> None:
    taxon = elephants()
    counts = []
    for animals in (1, 12):
        Detection.objects.all().delete()
        for name in files_in(Path(photo.original.storage.location)):
            if name.startswith(("crops", "previews")):
                photo.original.storage.delete(name)
        answered(photo, taxon, animals)
        client.get(f"{URL}/{photo.pk}")  # plants the tree
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert len(client.get(f"{URL}/{photo.pk}").json()["detections"]) == animals + 1
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12


def test_a_photo_that_runs_tells_its_run_and_when_to_ask_again(
    client: APIClient, photo: Photo
) -> None:
    run = Run.objects.create(lineup=LINEUP, alive_at=photo.received_at)
    run.photos.add(photo)
    Photo.objects.update(state="running")
    response = client.get(f"{URL}/{photo.pk}")
    assert response.json()["run"]["id"] == str(run.pk)
    assert response.json()["detections"] == []
    assert response.json()["preview_url"] is None
    assert int(response["Retry-After"]) >= 1


def test_a_failure_is_told_in_a_sentence(client: APIClient, photo: Photo) -> None:
    Photo.objects.update(state="failed", failure="This file is cut short.")
    body = client.get(f"{URL}/{photo.pk}").json()
    assert (body["state"], body["failure"]) == ("failed", "This file is cut short.")
    assert body["run"] is None


def test_photos_are_listed_in_pages_newest_first(client: APIClient) -> None:
    for side in range(64, 69):
        client.post(URL, {"photo": upload(saved(scene(side, 48)))}, format="multipart")
    ids, url = [], f"{URL}?page_size=2"
    while url:
        page = client.get(url).json()
        ids += [photo["id"] for photo in page["results"]]
        url = page["next"]
    newest_first = Photo.objects.order_by("-received_at").values_list("pk", flat=True)
    assert ids == [str(pk) for pk in newest_first]


def test_photos_are_listed_by_state(client: APIClient, photo: Photo) -> None:
    client.post(URL, {"photo": upload(saved(scene(70, 50)))}, format="multipart")
    Photo.objects.filter(pk=photo.pk).update(state="done")
    listed = client.get(f"{URL}?state=done").json()["results"]
    assert [one["id"] for one in listed] == [str(photo.pk)]
    wrong = client.get(f"{URL}?state=lost")
    assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["state"])


PATHS = ["", "/preview", "/original", "/detections/0/crop"]


@pytest.mark.parametrize("path", PATHS)
def test_others_find_nothing_and_staff_find_all(
    photo: Photo, ann: User, admin_user: User, path: str
) -> None:
    answered(photo, elephants())
    stranger, user, staff = APIClient(), APIClient(), APIClient()
    user.force_authenticate(ann)
    staff.force_authenticate(admin_user)
    stranger.post(URL, {"photo": upload(saved(scene(99, 9)))}, format="multipart")
    url = f"{URL}/{photo.pk}{path}"
    assert [client.get(url).status_code for client in (stranger, user, staff)] == [404, 404, 200]
    missing = stranger.get(url.replace(str(photo.pk), "0" * 8 + "-0000-4000-8000-" + "0" * 12))
    assert missing.status_code == 404
    hidden = stranger.get(url).json()
    assert hidden["detail"] == missing.json()["detail"]
    assert stranger.delete(f"{URL}/{photo.pk}").status_code == 404
    assert Photo.objects.filter(pk=photo.pk).exists()


def test_lists_hold_only_ones_own(photo: Photo, ann: User) -> None:
    other = APIClient(**bearer(ann))
    assert other.get(URL).json()["results"] == []
    other.post(URL, {"photo": upload()}, format="multipart")
    (listed,) = other.get(URL).json()["results"]
    assert listed["id"] == str(Photo.objects.get(owner=ann).pk)
    assert "guest" not in listed


def test_deleting_removes_rows_and_files(
    client: APIClient,
    photo: Photo,
    media: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    answered(photo, elephants(), animals=2)
    assert len(files_in(media)) == 4
    with django_capture_on_commit_callbacks(execute=True):
        assert client.delete(f"{URL}/{photo.pk}").status_code == 204
    assert files_in(media) == []
    assert not Photo.objects.exists()
    assert not Detection.objects.exists()
    assert client.get(f"{URL}/{photo.pk}").status_code == 404


def test_a_photo_being_looked_at_is_not_deleted(client: APIClient, photo: Photo) -> None:
    Photo.objects.update(state="running")
    response = client.delete(f"{URL}/{photo.pk}")
    assert (response.status_code, response.json()["code"]) == (409, "busy")
    assert int(response["Retry-After"]) >= 1
    assert Photo.objects.exists()


def test_the_country_and_who_is_not_known_from_there_are_told(
    client: APIClient, photo: Photo
) -> None:
    answered(photo, elephants())
    animal = client.get(f"{URL}/{photo.pk}").json()["detections"][0]
    assert (animal["identification"]["country"], animal["identification"]["elsewhere"]) == (
        None,
        [],
    )
    Identification.objects.update(countries=["DEU", "POL"], elsewhere=["loxodonta-africana"])
    animal = client.get(f"{URL}/{photo.pk}").json()["detections"][0]
    assert animal["identification"]["country"] == "DEU"
    [stranger] = animal["identification"]["elsewhere"]
    assert stranger["common_name"] == "African bush elephant"
