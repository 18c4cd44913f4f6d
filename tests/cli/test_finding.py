"""Which files are photos, and what of a journal outlives a crash."""

import os
from pathlib import Path

import pytest
import typer

from wildlife_cli import identify
from wildlife_cli.finding import find
from wildlife_cli.journal import Journal
from wildlife_client import Local, Sent


def test_files_that_are_named_are_taken_as_they_are_and_once(tmp_path: Path) -> None:
    photo, named = tmp_path / "a.jpg", tmp_path / ".scan"
    photo.write_bytes(b"1")
    named.write_bytes(b"2")
    link = tmp_path / "link"
    link.symlink_to(photo)
    found = find([named, link, tmp_path, photo])
    assert [one.name for one in found.files] == [".scan", "link", f"{tmp_path.name}/a.jpg"]


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "gone.jpg").write_bytes(b"1")
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "gone.jpg").unlink()
    found = find([tmp_path / "gone.jpg", tmp_path])
    assert [one.why for one in found.skipped] == ["cannot be read", "not a file"]
    assert found.files == []


def test_a_journal_that_was_cut_off_goes_on(tmp_path: Path) -> None:
    photo, bad = tmp_path / "a.jpg", tmp_path / "b.jpg"
    photo.write_bytes(b"photo")
    bad.write_bytes(b"words")
    path = tmp_path / "journal"
    first = Journal(path)
    key = first.begin()
    assert first.begin() == key
    first.opened("upload-1")
    first.note(Sent(Local(photo, "a.jpg", "aa"), "taken"))
    first.note(Sent(Local(bad, "b.jpg", "bb"), "refused", "No photo."))
    path.write_text(path.read_text() + '\n{"file": "/cut', encoding="utf-8")

    again = Journal(path)
    assert (again.begin(), again.upload) == (key, "upload-1")
    assert again.known(Local(photo, "a.jpg")).sha256 == "aa"
    assert again.refusal(again.known(Local(bad, "b.jpg"))) == "No photo."
    again.ended()

    last = Journal(path)
    assert last.begin() != key
    assert last.refusal(last.known(Local(bad, "b.jpg"))) == ""
    photo.write_bytes(b"another")
    assert last.known(Local(photo, "a.jpg")).sha256 == ""


def test_places_have_journals_of_their_own(tmp_path: Path) -> None:
    card = [tmp_path / "card"]
    paths = {
        Journal.of(tmp_path, server, place, card).path
        for server in ("https://a.example", "https://b.example")
        for place in ("mara/", "kruger/")
    }
    assert len(paths) == 4
    again = Journal.of(tmp_path, "https://a.example", "mara/", card)
    assert again.path in paths


def test_identifying_alone_needs_a_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(identify, "MANAGE", tmp_path / "manage.py")
    with pytest.raises(typer.Exit) as ended:
        identify.identify([tmp_path], local=True)
    assert ended.value.exit_code == 2
    assert "checkout" in capsys.readouterr().err
