"""What strangers bring by mistake or on purpose: told item by item, and the rest is taken."""

import io
import json
from collections.abc import Callable
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.utils import translation
from PIL import Image

from tests.exchange.imports.conftest import Bring, codes
from tests.images import saved
from wildlife.exchange.imports.readers import camtrap_dp
from wildlife.projects.models import Project
from wildlife.species.models import Taxon

pytestmark = pytest.mark.django_db
HOME = "https://raw.githubusercontent.com/tdwg/camtrap-dp"
TABLES = ("deployments", "media", "observations")
GOOD = "media/good.jpg"


def _package(*paths: str, version: str = "1.0.2") -> dict[str, str | bytes]:
    """The tables of a package with these media, each of them blank."""
    told = {"profile": f"{HOME}/{version}/camtrap-dp-profile.json",
            "resources": [{"name": one, "path": f"{one}.csv"} for one in TABLES]}  # fmt: skip
    media = "".join(f'm{number},"{path}"\n' for number, path in enumerate(paths))
    said = "".join(f"m{number},blank,human,bob\n" for number in range(len(paths)))
    return {
        "datapackage.json": json.dumps(told),
        "deployments.csv": "deploymentID,latitude,longitude\n",
        "media.csv": f"mediaID,filePath\n{media}",
        "observations.csv": f"mediaID,observationType,classificationMethod,classifiedBy\n{said}",
    }


def _picture(colour: str = "red") -> bytes:
    return saved(Image.new("RGB", (16, 12), colour))


def _zip(files: dict[str, str | bytes]) -> bytes:
    to = io.BytesIO()
    with ZipFile(to, "w", ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return to.getvalue()


@pytest.mark.parametrize(
    ("path", "content", "code"),
    [
        ("../out.jpg", _picture("blue"), "bad_name"),
        ("/etc/out.jpg", _picture("blue"), "bad_name"),
        ("C:/out.jpg", _picture("blue"), "bad_name"),
        ("media/empty.jpg", b"", "empty"),
        ("media/text.jpg", b"no picture, but a text", "not_an_image"),
        ("media/half.jpg", _picture("blue")[:60], "cut_short"),
        ("media/bomb.bmp", b"BM" + bytes(20_000_000), "bomb"),
        ("media/inner.jpg", _zip({"a.jpg": b""}), "nested"),
        ("media/gone.jpg", None, "not_here"),
    ],
)
def test_a_bad_photo_in_a_package_is_told_and_the_others_are_taken(
    bring: Bring, project: Project, path: str, content: bytes | None, code: str
) -> None:
    files = {**_package(path, GOOD), GOOD: _picture()}
    if content is not None:
        files[path] = content
    job = bring(_zip(files), "p.zip")
    assert (job.state, codes(job)) == ("done", [code])
    problem = job.problems.get()
    assert (problem.item, problem.line) == (path, 2)
    assert problem.why.endswith(".")
    photo = project.photos.get()
    assert (photo.filename, photo.verdicts.get().kind) == ("good.jpg", "no_animal")


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_names_in_other_alphabets_are_found(bring: Bring, project: Project, encoding: str) -> None:
    """As packed by programs that do not mark how they write names."""
    raw = "大熊猫.jpg".encode(encoding)
    data = _zip({**_package("大熊猫.jpg"), "x" * len(raw): _picture()})
    job = bring(data.replace(b"x" * len(raw), raw), "p.zip")
    assert (job.state, codes(job)) == ("done", [])
    assert project.photos.get().filename == "大熊猫.jpg"


def _half(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _damaged(data: bytes) -> bytes:
    at = data.index(b"media.csv") + len("media.csv") + 2
    return data[:at] + b"\xff\xff" + data[at + 2 :]


@pytest.mark.parametrize(
    ("spoil", "told"),
    [(_half, "cut short or damaged"), (_damaged, "media.csv is damaged"), (bytes, "")],
)
def test_an_archive_that_is_damaged_changes_nothing(
    bring: Bring, project: Project, spoil: Callable[[bytes], bytes], told: str
) -> None:
    job = bring(spoil(_zip({**_package(GOOD), GOOD: _picture()})), "p.zip")
    assert job.state == ("failed" if told else "done")
    assert told in job.why
    assert project.photos.exists() is not bool(told)


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({"info": {"format_version": "20991231"}, "predictions": []}, "20991231"),
        ({"info": {"format_version": "1.7"}, "detection_categories": {}, "images": []}, "1.7"),
        (_zip(_package(version="2.0")), "not Camtrap DP 1.0"),
        (_zip({**_package(), "datapackage.json": "[" * 100_000}), "no JSON"),
        (_zip({**_package(), "datapackage.json": "{}"}), "not Camtrap DP 1.0"),
        (_zip({"datapackage.json": _package()["datapackage.json"]}), "no file"),
    ],
)
def test_a_document_of_another_version_is_refused(
    bring: Bring, document: object, told: str
) -> None:
    job = bring(document, "a.zip" if isinstance(document, bytes) else "a.json")
    assert job.state == "failed"
    assert told in job.why


def test_a_package_in_a_folder_has_its_photos_beside_it(bring: Bring, project: Project) -> None:
    files = {f"card 1/{name}": content for name, content in _package(GOOD).items()}
    job = bring(_zip({**files, f"card 1/{GOOD}": _picture()}), "p.zip")
    assert (job.state, codes(job), project.photos.count()) == ("done", [], 1)


def test_a_time_that_was_none_is_not_brought_back(bring: Bring, project: Project) -> None:
    files = _package(GOOD, "media/other.jpg")
    files["media.csv"] = (
        "mediaID,timestamp,filePath,mediaComments\n"
        f"m0,2024-05-02T06:30:00Z,{GOOD},{camtrap_dp.NO_TIME}\n"
        "m1,2024-05-02T06:30:00Z,media/other.jpg,\n"
    )
    bring(_zip({**files, GOOD: _picture(), "media/other.jpg": _picture("blue")}), "p.zip")
    times = dict(project.photos.values_list("filename", "taken_at"))
    assert times["good.jpg"] is None
    assert times["other.jpg"] is not None


def test_what_is_wrong_is_told_in_each_readers_language(
    bring: Bring, project: Project, taxa: dict[str, Taxon]
) -> None:
    table = b"file,taxon\nIMG_9.JPG,lion\n"
    job = bring(table, "a.csv", only_look=True)
    refused = bring({"info": {"format_version": "1.7"}, "images": [{"file": "a"}]})
    with translation.override("zh-hans"):
        told = [job.problems.get().why, refused.why]
    assert "1.7" in told[1]
    for one in told:
        assert one.isascii() is False
        assert "No photo here" not in one
        assert "can be read" not in one
