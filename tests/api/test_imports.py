"""Imports by the API: sent, looked through, confirmed, watched."""

import json

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from tests.api.conftest import bearer
from tests.web import builders
from wildlife.exchange.imports import jobs
from wildlife.exchange.imports.models import Import
from wildlife.identifications.models import Verdict
from wildlife.projects.models import Membership, Project, Role

pytestmark = pytest.mark.django_db
IMPORTS = "/api/v1/imports"


@pytest.fixture
def project(monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setattr(jobs, "send", lambda job: jobs.go_on(job.pk))
    return Project.objects.create(slug="mara", name="Mara")


def member(project: Project, role: Role) -> APIClient:
    user = User.objects.create_user(role.value)
    Membership.objects.create(project=project, user=user, role=role)
    return APIClient(**bearer(user))


def _file(text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("a.csv", text.encode())


def test_a_program_imports_in_two_steps(
    project: Project, django_capture_on_commit_callbacks
) -> None:
    builders.plant()
    photo = builders.photo("", project=project)
    curator = member(project, Role.CURATOR)
    labels = f"sha256,taxon,count\n{photo.sha256},lion,2\ngone,lion,1\n"
    with django_capture_on_commit_callbacks(execute=True):
        sent = curator.post(f"{IMPORTS}?project=mara", {"file": _file(labels)}, format="multipart")
    assert sent.status_code == 202
    job = curator.get(sent["Location"]).json()
    assert (job["state"], job["format"], job["counts"]["verdicts_new"]) == ("ready", "labels", 1)
    assert not Verdict.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        assert curator.post(f"{job['url']}/confirm").status_code == 202
    assert curator.post(f"{job['url']}/confirm").json()["state"] == "done"
    assert Verdict.objects.get().count == 2
    problems = curator.get(f"{job['url']}/problems").json()["results"]
    assert [(one["line"], one["code"]) for one in problems] == [(3, "not_here")]
    listed = curator.get(f"{IMPORTS}?fields=id,state").json()["results"]
    assert listed == [{"id": job["id"], "state": "done"}]


def test_only_who_curates_imports_and_sees_imports(project: Project) -> None:
    viewer, owner = member(project, Role.VIEWER), member(project, Role.OWNER)
    job = Import.objects.create(by=User.objects.get(username="owner"), project=project, name="x")
    address = f"{IMPORTS}/{job.pk}"
    assert viewer.post(f"{IMPORTS}?project=mara").status_code == 403
    assert viewer.get(address).status_code == 403
    assert viewer.get(IMPORTS).json()["results"] == []
    assert owner.get(address).status_code == 200
    assert APIClient().post(IMPORTS, {"file": _file("x")}, format="multipart").status_code == 401


def test_what_is_wrong_is_a_problem_document(project: Project) -> None:
    owner = member(project, Role.OWNER)
    for query, field in (("?time_zone=Mars", "time_zone"), ("", "file")):
        answer = owner.post(f"{IMPORTS}{query}", {}, format="multipart")
        assert answer.status_code == 400
        assert field in json.loads(answer.content)["errors"]
    cancelled = Import.objects.create(
        by=User.objects.get(), project=project, name="x", state="cancelled"
    )
    answer = owner.post(f"{IMPORTS}/{cancelled.pk}/confirm")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_ready")
