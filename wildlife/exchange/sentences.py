"""Sentences that are written down now, and read later in whatever language.

A pattern is kept in English, as it is marked for translation, apart from what is put into it.
"""

from collections.abc import Mapping
from math import isfinite

from django.utils.translation import gettext

from wildlife.told import told

Value = str | int | float
Values = Mapping[str, Value]
LONGEST = 200
"""Characters of a stranger's text that are put into a sentence."""


def sentence(pattern: str, values: Values) -> str:
    """Return a sentence in the reader's language; without values it is a whole one."""
    return gettext(pattern) % values if values else told(pattern)


def kept(values: Mapping[str, object]) -> dict[str, Value]:
    """Return values as a database can keep them: texts without what it refuses, and cut."""
    return {name: _kept(one) for name, one in values.items()}


def _kept(value: object) -> Value:
    if isinstance(value, int) or (isinstance(value, float) and isfinite(value)):
        return value
    return str(value).replace("\x00", "")[:LONGEST]
