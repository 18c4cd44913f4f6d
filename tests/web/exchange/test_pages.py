"""The pages of exports: a format is chosen, its file is waited for, downloaded, deleted."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.web import builders
from wildlife.exchange import jobs
from wildlife.exchange.formats import FORMATS
from wildlife.exchange.models import ExportJob
from wildlife.projects.models import Membership, Project, Role
from wildlife.web.exchange.wording import SENTENCES

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setattr(jobs, "send", lambda job: jobs.make(job.pk))
    return Project.objects.create(slug="mara", name="Mara")


@pytest.fixture
def ann(project: Project) -> User:
    user = User.objects.create_user("ann")
    Membership.objects.create(project=project, user=user, role=Role.VIEWER)
    return user


@pytest.fixture
def client(ann: User) -> Client:
    client = Client()
    client.force_login(ann)
    return client


def test_every_format_says_what_it_is_for() -> None:
    assert SENTENCES.keys() == FORMATS.keys()


@pytest.mark.parametrize("address", ["/projects/mara/exports/", "/exports/"])
def test_a_format_is_chosen_and_its_file_downloaded_and_deleted(
    client: Client, ann: User, project: Project, address: str, django_capture_on_commit_callbacks
) -> None:
    own = {"owner": ann} if address == "/exports/" else {"project": project}
    photo = builders.photo("", **own)
    assert "There are none yet" in client.get(address).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(address, {"format": "csv"})["Location"] == address
    job = ExportJob.objects.get()
    told = client.get(address).content.decode()
    assert f"/exports/{job.pk}/download" in told
    assert "hx-trigger" not in told.partition('id="exports"')[2].partition(">")[0]
    file = client.get(f"/exports/{job.pk}/download")
    assert file.streaming
    assert photo.sha256.encode() in b"".join(file.streaming_content)
    assert client.post(f"/exports/{job.pk}/delete")["Location"] == address
    assert client.get(f"/exports/{job.pk}/download").status_code == 404


def test_the_list_asks_again_while_something_is_made(client: Client, ann: User) -> None:
    ExportJob.objects.create(by=ann, format="csv", total=4, done=1)
    part = client.get("/exports/", HTTP_HX_REQUEST="true").content.decode()
    assert 'value="1" max="4"' in part
    assert "every 1500ms" in part
    assert "<form class" not in part
    assert "every 1500ms" not in client.get("/projects/mara/exports/").content.decode()


def test_the_filters_of_the_library_go_along(
    client: Client, project: Project, django_capture_on_commit_callbacks
) -> None:
    builders.photo("", project=project)
    shown = client.get("/library/?project=mara&disputed=1").content.decode()
    assert 'href="/projects/mara/exports/?project=mara&amp;disputed=1"' in shown
    page = client.get("/projects/mara/exports/?project=mara&disputed=1").content.decode()
    assert 'value="?project=mara&amp;disputed=1"' in page
    told = {"format": "csv", "query": "?project=mara&disputed=1"}
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/projects/mara/exports/", told)
    job = ExportJob.objects.get()
    assert (job.query, job.done, job.state) == ("?disputed=1", 0, "ready")
    refused = client.post("/exports/", told)
    assert "another project" in refused.content.decode()


def test_guests_sign_in_first_and_nobody_gets_what_others_export(
    client: Client, project: Project
) -> None:
    other = User.objects.create_user("other")
    job = ExportJob.objects.create(by=other, project=project, format="csv", state="ready")
    assert client.get(f"/exports/{job.pk}/download").status_code == 404
    assert client.post(f"/exports/{job.pk}/delete").status_code == 404
    assert "Download" not in client.get("/projects/mara/exports/").content.decode()
    assert Client().get("/exports/")["Location"].startswith("/accounts/login/")


def test_the_list_costs_the_same_however_long_it_is(
    client: Client,
    ann: User,
    project: Project,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(30):
        ExportJob.objects.create(by=ann, project=project, format="csv", state="ready")
    with django_assert_max_num_queries(10):
        client.get("/projects/mara/exports/")


def test_a_file_for_a_greater_role_is_made_again_instead(
    client: Client, ann: User, project: Project
) -> None:
    Membership.objects.update(role=Role.OWNER)
    job = jobs.ask(ann, project, "csv")
    jobs.make(job.pk)
    Membership.objects.update(role=Role.VIEWER)
    refused = client.get(f"/exports/{job.pk}/download")
    assert refused.status_code == 409
    told = refused.content.decode()
    assert "It is being made again." in told
    assert "Being made" in told
    assert f"/exports/{job.pk}/download" not in told
