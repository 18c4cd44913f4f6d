"""Everything that the schema allows, and much that it does not, is answered as it says.

Schemathesis makes the requests, and checks of each answer that it is no server error and that its
status, headers, media type and content are those of the schema; that what the schema forbids is
refused; and that what it does not know as a method is not allowed.
"""

from itertools import cycle
from typing import Any

import pytest
import schemathesis
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, settings
from pytest_django import Settings
from schemathesis.specs.openapi.checks import response_schema_conformance

from tests.api.build import answered, elephants
from tests.api.conftest import bearer
from tests.photos.build import upload
from wildlife.api import streams, upload_items, uploads
from wildlife.exchange import jobs as exports
from wildlife.exchange.imports import jobs as imports
from wildlife.exchange.models import ExportJob, Import
from wildlife.identifications import fetches, unpacking
from wildlife.identifications.models import Verdict
from wildlife.notify import collecting
from wildlife.photos.services import receive
from wildlife.projects import invitations, members
from wildlife.projects.models import Deployment, Event, Project, Role

QUICK, DEEP = 8, 100
"""Cases for each operation."""
MEANT = ["2xx", "304", "400", "401", "403", "404", "409", "412", "413", "415", "422"]
"""What a request may be answered that keeps to the schema: that a cursor is signed, that a taxon
exists, or that a file is a photo, no schema can say."""


_application = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Any) -> Any:
    """The application, asked from an address: nobody whose address is unknown is let in."""
    return _application({**environ, "REMOTE_ADDR": "127.0.0.1"}, start_response)


def loaded(*, coverage: bool) -> schemathesis.BaseSchema:
    """The schema; `coverage` adds each boundary of each value to the cases made up at random."""
    schema = schemathesis.openapi.from_wsgi("/api/schema", application)
    schema.config.checks.positive_data_acceptance.expected_statuses = MEANT
    schema.config.phases.coverage.enabled = coverage
    return schema


quick, deep = loaded(coverage=False), loaded(coverage=True)
QUIETLY = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much]


class World:
    """Rows to be found, and the headers of somebody who may do everything with them."""

    def __init__(self, user: User) -> None:
        self.headers = {"Authorization": bearer(user)["HTTP_AUTHORIZATION"]}
        taxon = elephants()
        photo = receive(upload(), owner=user).photo
        run = answered(photo, taxon)
        found = photo.detections.get(index=0)
        verdict = Verdict.objects.create(
            photo=photo, x=found.x, y=found.y, width=found.width, height=found.height, taxon=taxon
        )
        project = Project.objects.create(slug="mara", name="Mara")
        ann = User.objects.create_user("ann")
        members.join(project, ann, Role.VIEWER)
        place = Deployment.objects.create(project=project, name="C1")
        event = Event.objects.create(deployment=place, start=run.created_at, end=run.created_at)
        batch = user.uploads.create()
        exported = ExportJob(by=user, format="csv", state=ExportJob.State.READY)
        exported.file.save("answers.csv", ContentFile(b"photo\n"))
        brought = Import.objects.create(by=user, name="answers.csv", state=Import.State.READY)
        brought.problems.create(line=2, item="a.jpg", code="unknown", reason="It is not here.")
        hook = project.webhooks.create(
            address="https://hooks.example/in", kinds=["alert"], site="http://localhost/"
        )
        alert = project.alerts.create(user=user, name="New ones", first=True)
        self.known: dict[str, Any] = {
            "photo_id": str(photo.pk),
            "upload_id": str(batch.pk),
            "run_id": str(run.pk),
            "deployment_id": str(place.pk),
            "event_id": str(event.pk),
            "user_id": ann.pk,
            "invitation_id": invitations.invite(project, user, Role.VIEWER)[0].pk,
            "exported": str(exported.pk),
            "import_id": str(brought.pk),
            "webhook_id": str(hook.pk),
            "delivery_id": str(collecting.test(hook).pk),
            "alert_id": str(alert.pk),
            "index": 0,
        }
        self.known_of = {
            "detections": {"id": found.pk},
            "identifications": {"id": found.pk},
            "verdicts": {"id": verdict.pk},
            "taxa": {"slug": taxon.slug},
            "projects": {"slug": project.slug},
        }
        self._turns = cycle([True, True, False])

    def ids(self, path: str) -> dict[str, Any]:
        """Return what exists of what addresses of this form are about."""
        resource = path.removeprefix("/api/v1/").partition("/")[0]
        return {**self.known, **self.known_of.get(resource, {})}

    def lead(self, case: schemathesis.Case) -> None:
        """Let most cases that keep to the schema find something."""
        meta = case.meta
        if meta is None or meta.generation.mode.is_negative or not next(self._turns):
            return
        known = self.ids(case.path)
        case.path_parameters = {
            name: known.get(name, value) for name, value in (case.path_parameters or {}).items()
        }

    def ask(self, case: schemathesis.Case) -> None:
        """Ask, and check the answer. One that is shortened has not all that a whole one has."""
        shortened = bool((case.query or {}).get("fields"))
        excluded = [response_schema_conformance] if shortened else []
        case.call_and_validate(headers=self.headers, excluded_checks=excluded)


@pytest.fixture
def world(
    db: None, in_transaction: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> World:
    settings.API_RATES = {"token": 0, "user": 0, "guest": 0}
    # An upload that takes files still would be told of until its stream's time is over.
    monkeypatch.setattr(streams, "SECONDS", 0.01)
    monkeypatch.setattr(streams, "EVERY", 0.01)
    monkeypatch.setattr(streams, "close_old_connections", lambda: None)
    for module in (unpacking, fetches, exports, imports):
        monkeypatch.setattr(module, "send", lambda _id: None)
    for module in (upload_items, uploads):
        monkeypatch.setattr(module, "dispatch", lambda: None)
    return World(User.objects.create_superuser("root"))


def test_what_exists_is_found_and_is_as_the_schema_says(world: World) -> None:
    asked = 0
    for result in quick.get_all_operations():
        operation = result.ok()
        known = world.ids(operation.path)
        names = {one.name for one in operation.path_parameters}
        if operation.method == "get" and names <= known.keys():
            case = operation.Case(path_parameters={name: known[name] for name in names})
            response = case.call_and_validate(headers=world.headers)
            assert response.status_code == 200, operation.label
            asked += 1
    assert asked >= 30


@quick.parametrize()
@settings(max_examples=QUICK, deadline=None, suppress_health_check=QUIETLY, derandomize=True)
def test_answers_are_as_the_schema_says(case: schemathesis.Case, world: World) -> None:
    world.lead(case)
    world.ask(case)


@pytest.mark.deep
@deep.parametrize()
@settings(max_examples=DEEP, deadline=None, suppress_health_check=QUIETLY)
def test_all_answers_are_as_the_schema_says(case: schemathesis.Case, world: World) -> None:
    world.lead(case)
    world.ask(case)
