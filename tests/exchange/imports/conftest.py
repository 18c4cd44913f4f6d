"""Files that are brought into a project."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile

from wildlife.exchange.imports import jobs
from wildlife.exchange.imports.models import Import
from wildlife.projects.models import Membership, Project, Role

Bring = Callable[..., Import]


@pytest.fixture
def ann(db: None, project: Project) -> User:
    user = User.objects.create_user("ann")
    Membership.objects.create(project=project, user=user, role=Role.CURATOR)
    return user


@pytest.fixture(autouse=True)
def nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """No broker: the tests do a worker's work; what would be sent is told."""
    sent: list[str] = []
    monkeypatch.setattr(jobs, "send", lambda job: sent.append(str(job.pk)))
    monkeypatch.setattr(jobs, "dispatch", lambda: None)
    return sent


@pytest.fixture
def bring(ann: User, project: Project) -> Bring:
    """Bring a file in: look it through, and carry it out unless `only_look`."""

    def bring(
        content: Any, name: str = "answers.json", *, only_look: bool = False, **more
    ) -> Import:
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        job = jobs.start([SimpleUploadedFile(name, data)], ann, more.get("project", project),
                         more.get("time_zone", "UTC"))  # fmt: skip
        jobs.go_on(job.pk)
        job.refresh_from_db()
        if not only_look and jobs.confirm(job):
            jobs.go_on(job.pk)
            job.refresh_from_db()
        return job

    return bring


def codes(job: Import) -> list[str]:
    return [one.code for one in job.problems.all()]
