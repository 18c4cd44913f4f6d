from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.web import builders
from wildlife.photos.models import Photo
from wildlife.projects.models import Deployment, Membership, Project, Role
from wildlife.species.models import Taxon

NOON = datetime(2026, 5, 31, 12, tzinfo=UTC)


@pytest.fixture
def mara(db: None) -> Project:
    return Project.objects.create(slug="mara", name="Mara")


@pytest.fixture
def curator(mara: Project) -> Client:
    return member(mara, Role.CURATOR)


@pytest.fixture
def viewer(mara: Project) -> Client:
    return member(mara, Role.VIEWER)


def member(project: Project, role: Role) -> Client:
    """A browser of a new member."""
    user = User.objects.create_user(role.value)
    Membership.objects.create(project=project, user=user, role=role)
    client = Client()
    client.force_login(user)
    return client


def camera(project: Project, name: str = "C1", **more) -> Deployment:
    """A camera at a well, out for ten days."""
    values = {
        "latitude": -1.23456, "longitude": 35.98765, "location_name": "Well", "start": NOON,
        "end": NOON + timedelta(days=10), "comments": "Behind the rock",
    }  # fmt: skip
    return Deployment.objects.create(project=project, name=name, **{**values, **more})


def seen(camera: Deployment, taxon: Taxon | None, *seconds: int, animals: int = 1) -> list[Photo]:
    """Photos of the camera so many seconds after noon."""
    photos = []
    for number in seconds:
        at = NOON + timedelta(seconds=number)
        photo = builders.photo(
            guest="", project=camera.project, deployment=camera, taken_at=at, recorded_at=at,
            assigned_by="hand", name=f"{number}.JPG",
        )  # fmt: skip
        if taxon is not None:
            builders.answered(photo, taxon, animals=animals)
        photos.append(photo)
    return photos
