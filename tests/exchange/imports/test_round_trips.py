"""Export, import into an empty project, export: the same, for each format that can be both."""

import io
import json
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import uuid4
from zipfile import ZipFile

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from tests.exchange.imports.conftest import Bring, codes
from tests.exchange.rows import ALL
from tests.images import saved
from tests.web import builders
from wildlife.exchange.formats import FORMATS
from wildlife.exchange.source import about, records
from wildlife.identifications import events
from wildlife.identifications.events import ask_for_events_of
from wildlife.identifications.models import Identification, Verdict
from wildlife.photos.models import Photo
from wildlife.projects.models import Deployment, Membership, Project, Role
from wildlife.species.models import Taxon

pytestmark = pytest.mark.django_db
SIZES = {"width": 1000, "height": 800}
SUFFIXES = {"camtrap-dp": ".zip"}


@pytest.fixture
def photos(project: Project, taxa: dict[str, Taxon], ann: User) -> list[Photo]:
    """An elephant by models, a lion by a person, and one with nothing on it."""
    project.sampling_design = "targeted"
    project.save()
    deployment = Deployment.objects.create(
        project=project, name="D1", latitude=1.5, longitude=36.25, time_zone="Africa/Nairobi",
        start=datetime(2024, 5, 1, tzinfo=UTC), end=datetime(2024, 6, 1, tzinfo=UTC),
        habitat="savanna",
    )  # fmt: skip
    made = [
        builders.photo("", project=project, deployment=deployment, utc_offset=180, name=name,
                       taken_at=datetime(2024, 5, 2, 6, hour, tzinfo=UTC), **SIZES)
        for hour, name in enumerate(("IMG_1.JPG", "IMG_2.JPG", "IMG_3.JPG"))
    ]  # fmt: skip
    run = builders.run(made[0])
    run.lineup["detector"] = {"name": "net 1", "release": "net 1"}
    run.save()
    row = builders.box(made[0], run, 0)
    answer = {"confidence": 0.9, "agreement": 1.0, "reason": "species"}
    Identification.objects.create(detection=row, taxon=taxa["loxodonta-africana"], **answer,
                                  runners_up=[["loxodonta-cyclotis", 0.05]])  # fmt: skip
    row.votes.create(expert="net", release="net 1", weight=1.0, scores=[])
    verdict = Verdict.objects.create(
        photo=made[1], x=0.1, y=0.2, width=0.3, height=0.4, taxon=taxa["panthera-leo"], count=2,
        sex="female", life_stage="adult", behaviour="resting", given_by=ann,
    )  # fmt: skip
    at = datetime(2024, 7, 1, 8, 30, tzinfo=UTC)
    Verdict.objects.filter(pk=verdict.pk).update(given_at=at)
    blank = builders.box(made[2], run, 0)
    blank.whole_image, blank.x, blank.y, blank.width, blank.height = True, 0.0, 0.0, 1.0, 1.0
    blank.save()
    Identification.objects.create(detection=blank, confidence=0.8, agreement=1.0,
                                  reason="no_animal")  # fmt: skip
    blank.votes.create(expert="net", release="net 1", weight=1.0, scores=[])
    return made


@pytest.fixture
def empty(photos: list[Photo], project: Project, ann: User) -> Project:
    """Another project with the same files, of which nothing is known."""
    other = _like(project, ann)
    for one in photos:
        row = builders.photo("", project=other, state="waiting", name=one.filename, **SIZES,
                             taken_at=one.taken_at, utc_offset=one.utc_offset)  # fmt: skip
        Photo.objects.filter(pk=row.pk).update(
            sha256=one.sha256, received_at=one.received_at, preview=one.preview
        )
    return other


def _like(project: Project, ann: User) -> Project:
    """Make a project that is called the same, without photos."""
    other = Project.objects.create(slug="empty", name=project.name, sampling_design="targeted")
    Project.objects.filter(pk=other.pk).update(created_at=project.created_at)
    Membership.objects.create(project=other, user=ann, role=Role.CURATOR)
    other.refresh_from_db()
    return other


