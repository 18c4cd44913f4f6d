"""What a file could not hold, as it is kept with its export: a key, and how many they were."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from django.utils.translation import ngettext


class Note(NamedTuple):
    """`key` is one of `SENTENCES`."""

    key: str
    many: int


SENTENCES: Mapping[str, Callable[[int], str]] = {
    "no_place": lambda count: ngettext(
        "%(count)d photo has no place and was left out.",
        "%(count)d photos have no place and were left out.",
        count,
    ),
    "crops_lost": lambda count: ngettext(
        "%(count)d crop is lost and was left out.",
        "%(count)d crops are lost and were left out.",
        count,
    ),
    "not_there": lambda count: ngettext(
        "%(count)d photo is not there, or not for you to see yet, and was left out.",
        "%(count)d photos are not there, or not for you to see yet, and were left out.",
        count,
    ),
    "only_address": lambda count: ngettext(
        "%(count)d photo is not there, or not for you to see yet: it has only an address.",
        "%(count)d photos are not there, or not for you to see yet: they have only an address.",
        count,
    ),
}


def noted(**told: int) -> list[Note]:
    """Return a note of each kind that is met at all."""
    return [Note(key, count) for key, count in told.items() if count]


def sentence_of(note: object) -> str:
    """Return a note as it was kept in the reader's language; an older one is a sentence itself."""
    if isinstance(note, str):
        return note
    assert isinstance(note, list | tuple)
    key, many = note
    return SENTENCES[key](many) % {"count": many}
