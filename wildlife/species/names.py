"""How names are compared: without case, accents and signs, and from each of their words on."""

import re
import unicodedata
from collections.abc import Iterator

LONGEST_KEY = 120

_ACCENTS = re.compile("[\u0300-\u036f]")
_APOSTROPHES = re.compile("['`´‘’‛ʹʻʼʽ′＇]")
_WITHOUT_SPACES = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")
_LIKE = str.maketrans({"ø": "o", "đ": "d", "ð": "d", "ł": "l", "æ": "ae", "œ": "oe", "ı": "i"})


def fold(name: str) -> str:
    """Return a name as it is compared: "Grévy's Zebra" and "grevys  zebra" become the same.

    Letters that people type as two or leave the stroke off (æ, ø, ß) become what they type.
    """
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", _APOSTROPHES.sub("", name)))
    plain = unicodedata.normalize("NFKC", plain).casefold().translate(_LIKE)
    letters = (one if unicodedata.category(one)[0] in "LNM" else " " for one in plain)
    return " ".join("".join(letters).split())


def keys(name: str) -> Iterator[tuple[str, bool]]:
    """Yield a folded name from each of its words on, and whether it is the whole name.

    Chinese, Japanese and Korean names are taken from each character on.
    """
    folded = fold(name)
    for place, letter in enumerate(folded):
        begins = place == 0 or folded[place - 1] == " " or _WITHOUT_SPACES.match(letter)
        if begins and letter != " ":
            yield folded[place : place + LONGEST_KEY].rstrip(), place == 0
