"""What was deleted goes from the storage too, whatever dies in between."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.db import transaction
from django.utils import timezone

from tests.photos.build import files_in, photo_of, put
from wildlife.photos import leftovers
from wildlife.photos.models import Leftover, Photo
from wildlife.photos.services import delete

pytestmark = pytest.mark.django_db


def due() -> None:
    Leftover.objects.update(due_at=timezone.now() - timedelta(seconds=1))


def test_files_of_a_process_that_died_after_the_transaction_are_removed_later(media) -> None:
    delete(photo_of())  # nothing that waits for the commit happens in this test
    assert len(files_in(media)) == 1

    leftovers.tend()
    assert len(files_in(media)) == 1  # whoever deletes it may still be at it

    due()
    leftovers.tend()
    assert files_in(media) == []
    assert not Leftover.objects.exists()


def test_the_file_of_a_process_that_died_before_it_wrote_the_row_is_removed_later(
    media, monkeypatch
) -> None:
    def die(*args: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(Photo, "save", die)
        patch.setattr(leftovers, "_remove", die)
        with pytest.raises(SystemExit):
            photo_of()
    assert len(files_in(media)) == 1

    leftovers.tend()
    assert len(files_in(media)) == 1  # whoever stores it may still be at it

    due()
    leftovers.tend()
    assert files_in(media) == []
    assert not Leftover.objects.exists()


def test_a_photo_that_is_here_leaves_nothing_to_remove(media) -> None:
    photo_of()
    assert not Leftover.objects.exists()
    assert len(files_in(media)) == 1


def test_no_row_is_written_for_a_file_that_was_removed_meanwhile(media, monkeypatch) -> None:
    save = FileSystemStorage.save

    def slow(*args: Any) -> str:
        name = save(*args)
        due()
        leftovers.tend()
        return name

    monkeypatch.setattr(FileSystemStorage, "save", slow)
    with pytest.raises(TimeoutError):
        photo_of()
    assert not Photo.objects.exists()


def test_nothing_is_left_to_do_where_all_went_well(
    media, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        delete(photo_of())
    assert files_in(media) == []
    assert not Leftover.objects.exists()


def test_a_file_that_cannot_be_removed_is_tried_again_an_hour_later(media, monkeypatch) -> None:
    put("stuck")
    put("other")
    with transaction.atomic():
        leftovers.leave(["stuck", "other"])
    due()
    remove = FileSystemStorage.delete

    def fail(storage: FileSystemStorage, name: str) -> None:
        if name == "stuck":
            raise OSError("the disk is away")
        remove(storage, name)

    with monkeypatch.context() as patch:
        patch.setattr(FileSystemStorage, "delete", fail)
        leftovers.tend()
    assert files_in(media) == ["stuck"]
    assert Leftover.objects.get().due_at > timezone.now() + timedelta(minutes=59)

    due()
    leftovers.tend()
    assert files_in(media) == []
