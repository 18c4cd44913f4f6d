"""The pages of imports: a file is looked through, confirmed, and tells what it did."""

import io

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.web import builders
from wildlife.exchange.imports import jobs
from wildlife.exchange.imports.models import Import
from wildlife.identifications.models import Verdict
from wildlife.projects.models import Membership, Project, Role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is sent is done at once."""
    monkeypatch.setattr(jobs, "send", lambda job: jobs.go_on(job.pk))


@pytest.fixture
def project() -> Project:
    return Project.objects.create(slug="mara", name="Mara")


@pytest.fixture
def client(project: Project) -> Client:
    user = User.objects.create_user("ann")
    Membership.objects.create(project=project, user=user, role=Role.CURATOR)
    client = Client()
    client.force_login(user)
    return client


def _file(text: str = "file,taxon\nIMG_0042.JPG,lion\n=cmd,lion\n") -> SimpleUploadedFile:
    return SimpleUploadedFile("labels.csv", text.encode())


def _send(client: Client, address: str, capture, *files: SimpleUploadedFile) -> str:
    told = {"file": list(files) or [_file()], "time_zone": "UTC"}
    with capture(execute=True):
        answer = client.post(address, told)
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


@pytest.mark.parametrize("address", ["/projects/mara/imports/", "/imports/"])
def test_a_file_is_looked_through_then_confirmed(
    client: Client, project: Project, address: str, django_capture_on_commit_callbacks
) -> None:
    builders.plant()
    own = {"owner": User.objects.get()} if address == "/imports/" else {"project": project}
    photo = builders.photo("", **own)
    page = _send(client, address, django_capture_on_commit_callbacks)
    told = client.get(page).content.decode()
    assert "1 of 2 photos in the file are here" in told
    assert "1 verdict of people is new" in told
    assert not Verdict.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{page}confirm")
    assert photo.verdicts.get().source == "labels.csv"
    assert "It is imported." in client.get(page).content.decode()
    table = client.get(f"{page}problems.csv").content.decode()
    assert "3,'=cmd,not_here," in table
    assert "labels.csv" in client.get(address).content.decode()
    if own.get("project"):
        assert "what a file says of 1 photo." in client.get("/projects/mara/").content.decode()


def test_what_is_cancelled_changes_nothing(
    client: Client, project: Project, django_capture_on_commit_callbacks
) -> None:
    builders.plant()
    builders.photo("", project=project)
    page = _send(client, "/projects/mara/imports/", django_capture_on_commit_callbacks)
    client.post(f"{page}cancel")
    client.post(f"{page}confirm")
    assert Import.objects.get().state == "cancelled"
    assert not Verdict.objects.exists()


def test_several_files_are_one_package_and_a_wrong_one_says_why(
    client: Client, project: Project, django_capture_on_commit_callbacks
) -> None:
    files = [SimpleUploadedFile(name, b"{}") for name in ("datapackage.json", "media.csv")]
    page = _send(client, "/projects/mara/imports/", django_capture_on_commit_callbacks, *files)
    told = client.get(page).content.decode()
    assert "not Camtrap DP 1.0" in told


def test_a_form_says_what_is_wrong_with_it(client: Client, project: Project) -> None:
    answer = client.post("/projects/mara/imports/", {"time_zone": "Mars/Olympus"})
    assert answer.status_code == 200
    told = answer.content.decode()
    assert "Mars/Olympus is no time zone" in told
    assert "This field is required" in told
    empty = {"file": io.BytesIO(b""), "time_zone": "UTC"}
    assert "empty" in client.post("/projects/mara/imports/", empty).content.decode()


def test_pages_ask_for_little(
    client: Client, project: Project, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    user = User.objects.get()
    rows = [Import(by=user, project=project, name=f"{n}.csv", state="done") for n in range(60)]
    Import.objects.bulk_create(rows)
    with django_assert_max_num_queries(12):
        client.get("/projects/mara/imports/")
    with django_assert_max_num_queries(12):
        client.get(f"/projects/mara/imports/{rows[0].pk}/")
