"""Zip archives of strangers: each file its own verdict, whatever the others are."""

import io
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from tests.images import saved, scene
from tests.photos.build import files_in
from tests.photos.build import upload as uploaded
from wildlife.identifications import unpacking
from wildlife.photos import arrivals, batches
from wildlife.photos.archives import Member
from wildlife.photos.arrivals import Announced, announce, begin, keep_part
from wildlife.photos.keeper import Keeper
from wildlife.photos.models import Photo, Upload, UploadItem

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The archives that workers are asked to unpack; no run is started."""
    calls: list[int] = []
    monkeypatch.setattr(unpacking, "send", calls.append)
    monkeypatch.setattr(unpacking, "dispatch", lambda: None)
    return calls


def photo(side: int = 64) -> bytes:
    return saved(scene(side))


def packed(files: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def arrived(data: bytes, name: str = "card.zip") -> UploadItem:
    """An archive that came in parts, ready to be unpacked."""
    files = [Announced(name, name, len(data))]
    batch = begin(files, Keeper(guest="guest"))
    item = announce(batch, files)[0]
    for number, at in enumerate(range(0, len(data), arrivals.PART_BYTES)):
        part = uploaded(data[at : at + arrivals.PART_BYTES], "part")
        complete = keep_part(item, number, part)
    assert complete
    return item


def unpack(data: bytes) -> dict[str, UploadItem]:
    """Unpack an archive; return its files by their names, or the archive itself where it failed."""
    item = arrived(data)
    unpacking.go_on(item.pk)
    item.refresh_from_db()
    rows = list(item.members.all()) or [item]
    return {row.path.removeprefix("card.zip/"): row for row in rows}


def test_each_file_is_taken_or_refused_on_its_own() -> None:
    rows = unpack(
        packed(
            {
                "DCIM/100/a.jpg": photo(),
                "DCIM/100/notes.txt": b"no photo",
                "DCIM/100/empty.jpg": b"",
                "DCIM/100/cut.jpg": photo(65)[:60],
                "DCIM/100/text.jpg": b"hello",
                "DCIM/101/inner.zip": packed({"a.jpg": photo(66)}),
                "__MACOSX/._a.jpg": b"junk",
                "DCIM/.DS_Store": b"junk",
                "DCIM/101/b.png": saved(scene(67), "PNG"),
            }
        )
    )
    assert {name: (row.state, row.code) for name, row in rows.items()} == {
        "DCIM/100/a.jpg": ("taken", ""),
        "DCIM/100/notes.txt": ("refused", "not_an_image"),
        "DCIM/100/empty.jpg": ("refused", "empty"),
        "DCIM/100/cut.jpg": ("refused", "cut_short"),
        "DCIM/100/text.jpg": ("refused", "not_an_image"),
        "DCIM/101/inner.zip": ("refused", "nested"),
        "DCIM/101/b.png": ("taken", ""),
    }
    assert all(row.problem.endswith(".") for row in rows.values() if row.state == "refused")
    assert {one.filename for one in Photo.objects.all()} == {"a.jpg", "b.png"}
    assert all(one.upload == rows["DCIM/101/b.png"].upload for one in Photo.objects.all())


@pytest.mark.parametrize("name", ["../out.jpg", "/abs.jpg", "C:\\abs.jpg", "a/..\\..\\out.jpg"])
def test_names_that_lead_out_are_reported_and_the_rest_is_taken(name: str) -> None:
    rows = unpack(packed({name: photo(), "good.jpg": photo(65)}))
    assert rows.pop("good.jpg").state == "taken"
    (bad,) = rows.values()
    assert (bad.state, bad.code) == ("refused", "bad_name")
    assert ".." not in bad.path


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_names_in_other_alphabets_stay_readable(encoding: str) -> None:
    """As packed by programs that do not mark how they write names."""
    raw = "大熊猫.jpg".encode(encoding)
    data = packed({"x" * len(raw): photo()}).replace(b"x" * len(raw), raw)
    assert list(unpack(data)) == ["大熊猫.jpg"]


def test_marked_names_in_other_alphabets_stay_readable() -> None:
    assert list(unpack(packed({"Лев/狮子 ñ.jpg": photo()}))) == ["Лев/狮子 ñ.jpg"]


def test_a_bomb_does_not_go_off(settings: Settings) -> None:
    settings.MAX_UPLOAD_BYTES = 50_000_000
    rows = unpack(
        packed(
            {
                "bomb.bmp": b"BM" + b"\0" * 20_000_000,
                "huge.jpg": b"\xff\xd8\xff" + b"\0" * 60_000_000,
                "zeros": b"\0" * 5_000_000,
                "good.jpg": photo(),
            },
            zipfile.ZIP_DEFLATED,
        )
    )
    codes = {name: row.code for name, row in rows.items()}
    assert codes == {
        "bomb.bmp": "bomb",
        "huge.jpg": "too_large",
        "zeros": "not_an_image",
        "good.jpg": "",
    }


def test_an_archive_that_claims_too_much_is_refused_as_a_whole(settings: Settings) -> None:
    data = packed({"a.jpg": photo(), "b.jpg": photo(65)})
    settings.MAX_ARCHIVE_FILES = 1
    assert unpack(data)["card.zip"].code == "too_large"
    settings.MAX_ARCHIVE_FILES, settings.MAX_UNPACKED_BYTES = 10, 100
    Upload.objects.all().delete()
    assert unpack(data)["card.zip"].code == "too_large"
    assert not Photo.objects.exists()


@pytest.mark.parametrize("cut", [0.3, 0.9])
def test_half_an_archive_is_reported(cut: float) -> None:
    data = packed({"a.jpg": photo(), "b.jpg": photo(65)})
    row = unpack(data[: int(len(data) * cut)])["card.zip"]
    assert (row.state, row.code) == ("refused", "damaged")


def test_what_is_no_archive_is_reported() -> None:
    assert unpack(b"this is no archive")["card.zip"].code == "damaged"


def test_an_archive_without_files_is_reported() -> None:
    assert unpack(packed({}))["card.zip"].code == "empty"


def test_a_locked_file_is_reported() -> None:
    data = bytearray(packed({"a.jpg": photo(), "b.jpg": photo(65)}))
    central = data.index(b"PK\x01\x02")
    struct.pack_into("<H", data, central + 8, 1)
    rows = unpack(bytes(data))
    assert (rows["a.jpg"].code, rows["b.jpg"].state) == ("locked", "taken")


def test_a_damaged_file_is_reported_and_the_rest_is_taken() -> None:
    data = bytearray(packed({"a.jpg": photo(), "b.jpg": photo(65)}))
    data[data.index(b"\xff\xd8") + 400] ^= 0xFF
    rows = unpack(bytes(data))
    assert (rows["a.jpg"].code, rows["b.jpg"].state) == ("damaged", "taken")


def test_a_photo_that_the_owner_has_is_not_kept_twice() -> None:
    unpack(packed({"a.jpg": photo()}))
    Upload.objects.all().delete()
    rows = unpack(packed({"b.jpg": photo(), "c.jpg": photo()}))
    assert {row.state for row in rows.values()} == {"known"}
    assert Photo.objects.count() == 1


def test_parts_are_put_together_and_deleted_afterwards(
    monkeypatch: pytest.MonkeyPatch, media
) -> None:
    for module in ("arrivals", "archives"):
        monkeypatch.setattr(f"wildlife.photos.{module}.PART_BYTES", 1000)
    files = {f"{number}.jpg": photo(64 + number) for number in range(12)}
    data = packed(files)
    assert len(data) > 5000
    rows = unpack(data)
    assert {row.state for row in rows.values()} == {"taken"}
    assert sorted(one.original.read() for one in Photo.objects.all()) == sorted(files.values())
    assert not any("archives" in str(path) for path in media.rglob("*") if path.is_file())


def test_parts_come_in_order_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wildlife.photos.arrivals.PART_BYTES", 10)
    files = [Announced("a.zip", "a.zip", 25)]
    item = announce(begin(files, Keeper(guest="guest")), files)[0]
    with pytest.raises(ValueError, match="comes next"):
        keep_part(item, 1, uploaded(b"x" * 10))
    with pytest.raises(ValueError, match="comes next"):
        keep_part(item, 0, uploaded(b"x" * 9))
    assert not keep_part(item, 0, uploaded(b"x" * 10))
    assert not keep_part(item, 0, uploaded(b"x" * 10))
    assert item.parts == 1
    assert not keep_part(item, 1, uploaded(b"x" * 10))
    assert keep_part(item, 2, uploaded(b"x" * 5))
    assert item.state == "unpacking"


def test_a_worker_goes_on_where_another_stopped(
    monkeypatch: pytest.MonkeyPatch, sent: list[int]
) -> None:
    item = arrived(packed({f"{number}.jpg": photo(64 + number) for number in range(3)}))
    monkeypatch.setattr(unpacking, "SECONDS", -1.0)
    unpacking.go_on(item.pk)
    assert sent == [item.pk]
    assert not Photo.objects.exists()
    monkeypatch.setattr(unpacking, "SECONDS", 60.0)
    unpacking.go_on(item.pk)
    unpacking.go_on(item.pk)
    assert Photo.objects.count() == UploadItem.objects.filter(state="taken").count() == 3


def test_two_workers_never_unpack_the_same_archive(monkeypatch: pytest.MonkeyPatch) -> None:
    item = arrived(packed({"a.jpg": photo()}))
    assert unpacking._claimed(item.pk) is not None
    unpacking.go_on(item.pk)
    assert not Photo.objects.exists()


def test_a_file_that_kills_workers_is_set_aside() -> None:
    item = arrived(packed({"a.jpg": photo(), "b.jpg": photo(65)}))
    unpacking.go_on(item.pk)
    first = item.members.get(path__endswith="a.jpg")
    UploadItem.objects.filter(pk=first.pk).update(state="expected", photo=None, attempts=3)
    UploadItem.objects.filter(pk=item.pk).update(state="unpacking")
    item = UploadItem.objects.get(pk=item.pk)
    arrivals.default_storage.save(
        arrivals.part_name(item, 0),
        uploaded(packed({"a.jpg": photo(), "b.jpg": photo(65)})),
    )
    unpacking.go_on(item.pk)
    first.refresh_from_db()
    assert (first.state, "several times" in first.problem) == ("refused", True)


def test_what_is_cancelled_while_it_is_unpacked_stays_cancelled(
    media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = arrived(packed({f"{side}.jpg": photo(side) for side in (64, 65, 66)}))
    real = unpacking._take

    def take(archive: zipfile.ZipFile, member: Member, row: UploadItem) -> None:
        assert batches.cancel(item.upload) == 4
        real(archive, member, row)

    monkeypatch.setattr(unpacking, "_take", take)
    unpacking.go_on(item.pk)
    assert set(UploadItem.objects.values_list("state", "code")) == {("refused", "cancelled")}
    assert not any("archives" in name for name in files_in(media))


def test_files_of_a_cancelled_archive_that_it_did_not_know_of_are_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    item = arrived(packed({"a.jpg": photo()}))
    real = unpacking._announce

    def announce_late(*args: Any) -> None:
        batches.cancel(item.upload)
        real(*args)

    monkeypatch.setattr(unpacking, "_announce", announce_late)
    unpacking.go_on(item.pk)
    assert set(UploadItem.objects.values_list("state", "code")) == {("refused", "cancelled")}
    assert not Photo.objects.exists()


def test_a_part_that_comes_while_the_upload_is_cancelled_is_not_kept(
    media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = packed({"a.jpg": photo()})
    files = [Announced("card.zip", "card.zip", len(data))]
    batch = begin(files, Keeper(guest="guest"))
    item = announce(batch, files)[0]
    monkeypatch.setattr(arrivals, "_check_room_for_archive", lambda item: batches.cancel(batch))
    assert not keep_part(item, 0, uploaded(data, "part"))
    assert (item.state, item.code) == ("refused", "cancelled")
    item.refresh_from_db()
    assert (item.state, item.code) == ("refused", "cancelled")
    assert files_in(media) == []


def test_stuck_archives_are_sent_again(sent: list[int]) -> None:
    item = arrived(packed({"a.jpg": photo()}))
    unpacking.tend()
    assert sent == [item.pk]
    unpacking._claimed(item.pk)
    unpacking.tend()
    assert sent == [item.pk]
