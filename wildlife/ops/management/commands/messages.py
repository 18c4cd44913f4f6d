"""Gather every sentence that is shown for translation, and compile what is translated."""

import re
from pathlib import Path
from typing import Any

import polib
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils.translation import to_locale

from wildlife.species.catalogue_words import DOMAIN, sentences

ELSEWHERE = ("data", "artifacts", "staticfiles", "tests", "benchmarks", "docs", ".venv")
"""Folders with nothing that a reader sees."""
_WHEN = re.compile(r'^"POT-Creation-Date: .*\n', re.MULTILINE)


class Command(BaseCommand):
    help = (
        "Bring locale/ up to date: new sentences come in without a translation, those that are "
        "gone go. Translate what is empty or fuzzy in django.po and catalogue.po, and run this "
        "again. Needs GNU gettext, and the environment for development."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        languages = [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
        names = [to_locale(code) for code in languages]
        gather(names)
        for name in names:
            gather_catalogue(name)
        call_command("compilemessages", locale=names, ignore_patterns=list(ELSEWHERE), verbosity=0)
        for name in names:
            self.stdout.write(f"{catalogue(name).parent} is up to date.")


def gather(names: list[str]) -> None:
    """Rewrite the sentences of pages and code of these locales."""
    call_command(
        "makemessages",
        locale=names,
        ignore_patterns=list(ELSEWHERE),
        add_location="file",
        no_wrap=True,
        no_obsolete=True,
        symlinks=True,
        verbosity=0,
    )
    for name in names:
        path = catalogue(name)
        # Otherwise every run would change the file.
        path.write_text(_WHEN.sub("", path.read_text("utf-8")), "utf-8")


def gather_catalogue(name: str) -> None:
    """Rewrite the sentences that the catalogue of species says, keeping what is known of each."""
    path = catalogue(name, DOMAIN)
    kept = polib.pofile(str(path)) if path.exists() else polib.POFile()
    known = {entry.msgid: entry for entry in kept if not entry.obsolete}
    file = polib.POFile(wrapwidth=0)
    file.metadata = polib.pofile(str(catalogue(name))).metadata
    file.extend(known.get(one) or polib.POEntry(msgid=one) for one in sentences())
    file.save(str(path))


def catalogue(name: str, domain: str = "django") -> Path:
    """Return where the sentences of a locale are."""
    return Path(settings.LOCALE_PATHS[0]) / name / "LC_MESSAGES" / f"{domain}.po"
