"""The pages of deployments: what each tells whom, and what its forms do."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.web.deployments.conftest import NOON, camera, seen
from wildlife.projects.models import Deployment, Project
from wildlife.species.models import Taxon

PAGES = "/projects/mara/deployments/"


def text_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_curators_read_exact_places_others_only_a_grid(
    mara: Project, curator: Client, viewer: Client
) -> None:
    one = camera(mara)
    for path in (PAGES, f"{PAGES}{one.pk}/", f"{PAGES}export.csv"):
        exact, rough = text_of(curator, path), text_of(viewer, path)
        assert "1.23456" in exact
        assert "35.98765" in exact
        assert "Well" in exact
        for secret in ("1.23", "35.98", "Well", "Behind the rock"):
            assert secret not in rough, path
        assert "35.9" in rough


def test_buttons_are_offered_to_who_may_press_them(
    mara: Project, curator: Client, viewer: Client
) -> None:
    one = camera(mara)
    for path in (PAGES, f"{PAGES}{one.pk}/"):
        links = [
            set(re.findall(r'href="([^"]+/deployments/[^"]*)"', text_of(client, path)))
            for client in (curator, viewer)
        ]
        more = links[0] - links[1]
        assert more
        assert all(viewer.get(link).status_code == 403 for link in more)


def test_a_deployment_is_added_with_the_zone_of_the_last_one(
    mara: Project, curator: Client
) -> None:
    camera(mara, time_zone="Africa/Nairobi")
    assert '<option value="Africa/Nairobi" selected>' in text_of(curator, f"{PAGES}new/")
    sent = {
        "name": "  C2 ", "latitude": "-1.5", "longitude": "35.1", "start": "2026-06-01T08:00",
        "time_zone": "Africa/Nairobi", "bait_use": "false", "camera_height": "0.5",
    }  # fmt: skip
    answer = curator.post(f"{PAGES}new/", sent)
    made = Deployment.objects.get(name="C2")
    assert answer["Location"] == f"{PAGES}{made.pk}/"
    assert (made.latitude, made.bait_use, made.camera_height) == (-1.5, False, 0.5)
    assert made.start == NOON.replace(month=6, day=1, hour=8)  # as written, in no zone
    assert "added the deployment C2" in text_of(curator, "/projects/mara/activity/")


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"name": "C1"}, "has a deployment of this name already"),
        ({"name": "C2", "latitude": "5"}, "needs both numbers"),
        ({"name": "C2", "latitude": "95", "longitude": "5"}, "less than or equal to 90"),
        (
            {"name": "C2", "start": "2026-06-02T00:00", "end": "2026-06-01T00:00"},
            "before its start",
        ),
        ({"name": "C2", "start": "soon"}, "Type a date and a time"),
        ({"name": "C2", "time_zone": "Mars/Olympus"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_is_told_beside_its_field(
    mara: Project, curator: Client, sent: dict[str, str], told: str
) -> None:
    camera(mara)
    answer = curator.post(f"{PAGES}new/", {"time_zone": "UTC", **sent})
    assert told in answer.content.decode()
    assert Deployment.objects.count() == 1


def test_a_change_keeps_what_was_there_and_its_own_name_is_free(
    mara: Project, curator: Client
) -> None:
    one = camera(mara, time_zone="Asia/Calcutta")  # an old name, that the list does not offer
    assert "Asia/Calcutta" in text_of(curator, f"{PAGES}{one.pk}/change/")
    values = {"name": "C1", "latitude": one.latitude, "longitude": one.longitude}
    sent = {**values, "time_zone": "Asia/Calcutta", "habitat": "savanna", "comments": one.comments}
    assert curator.post(f"{PAGES}{one.pk}/change/", sent).status_code == 302
    one.refresh_from_db()
    assert (one.habitat, one.time_zone, one.latitude) == ("savanna", "Asia/Calcutta", -1.23456)


def test_the_clock_moves_the_photos(mara: Project, curator: Client, taxa: dict[str, Taxon]) -> None:
    one = camera(mara)
    (photo,) = seen(one, None, 0)
    sent = {"direction": "earlier", "days": "1", "hours": "2", "minutes": "0"}
    answer = curator.post(f"{PAGES}{one.pk}/clock/", sent, follow=True).content.decode()
    assert "The time of 1 photo is moved." in answer
    assert "1 day 2 hours earlier" in answer
    photo.refresh_from_db()
    assert photo.taken_at == NOON - timedelta(days=1, hours=2)
    assert 'value="1"' in text_of(curator, f"{PAGES}{one.pk}/clock/")
    sent["days"] = "36500"
    answer = curator.post(f"{PAGES}{one.pk}/clock/", sent)
    assert "wrong by more than a hundred years" in answer.content.decode()


def test_deleting_says_first_what_goes_and_what_stays(mara: Project, curator: Client) -> None:
    one = camera(mara)
    seen(one, None, 0, 10)
    assert "2 photos stay in the project" in text_of(curator, f"{PAGES}{one.pk}/delete/")
    assert curator.post(f"{PAGES}{one.pk}/delete/")["Location"] == PAGES
    assert not Deployment.objects.exists()
    assert mara.photos.count() == 2


def test_a_table_is_shown_before_it_is_imported(mara: Project, curator: Client) -> None:
    camera(mara)
    table = b"\xef\xbb\xbfdeploymentID,latitude,longitude\nC1,1,2\nC2,3,4\nC3,99,4\n"
    sent = {"file": SimpleUploadedFile("d.csv", table), "zone": "Africa/Nairobi"}
    shown = curator.post(f"{PAGES}import/", sent).content.decode()
    assert "1 deployment is new" in shown
    assert "1 deployment changes" in shown
    assert "<td>4</td><td>latitude</td>" in shown
    assert Deployment.objects.count() == 1
    (kept,) = re.findall(r'name="table" value="([^"]+)"', shown)
    again = {"table": kept, "zone": "Africa/Nairobi", "sure": "1"}
    assert (
        "2 deployments are imported"
        in curator.post(f"{PAGES}import/", again, follow=True).content.decode()
    )
    places = dict(Deployment.objects.values_list("name", "latitude"))
    assert places == {"C1": 1.0, "C2": 3.0}
    assert Deployment.objects.get(name="C2").time_zone == "Africa/Nairobi"


@pytest.mark.parametrize(
    ("file", "told"),
    [(b"\xff\xfe\x00", "no text in UTF-8"), (b"", "empty"), (b"a\n", "no column deploymentID")],
)
def test_what_is_no_table_is_refused_with_a_reason(
    mara: Project, curator: Client, file: bytes, told: str
) -> None:
    sent = {"file": SimpleUploadedFile("d.csv", file), "zone": "UTC"}
    assert told in curator.post(f"{PAGES}import/", sent).content.decode()


def test_photos_are_assigned_after_a_look_at_what_would_happen(
    mara: Project, curator: Client
) -> None:
    one = camera(mara)
    seen(one, None, 0, 10)
    mara.photos.update(deployment=None, assigned_by="")
    assert "2 photos belong to no deployment yet" in text_of(curator, PAGES)
    assert "Assign 2 photos" in text_of(curator, f"{PAGES}assign/?by=time")
    assert not mara.photos.exclude(deployment=None).exists()
    curator.post(f"{PAGES}assign/", {"by": "time"})
    assert set(mara.photos.values_list("deployment", "assigned_by")) == {(one.pk, "time")}
    told = text_of(curator, f"{PAGES}{one.pk}/")
    assert "By when and where it was taken" in told
    assert "assigned 2 photos" in text_of(curator, "/projects/mara/activity/")


def test_lists_cost_the_same_however_much_there_is(
    mara: Project, curator: Client, queries_of: Callable[[Client, str, int], int]
) -> None:
    seen(camera(mara), None, 0)
    few = queries_of(curator, PAGES, 12)
    for number in range(30):
        seen(camera(mara, f"X{number}"), None, 0, 5)
    assert queries_of(curator, PAGES, 12) == few
    queries_of(curator, f"{PAGES}{Deployment.objects.first().pk}/", 10)
