from typing import Any

import pytest
from celery import Celery
from django.contrib.auth.models import User

from tests.web import builders
from wildlife.identifications.digests import write_digests
from wildlife.library.wish import Wish
from wildlife.photos.models import Photo
from wildlife.projects.models import Membership, Project, Role
from wildlife.review.queue import Order, Queue
from wildlife.species.models import Taxon


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Celery, "send_task", lambda *args, **options: None)


@pytest.fixture
def taxa(db: None) -> dict[str, Taxon]:
    return builders.plant()


@pytest.fixture
def mara(db: None) -> Project:
    return Project.objects.create(slug="mara", name="Mara")


@pytest.fixture
def ann(mara: Project) -> User:
    return member(mara, "ann")


@pytest.fixture
def bo(mara: Project) -> User:
    return member(mara, "bo")


def member(project: Project, name: str, role: Role = Role.REVIEWER) -> User:
    user = User.objects.create_user(name)
    Membership.objects.create(project=project, user=user, role=role)
    return user


def shown(project: Project, taxon: Taxon | None, confidence: float = 0.9, **more: Any) -> Photo:
    """Return a photo of a project on which the models saw a taxon, or nothing."""
    made = builders.photo("", project=project, **more)
    if taxon is not None:
        builders.answered(made, taxon, confidence=confidence)
    write_digests([made.pk])
    made.refresh_from_db()
    return made


def queue(project: Project, user: User, order: Order = Order.UNCERTAIN, **more: Any) -> Queue:
    wish = Wish(project=project.slug, **more.pop("wish", {}))
    return Queue(project, user, wish, order, **more)
