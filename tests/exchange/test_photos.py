"""Photos leave with keywords, blurred for who may not see the people on them."""

import csv
import io
from datetime import UTC, datetime, timedelta, timezone
from xml.etree import ElementTree as ET
from zipfile import ZIP_STORED, ZipFile

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import ExifTags, Image

from tests.exchange.rows import ALL, photos
from tests.searching import found, portrait
from tests.web import builders
from wildlife.exchange import jobs
from wildlife.exchange.formats import FORMATS, xmp
from wildlife.exchange.records import PhotoRecord, PlaceRecord
from wildlife.exchange.source import about, records
from wildlife.identifications import blurring
from wildlife.photos.models import Photo
from wildlife.projects.models import Membership, Project, Role

pytestmark = pytest.mark.django_db
ELEPHANT = (
    "Animalia", "Chordata", "Mammalia", "Proboscidea", "Elephantidae", "Loxodonta",
    "Loxodonta africana",
)  # fmt: skip


@pytest.fixture
def real(elephant: Photo) -> Photo:
    """The elephant's photo as a file that can be looked at, with a face where the person is."""
    elephant.detections.filter(category="person").update(x=0.3, y=0.3, width=0.2, height=0.4)
    _stored(elephant, portrait(face=True))
    return Photo.objects.get(pk=elephant.pk)


def _stored(photo: Photo, file: bytes, media_type: str = "image/jpeg") -> None:
    photo.original = default_storage.save("originals/real", ContentFile(file))
    photo.media_type = media_type
    photo.save()


def _exported(project: Project, key: str, role: Role) -> tuple[ZipFile, list[list[object]]]:
    user = User.objects.create_user(role)
    Membership.objects.create(project=project, user=user, role=role)
    job = jobs.ask(user, project, key)
    jobs.make(job.pk)
    job.refresh_from_db()
    with job.file.open("rb") as file:
        return ZipFile(io.BytesIO(file.read())), job.notes


def _words(packet: bytes, name: str) -> list[str | None]:
    prefix, _, local = name.partition(":")
    (there,) = ET.fromstring(packet.strip()).iter(f"{{{xmp._SPACES[prefix]}}}{local}")
    return [one.text for one in there.iter(f"{{{xmp._SPACES['rdf']}}}li")]


def test_a_jpeg_carries_its_keywords_and_is_otherwise_as_it_was(real: Photo) -> None:
    archive, notes = _exported(Project.objects.get(), "photos", Role.OWNER)
    (name,) = archive.namelist()
    assert name == f"{real.sha256[:12]}/=IMG 1.JPG"
    image = Image.open(io.BytesIO(archive.read(name)))
    packet = image.info["xmp"]
    assert _words(packet, "dc:subject") == [
        "Loxodonta africana", "African savanna elephant", "person"
    ]  # fmt: skip
    assert _words(packet, "digiKam:TagsList") == ["/".join(ELEPHANT), "person"]
    assert _words(packet, "lr:hierarchicalSubject") == ["|".join(ELEPHANT), "person"]
    assert b'exif:GPSLatitude="2,9.180000S"' in packet
    assert b'exif:GPSLongitude="37,15.720000E"' in packet
    assert b'exif:DateTimeOriginal="2024-05-01T06:30:00+03:00"' in packet
    assert notes == []
    original = Image.open(io.BytesIO(portrait(face=True)))
    assert image.tobytes() == original.tobytes()
    assert image.getexif()[ExifTags.Base.Model] == "Trail 1"


@pytest.mark.parametrize("role", [Role.VIEWER, Role.CURATOR])
def test_people_are_blurred_and_places_as_coarse_as_they_may_be_known(
    real: Photo, role: Role
) -> None:
    Photo.objects.update(latitude=-24.97213, longitude=31.57218)
    archive, notes = _exported(Project.objects.get(), "photos", role)
    (name,) = archive.namelist()
    content = archive.read(name)
    assert found(content) == set()
    image = Image.open(io.BytesIO(content))
    assert not image.getexif()
    assert _words(image.info["xmp"], "dc:subject")[0] == "Loxodonta africana"
    exact = b"24,58.327800S" in image.info["xmp"]
    assert exact is (role == Role.CURATOR)
    assert notes == []


def test_other_types_have_a_sidecar_and_are_as_they_were(real: Photo) -> None:
    to = io.BytesIO()
    Image.new("RGB", (8, 8)).save(to, "PNG")
    _stored(real, to.getvalue(), "image/png")
    Photo.objects.update(filename="a.png")
    archive, _ = _exported(Project.objects.get(), "photos", Role.OWNER)
    name = f"{real.sha256[:12]}/a.png"
    assert archive.namelist() == [name, f"{name}.xmp"]
    assert archive.read(name) == to.getvalue()
    assert _words(archive.read(f"{name}.xmp"), "digiKam:TagsList")[0] == "/".join(ELEPHANT)


