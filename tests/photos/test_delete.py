"""Deleting is for good: rows and files."""

from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage
from pytest_django import DjangoCaptureOnCommitCallbacks

from pipelines.keys import crop_key
from tests.photos.build import files_in, photo_of, put
from wildlife.photos.models import Photo
from wildlife.photos.services import PhotoBusy, delete, delete_all

pytestmark = pytest.mark.django_db


def with_renditions(**values: object) -> Photo:
    photo = photo_of(**values)
    photo.preview = f"previews/{photo.pk}.jpg"
    photo.save()
    for key in (photo.preview, crop_key(str(photo.pk), 0), crop_key(str(photo.pk), 1)):
        put(key)
    return photo


def test_rows_and_all_files_go(
    media: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    photo, other = with_renditions(), with_renditions(side=65, state="done")
    with django_capture_on_commit_callbacks(execute=True):
        delete(photo)
    assert list(Photo.objects.all()) == [other]
    left = files_in(media)
    assert len(left) == 4
    assert all(str(other.pk) in name for name in left)
    assert not (media / "crops" / str(photo.pk)).exists()


def test_files_stay_where_the_transaction_fails(
    media: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    photo = with_renditions()
    with django_capture_on_commit_callbacks(execute=False):
        delete(photo)
    assert len(files_in(media)) == 4


def test_one_file_that_cannot_be_removed_keeps_no_other(
    media: Path,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    photo = with_renditions()
    remove = FileSystemStorage.delete

    def fail(storage: FileSystemStorage, name: str) -> None:
        if name == photo.preview:
            raise OSError("the disk is away")
        remove(storage, name)

    monkeypatch.setattr(FileSystemStorage, "delete", fail)
    with django_capture_on_commit_callbacks(execute=True):
        delete(photo)
    assert files_in(media) == [photo.preview]


def test_a_photo_that_is_being_looked_at_stays() -> None:
    photo = with_renditions(state="running")
    with pytest.raises(PhotoBusy):
        delete(photo)
    assert Photo.objects.filter(pk=photo.pk).exists()


def test_deleting_twice_is_no_error() -> None:
    photo = with_renditions()
    delete(photo)
    delete(photo)


def test_many_are_deleted_but_those_being_looked_at() -> None:
    with_renditions()
    running = with_renditions(side=65, state="running")
    assert delete_all(Photo.objects.all()) == 1
    assert list(Photo.objects.all()) == [running]
