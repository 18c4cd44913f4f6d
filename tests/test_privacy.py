"""A person and a rhinoceros: who may see neither face nor place finds them in no answer.

One photo of a project shows a face, both have the place in their files. Every route of
`tests/routes_table.py` is asked by everybody who may not know, so a new route is covered as soon as
the table has it; every format of `wildlife.exchange` is written for them as well.
"""

import io
import re
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import pytest
from celery import Celery
from django.contrib.auth.models import AnonymousUser, User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from pytest_django import Settings

from pipelines.keys import crop_key, preview_key
from pipelines.pictures import decode
from pipelines.steps import DECODED_SIDE, PREVIEW_QUALITY, PREVIEW_SIDE, jpeg
from tests import test_routes
from tests.routes_table import TABLE, OnPhoto, Row
from tests.routes_world import Seen, World, build
from tests.searching import FACE_AT, LATITUDE, LONGITUDE, SPRING, found, portrait
from tests.web import builders
from wildlife.exchange.formats import FORMATS
from wildlife.exchange.source import about, records, view_of
from wildlife.identifications import blurring
from wildlife.identifications.digests import write_digests
from wildlife.identifications.models import Verdict
from wildlife.photos.models import Photo
from wildlife.projects.activities import note
from wildlife.projects.models import Deployment, Project
from wildlife.species.models import Taxon

HIDDEN_FROM = {
    "guest": {"face", "place"},
    "other": {"face", "place"},
    "viewer": {"face", "place"},
    "reviewer": {"face", "place"},
    "curator": {"face"},
}
"""Who must not find what; curators work with the places."""
AROUND, BESIDE = "31.5712,-24.9731,31.5732,-24.9711", "31.5112,-24.9131,31.5132,-24.9111"
"""West, south, east and north: of the place, and of another one in the same square of the grid."""


