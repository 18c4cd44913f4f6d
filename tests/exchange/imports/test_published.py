"""A package that others published comes in with its photos, and leaves in every format."""

import csv
import io
import json
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from dwca.read import DwCAReader
from pycocotools.coco import COCO

from tests.exchange.camtrap_rules import faults
from tests.exchange.imports.conftest import Bring
from tests.exchange.owners import left_to_speciesnet, validated_by_megadetector
from tests.exchange.rows import ALL
from tests.web import builders
from wildlife.exchange.formats import FORMATS
from wildlife.exchange.source import about, records
from wildlife.identifications.digests import write_digests
from wildlife.photos.models import Photo
from wildlife.projects.models import Project
from wildlife.species.models import Taxon

pytestmark = [pytest.mark.django_db, pytest.mark.shared]


@pytest.fixture
def published(bring: Bring, project: Project, shared_dir: Path) -> list[Path]:
    """The photos of the package, brought in with its tables."""
    folder = shared_dir / "photos/camera-trap/camtrap-dp"
    rows = csv.DictReader((folder / "observations.csv").open())
    for name in {row["scientificName"] for row in rows} - {"", "Homo sapiens"}:
        slug = name.lower().replace(" ", "-")
        Taxon.objects.create(slug=slug, scientific_name=name, rank="species")
    builders.refresh()
    to = io.BytesIO()
    with ZipFile(to, "w") as archive:
        for file in folder.iterdir():
            archive.write(file, file.name)
    job = bring(to.getvalue(), "package.zip", time_zone="Europe/Brussels")
    pictures = sorted(folder.glob("*.JPG"))
    assert (job.state, job.counts["photos_added"]) == ("done", len(pictures))
    assert job.counts["not_here"] == 423 - len(pictures)  # they are on the site of the owners
    write_digests(project.photos.values_list("pk", flat=True))
    return pictures


def _export(key: str, project: Project, folder: Path) -> Path:
    path = folder / f"{key}{FORMATS[key].suffix}"
    photos = Photo.objects.filter(project=project).order_by("-moment", "-id")
    who = about(project, User.objects.get())
    with path.open("wb") as to:
        told = records(photos, ALL, "https://example.org")
        assert FORMATS[key].write(told, who, to, default_storage.open) == []
    return path


def test_it_leaves_in_every_format(published: list[Path], project: Project, tmp_path: Path) -> None:
    files = {key: _export(key, project, tmp_path) for key in FORMATS}
    with ZipFile(files["camtrap-dp-photos"]) as archive:
        archive.extractall(tmp_path / "package")
    assert faults(tmp_path / "package") == []
    media = (tmp_path / "package/media").rglob("*.JPG")
    hashes = {sha256(file.read_bytes()).hexdigest() for file in published}
    assert {sha256(file.read_bytes()).hexdigest() for file in media} == hashes
    results = json.loads(files["megadetector"].read_text())
    assert validated_by_megadetector(results)["errors"] == []
    names = [one["file"] for one in results["images"]]
    read, anew = left_to_speciesnet(str(files["speciesnet"]), names)
    assert (len(read), anew) == (len(published), [])
    coco = COCO(str(files["coco"]))
    assert len(coco.getImgIds()) == len(published)
    with DwCAReader(str(files["darwin-core"])) as archive:
        animals = {row.data["http://rs.tdwg.org/dwc/terms/scientificName"] for row in archive}
    assert animals == {"Ardea"}
    assert all(file.stat().st_size for file in files.values())