def test_a_broken_jpeg_is_kept_with_a_sidecar(elephant: Photo) -> None:
    archive, _ = _exported(Project.objects.get(), "photos", Role.OWNER)
    name = f"{elephant.sha256[:12]}/=IMG 1.JPG"
    assert archive.namelist() == [name, f"{name}.xmp"]
    with default_storage.open(str(elephant.original.name)) as file:
        assert archive.read(name) == file.read()


def test_what_nobody_looked_at_yet_is_left_out_for_who_may_not_see_people(real: Photo) -> None:
    Photo.objects.update(state="pending")
    archive, notes = _exported(Project.objects.get(), "photos", Role.VIEWER)
    assert archive.namelist() == []
    assert notes == [["not_there", 1]]
    crops, _ = _exported(Project.objects.get(), "crops", Role.CURATOR)
    assert crops.namelist() == []


@pytest.mark.parametrize("role", [Role.VIEWER, Role.CURATOR, Role.OWNER])
def test_a_package_has_photos_as_its_asker_may_see_them(real: Photo, role: Role) -> None:
    builders.photo("", project=real.project, latitude=1.0, longitude=36.0, state="failed",
                   name="a.png", taken_at=real.taken_at)  # fmt: skip
    Photo.objects.filter(filename="a.png").update(media_type="image/png", original="gone")
    archive, notes = _exported(Project.objects.get(), "camtrap-dp-photos", role)
    rows = csv.DictReader(io.StringIO(archive.read("media.csv").decode()))
    one, lost = sorted(rows, key=lambda row: row["fileMediatype"])
    assert one["filePath"] == f"media/{real.sha256[:12]}/=IMG 1.JPG"
    assert (one["mediaID"], one["filePublic"]) == (real.sha256, "true")
    content = archive.read(one["filePath"])
    assert (content == portrait(face=True)) is (role == Role.OWNER)
    assert ("face" in found(content)) is (role == Role.OWNER)
    assert archive.getinfo(one["filePath"]).compress_type == ZIP_STORED
    assert "/api/v1/photos/" in lost["filePath"]
    assert lost["filePublic"] == "false"
    assert notes == [["only_address", 1]]


def test_missing_blurred_crops_are_made_by_the_job(real: Photo) -> None:
    archive, notes = _exported(Project.objects.get(), "crops", Role.VIEWER)
    (name,) = archive.namelist()
    assert name.startswith("loxodonta-africana/")
    assert "face" not in found(archive.read(name))
    assert notes == []


def test_only_what_opens_pictures_has_them_blurred(
    real: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(blurring, "make", asked.extend)
    for key in FORMATS:
        job = jobs.ask(_viewer(key), Project.objects.get(), key)
        jobs.make(job.pk)
    assert asked == [real.pk] * sum(one.pictures for one in FORMATS.values())


def _viewer(name: str) -> User:
    user = User.objects.create_user(name)
    Membership.objects.create(project=Project.objects.get(), user=user, role=Role.VIEWER)
    return user


def test_own_xmp_of_a_photo_is_replaced_and_its_other_segments_stay(real: Photo) -> None:
    to = io.BytesIO()
    Image.new("RGB", (8, 8)).save(to, "JPEG", xmp=b"<old/>", comment=b"hello")
    made = b"".join(xmp.into_jpeg(io.BytesIO(to.getvalue()), b"<new/>"))
    image = Image.open(io.BytesIO(made))
    assert (image.info["xmp"], image.info["comment"]) == (b"<new/>", b"hello")
    assert b"<old/>" not in made
    with pytest.raises(ValueError, match="too much"):
        next(xmp.into_jpeg(io.BytesIO(to.getvalue()), b"x" * 65_536))
    with pytest.raises(ValueError, match="no JPEG"):
        next(xmp.into_jpeg(io.BytesIO(b"GIF89a"), b""))


def _record(place: PlaceRecord | None, state: str = "done") -> PhotoRecord:
    moment = datetime(2024, 5, 1, tzinfo=timezone(timedelta(hours=3)))
    return PhotoRecord(
        "1", "a.jpg", "0" * 64, "image/jpeg", 4, 3, moment, datetime(2024, 6, 1, tzinfo=UTC), "",
        state, "", place, None, None, (), "", "",
    )  # fmt: skip


def test_places_are_written_in_minutes_and_empty_photos_say_so() -> None:
    packet = xmp.packet(_record(PlaceRecord(0.99999999999, -179.5)))
    assert b'GPSLatitude="1,0.000000N"' in packet
    assert b'GPSLongitude="179,30.000000W"' in packet
    assert _words(packet, "dc:subject") == ["empty"]
    unseen = xmp.packet(_record(None, "pending"))
    assert b"GPS" not in unseen
    assert b"subject" not in unseen


def test_lost_files_are_counted(elephant: Photo) -> None:
    default_storage.delete(str(elephant.original.name))
    told = records(photos(), ALL)
    owner = User.objects.create_user("ann")
    notes = FORMATS["photos"].write(told, about(None, owner), io.BytesIO(), default_storage.open)
    assert len(notes) == 1
