"""Names that strangers gave their files are shown, and do no harm."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wildlife.photos.filenames import LONGEST, display_name


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("IMG_0001.JPG", "IMG_0001.JPG"),
        ("Лев 狮子.jpg", "Лев 狮子.jpg"),
        ("../../etc/passwd", "passwd"),
        ("C:\\photos\\lion.jpg", "lion.jpg"),
        ("lion.jpg\r\nSet-Cookie: a=b", "lion.jpg Set-Cookie: a=b"),
        ("li\0on\x1b[31m.jpg", "lion[31m.jpg"),
        ("gpj.\u202enoil.exe", "gpj.noil.exe"),
        ("  .. ", "photo"),
        ("", "photo"),
        (None, "photo"),
        ("folder/", "photo"),
        ("<script>.jpg", "<script>.jpg"),
    ],
)
def test_a_name_is_cleaned(given_name: str | None, shown: str) -> None:
    assert display_name(given_name) == shown


def test_a_long_name_keeps_its_ending() -> None:
    shown = display_name("x" * 500 + ".jpeg")
    assert len(shown) == LONGEST
    assert shown.endswith("x….jpeg")


@given(st.text(max_size=400))
def test_any_name_becomes_a_short_one_without_paths_and_controls(name: str) -> None:
    shown = display_name(name)
    assert 0 < len(shown) <= LONGEST
    assert not set(shown) & set("/\\\0\r\n\u202e")
    assert display_name(shown) == shown
