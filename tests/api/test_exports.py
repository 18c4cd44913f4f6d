"""Exports by the API: asked for, watched, downloaded, deleted."""

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from tests.api.conftest import bearer
from tests.web import builders
from wildlife.exchange import jobs
from wildlife.exchange.models import ExportJob
from wildlife.projects.models import Membership, Project, Role

pytestmark = pytest.mark.django_db
EXPORTS = "/api/v1/exports"


@pytest.fixture
def project(monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setattr(jobs, "send", lambda job: jobs.make(job.pk))
    return Project.objects.create(slug="mara", name="Mara")


@pytest.fixture
def ann(project: Project) -> APIClient:
    user = User.objects.create_user("ann")
    Membership.objects.create(project=project, user=user, role=Role.VIEWER)
    return APIClient(**bearer(user))


def test_a_program_exports_a_project(
    ann: APIClient, project: Project, django_capture_on_commit_callbacks
) -> None:
    photo = builders.photo("", project=project)
    key = {"HTTP_IDEMPOTENCY_KEY": "once"}
    asked = {"project": "mara", "format": "megadetector"}
    with django_capture_on_commit_callbacks(execute=True):
        sent = ann.post(EXPORTS, asked, format="json", **key)
    assert sent.status_code == 202
    assert ann.post(EXPORTS, asked, format="json", **key).json()["id"] == sent.json()["id"]
    assert ExportJob.objects.count() == 1
    read = ann.get(sent["Location"])
    job = read.json()
    assert (job["state"], job["done"], job["total"], job["project"]) == ("ready", 1, 1, "mara")
    assert ann.get(sent["Location"], HTTP_IF_NONE_MATCH=read["ETag"]).status_code == 304
    file = ann.get(job["file"])
    assert file.streaming
    assert photo.sha256[:12].encode() in b"".join(file.streaming_content)
    assert "mara-megadetector-" in file["Content-Disposition"]
    assert ann.get(f"{EXPORTS}?fields=id").json()["results"] == [{"id": job["id"]}]
    assert ann.delete(sent["Location"]).status_code == 204
    assert ann.get(sent["Location"]).status_code == 404


def test_an_export_is_who_asked_for_its_own(ann: APIClient, project: Project) -> None:
    other = User.objects.create_user("other", is_staff=True)
    theirs = ExportJob.objects.create(by=other, format="csv", state="ready")
    for address in (f"{EXPORTS}/{theirs.pk}", f"{EXPORTS}/{theirs.pk}/file"):
        assert ann.get(address).status_code == 404
    assert ann.delete(f"{EXPORTS}/{theirs.pk}").status_code == 404
    assert ann.get(EXPORTS).json()["results"] == []
    Project.objects.create(slug="secret", name="Secret")
    hidden = {"project": "secret", "format": "csv"}
    assert ann.post(EXPORTS, hidden, format="json").status_code == 404
    assert APIClient().post(EXPORTS, {"format": "csv"}, format="json").status_code == 401


def test_what_is_wrong_is_a_problem_document(ann: APIClient, project: Project) -> None:
    wrong = ann.post(EXPORTS, {"format": "xls"}, format="json")
    assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["format"])
    other = ann.post(EXPORTS, {"format": "csv", "query": "project=mara"}, format="json")
    assert (other.status_code, list(other.json()["errors"])) == (400, ["query"])
    job = ExportJob.objects.create(by=User.objects.get(), format="csv")
    early = ann.get(f"{EXPORTS}/{job.pk}/file")
    assert (early.status_code, early["Retry-After"]) == (409, "2")
    for _ in range(jobs.MOST_AT_WORK):
        ExportJob.objects.create(by=User.objects.get(), format="csv")
    assert ann.post(EXPORTS, {"format": "csv"}, format="json").status_code == 409


def test_a_lesser_role_downloads_nothing_that_was_made_for_a_greater_one(
    ann: APIClient, project: Project
) -> None:
    user = User.objects.get()
    Membership.objects.update(role=Role.OWNER)
    job = jobs.ask(user, project, "csv")
    jobs.make(job.pk)
    address = f"{EXPORTS}/{job.pk}/file"
    assert ann.get(address).status_code == 200
    Membership.objects.update(role=Role.VIEWER)
    refused = ann.get(address)
    assert (refused.status_code, refused["Retry-After"]) == (409, "2")
    assert "made again" in refused.json()["detail"]
    jobs.make(job.pk)
    assert ann.get(address).status_code == 200
    Membership.objects.all().delete()
    assert ann.get(address).status_code == 404
