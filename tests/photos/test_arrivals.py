"""Uploads of many files: doing anything twice changes nothing."""

import hashlib

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings

from tests.images import saved, scene
from tests.photos.build import photo_of, upload
from wildlife.photos import arrivals, batches
from wildlife.photos.arrivals import (
    Announced,
    UploadFull,
    announce,
    begin,
    priority_of,
    skip_known,
    take,
)
from wildlife.photos.filenames import display_path
from wildlife.photos.keeper import Keeper
from wildlife.photos.models import Photo, Upload, UploadItem
from wildlife.photos.refusals import PhotoRefused
from wildlife.photos.services import receive

pytestmark = pytest.mark.django_db

FILES = [Announced(f"{number}", f"DCIM/{number}.jpg", 100) for number in range(7)]


def guests(files: list[Announced] = FILES, guest: str = "guest") -> tuple[Upload, list[UploadItem]]:
    batch = begin(files, Keeper(guest=guest))
    return batch, announce(batch, files)


def photo(side: int = 64) -> bytes:
    return saved(scene(side))


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_announcing_twice_makes_each_file_one_item_in_the_order_asked_for() -> None:
    batch, items = guests()
    again = announce(batch, FILES[::-1])
    assert [item.pk for item in again] == [item.pk for item in items][::-1]
    assert [item.path for item in items] == [file.path for file in FILES]
    assert batch.items.count() == 7


def test_the_same_files_go_on_with_their_unfinished_upload_and_others_begin_a_new_one() -> None:
    batch, items = guests()
    take(items[0], upload(photo()), Photo.Priority.BULK)
    assert begin(FILES[:2], Keeper(guest="guest")) == batch
    assert begin([Announced("new", "new.jpg", 1)], Keeper(guest="guest")) != batch
    assert begin(FILES, Keeper(guest="another")) != batch
    assert begin(FILES, Keeper(User.objects.create_user("ann"))) != batch


def test_a_finished_upload_is_not_gone_on_with() -> None:
    batch, items = guests(FILES[:1])
    take(items[0], upload(photo()), Photo.Priority.INTERACTIVE)
    assert begin(FILES[:1], Keeper(guest="guest")) != batch


def test_only_what_the_same_owner_has_is_skipped() -> None:
    data, others = photo(), photo(65)
    receive(upload(data), guest="guest")
    receive(upload(others), guest="another")
    batch, items = guests()
    settled = skip_known(batch, {items[0].pk: sha256(data), items[1].pk: sha256(others)})
    assert [(item.pk, item.state) for item in settled] == [(items[0].pk, "known")]
    assert batch.items.filter(state="expected").count() == 6


def test_a_photo_that_failed_is_asked_for_again() -> None:
    photo_of(state="failed")
    batch, items = guests()
    assert skip_known(batch, {items[0].pk: sha256(photo())}) == []
    take(items[0], upload(photo()), Photo.Priority.BULK)
    assert Photo.objects.get().state == "waiting"


def test_items_of_other_uploads_are_not_touched() -> None:
    receive(upload(photo()), guest="guest")
    _, theirs = guests(guest="another")
    batch, _ = guests()
    assert skip_known(batch, {theirs[0].pk: sha256(photo())}) == []


def test_a_file_whose_answer_was_lost_is_still_counted_as_taken() -> None:
    batch, items = guests()
    received = receive(upload(photo()), guest="guest", upload=batch)
    take(items[0], upload(photo()), Photo.Priority.BULK)
    assert (items[0].state, items[0].photo) == ("taken", received.photo)
    take(items[0], upload(photo()), Photo.Priority.BULK)
    take(items[1], upload(photo()), Photo.Priority.BULK)
    assert (items[0].state, items[1].state) == ("taken", "known")
    assert Photo.objects.count() == 1


def test_a_refused_file_says_why_and_a_good_one_in_its_place_is_taken() -> None:
    _, items = guests()
    take(items[0], upload(b""), Photo.Priority.BULK)
    items[0].refresh_from_db()
    assert (items[0].state, items[0].code) == ("refused", "empty")
    assert items[0].problem.endswith(".")
    take(items[0], upload(photo()), Photo.Priority.BULK)
    assert (items[0].state, items[0].problem) == ("taken", "")


def test_a_refusal_that_passes_settles_nothing(settings: Settings) -> None:
    settings.GUEST_QUOTA_BYTES = 1
    _, items = guests()
    with pytest.raises(PhotoRefused):
        take(items[0], upload(photo()), Photo.Priority.BULK)
    items[0].refresh_from_db()
    assert items[0].state == "expected"


def test_what_was_cancelled_meanwhile_stays_cancelled_whatever_comes() -> None:
    batch, items = guests()
    batches.cancel(batch)
    take(items[0], upload(photo()), Photo.Priority.BULK)
    arrivals.refuse(items[1], "empty", "This file is empty.")
    for item in items[:2]:
        assert (item.state, item.code) == ("refused", "cancelled")
        item.refresh_from_db()
        assert (item.state, item.code, item.photo) == ("refused", "cancelled", None)
    take(items[0], upload(photo(65)), Photo.Priority.BULK)
    assert Photo.objects.count() == 1


def test_many_files_let_other_visitors_go_first() -> None:
    batch, _ = guests(FILES[:5])
    assert priority_of(batch) == Photo.Priority.INTERACTIVE
    announce(batch, FILES)
    assert priority_of(batch) == Photo.Priority.BULK


def test_an_upload_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrivals, "MOST_ITEMS", 6)
    with pytest.raises(UploadFull):
        guests()


def test_an_archive_that_is_too_large_is_refused_before_it_is_sent(settings: Settings) -> None:
    settings.MAX_ARCHIVE_BYTES = 10
    _, items = guests([Announced("a", "a.ZIP", 11), Announced("b", "b.zip", 10)])
    assert [item.state for item in items] == ["refused", "expected"]
    assert all(item.is_archive for item in items)


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("DCIM/100/a.jpg", "DCIM/100/a.jpg"),
        ("../../etc/passwd", "etc/passwd"),
        ("C:\\x\\a.jpg", "C:/x/a.jpg"),
        ("照片/熊猫.jpg", "照片/熊猫.jpg"),
        ("a/\u202egpj.exe", "a/gpj.exe"),
        ("", "photo"),
        ("//", "photo"),
    ],
)
def test_a_path_is_cleaned(path: str, shown: str) -> None:
    assert display_path(path) == shown


def test_a_long_path_keeps_its_end() -> None:
    assert display_path("/".join(["folder" * 10] * 9) + "/a.jpg").endswith("/a.jpg")
    assert len(display_path("/".join(["folder" * 10] * 9) + "/a.jpg")) <= 255
