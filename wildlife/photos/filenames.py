"""Names that strangers gave their files: shown, never used as a path."""

import re
import unicodedata

LONGEST = 120
LONGEST_PATH = 255
UNNAMED = "photo"

_SEPARATORS = re.compile(r"[/\\]")
_SPACES = re.compile(r"\s+")


def display_name(name: str | None) -> str:
    """Return a name that is safe to show and to send back in a header, never empty.

    Folders, control characters and characters that turn the writing direction around are dropped;
    an over-long name keeps its ending.
    """
    last = _SEPARATORS.split(name or "")[-1]
    kept = "".join(
        char
        for char in unicodedata.normalize("NFC", last)
        if char.isspace() or unicodedata.category(char)[0] != "C"
    )
    shown = _SPACES.sub(" ", kept).strip(" .")
    if len(shown) > LONGEST:
        stem, dot, ending = shown.rpartition(".")
        if dot and len(ending) <= 8:
            shown = f"{stem[: LONGEST - len(ending) - 2]}….{ending}"
        else:
            shown = f"{shown[: LONGEST - 1]}…"
    return shown or UNNAMED


def display_path(path: str | None) -> str:
    """Return folders and name as they may be shown: each cleaned, none that leads elsewhere.

    Of an over-long path the first folders are dropped.
    """
    parts = [display_name(part) for part in _SEPARATORS.split(path or "") if part.strip(" .")]
    while len(parts) > 1 and len("/".join(parts)) > LONGEST_PATH:
        parts.pop(0)
    return "/".join(parts) or UNNAMED