@pytest.fixture
def world(db: None, settings: Settings, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> World:
    settings.MEDIA_ROOT = tmp_path
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    monkeypatch.setattr(Celery, "send_task", lambda *args, **options: None)
    made = build()
    project = Project.objects.get()
    Deployment.objects.update(
        latitude=LATITUDE, longitude=LONGITUDE, coordinate_uncertainty=31,
        location_id="Z7", location_name=SPRING, comments=SPRING,
    )  # fmt: skip
    rhinoceros = Taxon.objects.create(
        slug="ceratotherium-simum", scientific_name="Ceratotherium simum", rank="species",
        sensitive=True,
    )  # fmt: skip
    photos = (_taken(project, rhinoceros, face=True), _taken(project, rhinoceros, face=False))
    blurring.make([one.photo.pk for one in photos])
    deployment = Deployment.objects.get()
    owner = User.objects.get(username="owner")
    note(project, "deployment_changed", owner, name=deployment.name, count=1)
    return replace(made, photos=photos)


def _taken(project: Project, taxon: Taxon, *, face: bool) -> Seen:
    deployment = Deployment.objects.get()
    photo = builders.photo(
        "", project=project, deployment=deployment, event=deployment.events.get(),
        latitude=LATITUDE, longitude=LONGITUDE, recorded_latitude=LATITUDE,
        recorded_longitude=LONGITUDE, taken_at=datetime(2024, 5, 1, 6, tzinfo=UTC),
    )  # fmt: skip
    file = portrait(face=face)
    default_storage.save(str(photo.original.name), ContentFile(file))
    picture = decode(io.BytesIO(file), long_side=DECODED_SIDE, max_pixels=10**6)
    sharp = jpeg(picture.image, PREVIEW_SIDE, quality=PREVIEW_QUALITY)
    photo.preview = default_storage.save(preview_key(str(photo.pk)), ContentFile(sharp))
    photo.save()
    run = builders.run(photo)
    animal = builders.box(photo, run, 0, x=0.2, y=0.2, width=0.5, height=0.6)
    default_storage.save(crop_key(str(photo.pk), 0), ContentFile(sharp))
    answer = builders.elephant(animal, taxon, runners_up=[])
    if face:
        x, y, width, height = FACE_AT
        builders.box(photo, run, 1, "person", x=x, y=y, width=width, height=height)
    verdict = Verdict.objects.create(
        photo=photo, x=0.2, y=0.2, width=0.5, height=0.6, taxon=taxon, given_by=None
    )
    write_digests([photo.pk])
    return Seen("", Photo.objects.get(pk=photo.pk), run, animal.pk, verdict.pk, answer.pk)


def reads(row: Row) -> bool:
    """Whether a request only reads: the library's files are asked for by POST."""
    return row.method == "GET" or row.data.get("action") in ("csv", "zip")


def walk(world: World, who: str, routes: Collection[str] = TABLE) -> dict[str, set[str]]:
    """Ask for all that can be read; return what each request told, where it told something."""
    told: dict[str, set[str]] = {}
    for route in routes:
        for row in filter(reads, TABLE[route]):
            for seen in world.photos:
                values = {**world.values, "project_photo": seen.photo.pk}
                asked = replace(world, values=values)
                about_it = seen if isinstance(row.need, OnPhoto) or "photo" in str(row) else None
                if about_it is None and seen is not world.photos[0]:
                    continue
                for index in (0, 1) if "<int:index>" in route else (0,):
                    with transaction.atomic():
                        content = test_routes.content(asked, who, route, row, about_it, index)
                        transaction.set_rollback(True)
                    if what := found(content):
                        told.setdefault(f"{row.method} {route}{row.query}", set()).update(what)
    return told


@pytest.mark.parametrize("who", HIDDEN_FROM)
def test_no_answer_tells_what_somebody_may_not_know(world: World, who: str) -> None:
    leaks = {one: what & HIDDEN_FROM[who] for one, what in walk(world, who).items()}
    assert {one: what for one, what in leaks.items() if what} == {}


def test_the_search_finds_both_where_they_may_be_known(world: World) -> None:
    """Else the test above would prove nothing."""
    page = "photos/<uuid:photo_id>/"
    faces = [page + one for one in ("preview", "crops/<int:index>", "original")]
    places = [page, f"{page}original", "api/v1/deployments/<uuid:deployment_id>"]
    told = walk(world, "owner", {*faces, *places, "library/map/clusters", "library/change"})
    assert all("face" in told[f"GET {one}"] for one in faces)
    assert all("place" in told[f"GET {one}"] for one in places)
    assert "place" in told["GET library/map/clusters?project=mara"]
    assert {"face", "place"} <= told["POST library/change"]


@pytest.mark.parametrize("key", FORMATS)
def test_no_format_tells_what_somebody_may_not_know(world: World, key: str) -> None:
    for who in ("viewer", "reviewer", "curator"):
        assert not found(exported(key, User.objects.get(username=who))) & HIDDEN_FROM[who], who


def test_formats_tell_owners(world: World) -> None:
    owner = User.objects.get(username="owner")
    assert "face" in found(exported("crops", owner))
    assert "place" in found(exported("csv", owner))
    assert "place" in found(exported("parquet", owner))


def exported(key: str, user: User | AnonymousUser) -> bytes:
    """What a member of the project gets in a format."""
    project = Project.objects.get()
    photos = Photo.objects.filter(project=project).order_by("-moment", "-id")
    to = io.BytesIO()
    view = view_of(user, project)
    FORMATS[key].write(records(photos, view), about(project, user), to, default_storage.open)
    return to.getvalue()


@pytest.mark.parametrize("who", ["guest", "other", "viewer", "reviewer"])
def test_nobody_closes_in_on_a_place_by_asking_for_boxes(world: World, who: str) -> None:
    """Two small boxes of one square of the grid find the same, with the place in it or not."""
    asked = [
        f"/{route}?project=mara&{name}="
        for route, rows in TABLE.items()
        for name in ("box", "view")
        if any(row.query == "?project=mara" and row.method == "GET" for row in rows)
        or route in ("api/v1/detections", "api/v1/identifications", "api/v1/verdicts")
    ]
    assert len(asked) > 10
    for path in asked:
        one, other = (_shown(world, who, path + box) for box in (AROUND, BESIDE))
        assert one.replace(AROUND, "") == other.replace(BESIDE, ""), path


def test_who_knows_places_finds_by_them(world: World) -> None:
    for path in ("/library/?project=mara&", "/api/v1/photos?project=mara&"):
        near = _shown(world, "curator", path + "box=" + AROUND)
        assert str(world.photos[0].photo.pk) in near
        far = _shown(world, "curator", path + "box=" + BESIDE)
        assert str(world.photos[0].photo.pk) not in far


def _shown(world: World, who: str, path: str) -> str:
    """What a page shows, without the tokens that are new each time and the box in its links."""
    answer = world.clients[who].get(path)
    text = unquote(answer.content.decode()).replace("&amp;", "&")
    return re.sub(r'csrfmiddlewaretoken" value="[^"]*"|"X-CSRFToken": ?"[^"]*"', "", text)


@pytest.mark.parametrize(
    "text",
    ["-24.972", "24,9721", "31.57218", "24° 58′", "2497213", SPRING, "24.98"],
)
def test_a_place_is_found_however_it_is_written(text: str) -> None:
    assert found(text.encode()) == {"place"}


@pytest.mark.parametrize("text", ["-25.0 31.5", "-24.95 31.55", "24.9 31.6", "0.91 2024.05"])
def test_the_grid_itself_is_no_place(text: str) -> None:
    assert found(text.encode()) == set()