def _export(key: str, project: Project, user: User) -> bytes:
    to = io.BytesIO()
    photos = Photo.objects.filter(project=project).order_by("moment", "filename")
    FORMATS[key].write(
        records(photos.order_by("-moment", "-id"), ALL), about(project, user), to,
        default_storage.open,
    )  # fmt: skip
    return to.getvalue()


def _plain(key: str, content: bytes) -> Any:
    """Return what a file says, without the moment it was written, addresses and order."""
    if key.startswith("camtrap-dp"):
        with ZipFile(io.BytesIO(content)) as archive:
            told = {name: archive.read(name) for name in archive.namelist()}
        package = json.loads(told.pop("datapackage.json"))
        del package["name"]
        tables = {
            name: sorted(_without_urls(told.pop(f"{name}.csv").decode()))
            for name in ("deployments", "media", "observations")
        }
        photos = {name: sha256(content).hexdigest() for name, content in told.items()}
        return package, tables, photos
    told = json.loads(content)
    told.get("info", {}).pop("detection_completion_time", None)
    for name in ("images", "predictions", "annotations"):
        if name in told:
            told[name].sort(key=lambda one: json.dumps(one, sort_keys=True))
    return told


def _without_urls(text: str) -> list[str]:
    lines = text.splitlines()
    return [",".join(cell for cell in line.split(",") if "/api/v1/" not in cell) for line in lines]


@pytest.mark.parametrize(
    "key", ["megadetector", "speciesnet", "speciesnet-old", "coco", "camtrap-dp"]
)
def test_what_was_exported_and_imported_is_exported_the_same(
    key: str, bring: Bring, project: Project, empty: Project, ann: User
) -> None:
    if key != "camtrap-dp":  # the others tell nothing of deployments
        theirs = project.deployments.get()
        theirs.pk, theirs.project = uuid4(), empty
        theirs.save(force_insert=True)
        empty.photos.update(deployment=theirs)
    content = _export(key, project, ann)
    name = f"answers{SUFFIXES.get(key, '.json')}"
    job = bring(content, name, project=empty, time_zone="Africa/Nairobi")
    assert (job.state, job.counts["matched"]) == ("done", 3)
    assert codes(job) == []
    assert _plain(key, _export(key, empty, ann)) == _plain(key, content)


def test_a_package_with_photos_fills_an_empty_project(
    bring: Bring, project: Project, photos: list[Photo], ann: User
) -> None:
    for one, colour in zip(photos, ("red", "green", "blue"), strict=True):
        picture = saved(Image.new("RGB", (16, 12), colour))
        one.original = default_storage.save(f"originals/{colour}", ContentFile(picture))
        one.sha256 = sha256(picture).hexdigest()
        one.save()
    ask_for_events_of([one.pk for one in photos])
    events.go_on()
    content = _export("camtrap-dp-photos", project, ann)
    other = _like(project, ann)
    job = bring(content, "answers.zip", project=other, time_zone="Africa/Nairobi")
    assert (job.state, job.counts["photos_added"], codes(job)) == ("done", 3, [])
    events.go_on()
    told = _plain("camtrap-dp-photos", content)
    assert set(told[2].values()) == {one.sha256 for one in photos}
    assert _plain("camtrap-dp-photos", _export("camtrap-dp-photos", other, ann)) == told
    again = bring(content, "answers.zip", project=other, time_zone="Africa/Nairobi")
    changed = [name for name, count in again.counts.items() if count]
    assert sorted(changed) == ["answers_same", "matched", "photos", "verdicts_same"]


@pytest.mark.parametrize("key", ["camtrap-dp", "coco", "csv"])
def test_a_project_reads_its_own_export_and_changes_nothing(
    key: str, bring: Bring, project: Project, photos: list[Photo], ann: User
) -> None:
    content = _export(key, project, ann)
    before = list(Verdict.objects.values())
    suffix = {"csv": ".csv", "coco": ".json"}.get(key, ".zip")
    job = bring(content, f"answers{suffix}", time_zone="Africa/Nairobi", only_look=True)
    assert job.counts["matched"] == 3
    if key != "coco":  # which does not tell who says what
        assert job.counts["verdicts_new"] == job.counts["verdicts_changed"] == 0
    assert list(Verdict.objects.values()) == before
