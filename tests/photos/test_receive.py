"""Receiving photos: each once per owner, under a safe name, or refused with a sentence."""

import threading
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.db import connection
from PIL import Image, ImageFile
from pytest_django import Settings

from tests.images import bomb, saved, scene
from tests.photos.build import files_in, photo_of, upload
from wildlife.photos import services
from wildlife.photos.models import Photo
from wildlife.photos.services import PhotoRefused, Received, receive, try_again

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    return User.objects.create_user("ann")


def refused(data: bytes) -> PhotoRefused:
    with pytest.raises(PhotoRefused) as caught:
        receive(upload(data), guest="guest")
    return caught.value


def test_a_photo_is_kept_as_it_is_with_its_facts(media: Path) -> None:
    data = saved(scene())
    received = receive(upload(data, "Our elephant.JPG"), guest="guest")
    photo = received.photo
    assert received.created
    assert (photo.state, photo.filename, photo.size) == ("waiting", "Our elephant.JPG", len(data))
    assert photo.media_type == "image/jpeg"
    assert photo.original.read() == data
    assert files_in(media) == [f"originals/{photo.pk.hex[:2]}/{photo.pk}.jpg"]


def test_a_large_upload_is_kept_from_its_temporary_file(media: Path) -> None:
    data = saved(Image.effect_noise((2048, 2048), 90))
    temporary = TemporaryUploadedFile("large.jpg", "image/jpeg", len(data), None)
    with temporary as file:
        file.write(data)
        photo = receive(file, guest="guest").photo
    assert photo.original.read() == data
    assert len(files_in(media)) == 1


def test_the_kind_is_told_by_the_content_and_not_by_the_name() -> None:
    photo = receive(upload(saved(scene(), "PNG"), "elephant.exe"), guest="guest").photo
    assert photo.media_type == "image/png"
    assert photo.original.name.endswith(".png")


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (b"", "empty", "empty"),
        (b"%PDF-1.7", "not_an_image", "not a photo"),
        (bomb(), "too_many_pixels", "3,600 million pixels"),
        (saved(scene())[:40], "cut_short", "cut short"),
        (b"GIF89a", "damaged", "damaged"),
        (saved(scene(), "TIFF")[:8] + b"\xff" * 60, "damaged", "damaged"),
    ],
)
def test_what_is_no_photo_is_refused_with_a_sentence(
    media: Path, data: bytes, code: str, words: str
) -> None:
    error = refused(data)
    assert (error.code, words in str(error)) == (code, True)
    assert str(error).endswith(".")
    assert files_in(media) == []
    assert not Photo.objects.exists()


def test_a_file_that_is_too_large_is_refused(settings: Settings) -> None:
    data = saved(scene())
    settings.MAX_UPLOAD_BYTES = len(data)
    receive(upload(data), guest="guest")
    settings.MAX_UPLOAD_BYTES = len(data) - 1
    error = refused(data)
    assert error.code == "too_large"
    assert "larger than" in str(error)


def test_no_pixel_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda self: pytest.fail("decoded"))
    for kind in ("JPEG", "PNG", "GIF", "TIFF", "BMP", "WEBP", "HEIF", "AVIF"):
        assert receive(upload(saved(scene(), kind)), guest="guest").created


def test_the_same_photo_is_kept_once_per_guest_and_per_owner(media: Path, ann: User) -> None:
    first = receive(upload(), guest="guest")
    again = receive(upload(name="copy.jpg"), guest="guest")
    assert (again.photo, again.created) == (first.photo, False)
    assert len(files_in(media)) == 1
    for other in ({"guest": "other"}, {"owner": ann}):
        assert receive(upload(), **other).created
        assert not receive(upload(), **other).created
    assert Photo.objects.count() == len(files_in(media)) == 3


def test_an_owner_hides_the_guest(ann: User) -> None:
    photo = receive(upload(), owner=ann, guest="guest").photo
    assert (photo.owner, photo.guest) == (ann, "")


@pytest.mark.django_db(transaction=True)
def test_the_same_photo_at_the_same_moment_is_kept_once(
    media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both look before either of them writes."""
    both_have_looked = threading.Barrier(2, timeout=10)
    original = services.display_name

    def meet(name: str | None) -> str:
        both_have_looked.wait()
        return original(name)

    monkeypatch.setattr(services, "display_name", meet)
    results: list[Received] = []

    def work() -> None:
        results.append(receive(upload(), guest="guest"))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one.created for one in results].count(True) == 1
    assert len({one.photo.pk for one in results}) == Photo.objects.count() == 1
    assert len(files_in(media)) == 1


def test_no_file_is_left_where_the_row_cannot_be_written(
    media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError("the database is gone")

    monkeypatch.setattr(Photo, "save", fail)
    with pytest.raises(RuntimeError):
        receive(upload(), guest="guest")
    assert files_in(media) == []


def test_a_photo_that_failed_waits_again_when_it_is_uploaded_again() -> None:
    photo = photo_of(state="failed", failure="The device was gone.", attempts=3, priority=1)
    photo.original.storage.delete(photo.original.name)
    received = receive(upload(), guest="guest", priority=Photo.Priority.INTERACTIVE)
    photo.refresh_from_db()
    assert (received.photo, received.created) == (photo, False)
    assert (photo.state, photo.failure, photo.attempts, photo.priority) == ("waiting", "", 0, 0)
    assert photo.original.storage.exists(photo.original.name)


@pytest.mark.parametrize("state", ["waiting", "running", "done"])
def test_a_photo_that_did_not_fail_stays_as_it_is(state: str) -> None:
    photo = photo_of(state=state, attempts=1)
    receive(upload(), guest="guest")
    try_again(photo)
    photo.refresh_from_db()
    assert (photo.state, photo.attempts) == (state, 1)


def test_a_photo_that_failed_can_be_tried_again() -> None:
    assert try_again(photo_of(state="failed", failure="No.")).state == "waiting"
