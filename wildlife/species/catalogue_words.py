"""What the catalogue says of species in sentences, in the reader's language.

The sentences are data: stored in English, and changed by curators. A translation is found by the
English sentence, so that one that was changed is shown as it was written.
"""

import csv
import gettext
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import get_language, to_locale

DOMAIN = "catalogue"
"""Of gettext: the sentences have a file of their own beside that of the pages."""

_COLUMNS = {"descriptions.csv": "description", "look_alikes.csv": "difference"}


def catalogue_words(sentence: str) -> str:
    """Return a sentence of the catalogue in the reader's language, where it is translated."""
    if not sentence:
        return ""
    return _translations(get_language() or settings.LANGUAGE_CODE).gettext(sentence)


def sentences() -> Iterator[str]:
    """Yield all sentences of the catalogue, each once, in its order."""
    folder = Path(__file__).parent / "catalogue"
    told: set[str] = set()
    for name, column in _COLUMNS.items():
        with (folder / name).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if row[column] not in told:
                    told.add(row[column])
                    yield row[column]


@cache
def _translations(language: str) -> gettext.NullTranslations:
    folder = str(settings.LOCALE_PATHS[0])
    return gettext.translation(DOMAIN, folder, [to_locale(language)], fallback=True)
