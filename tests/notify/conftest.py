import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings

from tests.web.builders import photo, plant
from wildlife.notify.models import Webhook
from wildlife.photos.models import Photo
from wildlife.projects.models import Project
from wildlife.projects.services import create
from wildlife.species.models import Taxon

SITE = "https://wildlife.example/"


@dataclass
class Receiver:
    """A server that keeps what it gets; `statuses` are its next answers, then always 204."""

    address: str
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    settings.FETCH_ALLOWED_HOSTS = ["127.0.0.1"]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            told.got.append((headers, body))
            status = told.statuses.pop(0) if told.statuses else 204
            self.send_response(status)
            if status in (301, 302):
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told = Receiver(f"http://127.0.0.1:{server.server_port}/told")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield told
    server.shutdown()
    server.server_close()


@pytest.fixture
def taxa(db: None) -> dict[str, Taxon]:
    return plant()


@pytest.fixture
def owner(db: None) -> User:
    return User.objects.create_user("owner", "owner@example.org", "x")


@pytest.fixture
def mara(owner: User) -> Project:
    return create(owner, "Mara")


@pytest.fixture
def hook(mara: Project, receiver: Receiver) -> Webhook:
    kinds = ["photo.identified", "verdict.given", "upload.finished", "alert"]
    return Webhook.objects.create(project=mara, address=receiver.address, site=SITE, kinds=kinds)


def looked_at(project: Project, taxon: Taxon | None, **more: Any) -> Photo:
    """Return a photo of a project that shows a taxon, as its digest says it."""
    made = photo(guest="", project=project)
    values = {"taxon": taxon, "confidence": 0.95, "state": "done", **more}
    Photo.objects.filter(pk=made.pk).update(**values)
    made.refresh_from_db()
    return made
