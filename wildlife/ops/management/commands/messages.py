"""Gather every sentence that is shown for translation, and compile what is translated."""

import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

ELSEWHERE = ("data", "artifacts", "staticfiles", "tests", "benchmarks", "docs", ".venv")
"""Folders with nothing that a reader sees."""
_WHEN = re.compile(r'^"POT-Creation-Date: .*\n', re.MULTILINE)


class Command(BaseCommand):
    help = (
        "Bring locale/ up to date: new sentences come in without a translation, those that are "
        "gone go. Translate what is empty or fuzzy in django.po, and run this again. Needs GNU "
        "gettext."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        languages = [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
        names = [_locale(code) for code in languages]
        gather(names)
        call_command("compilemessages", locale=names, ignore_patterns=list(ELSEWHERE), verbosity=0)
        for name in names:
            self.stdout.write(f"{catalogue(name)} is up to date.")


def gather(names: list[str]) -> None:
    """Rewrite the catalogues of these locales."""
    call_command(
        "makemessages",
        locale=names,
        ignore_patterns=list(ELSEWHERE),
        add_location="file",
        no_wrap=True,
        no_obsolete=True,
        verbosity=0,
    )
    for name in names:
        path = catalogue(name)
        # Otherwise every run would change the file.
        path.write_text(_WHEN.sub("", path.read_text("utf-8")), "utf-8")


def catalogue(name: str) -> Path:
    """Return where the sentences of a locale are."""
    return Path(settings.LOCALE_PATHS[0]) / name / "LC_MESSAGES" / "django.po"


def _locale(code: str) -> str:
    """Return a language as gettext writes it: zh_Hans."""
    language, _, script = code.partition("-")
    return f"{language}_{script.title()}" if script else language
