"""Which files of folders are photos, and why the others are none."""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from stat import S_ISREG

from wildlife_cli.output import errors
from wildlife_client import Local

SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".png", ".webp", ".gif", ".tif", ".tiff", ".bmp", ".heic", ".heif", ".avif"}
)


@dataclass(frozen=True, slots=True)
class Skipped:
    path: Path
    why: str


@dataclass(slots=True)
class Found:
    """Photos in the order of their paths, and what was left out."""

    files: list[Local] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)

    def tell(self) -> None:
        """Say how many files were left out for which reason."""
        for why, count in Counter(one.why for one in self.skipped).most_common():
            errors.print(f"skipped: {count} × {why}")


def find(paths: Iterable[Path]) -> Found:
    """Look through folders; files that are named are taken whatever they are called.

    Links in folders are not followed: what they lead to may lie outside, or be counted twice. A
    photo is called by its folder and what lies below.
    """
    found, seen = Found(), set[Path]()

    def take(file: Path, name: str, why: str) -> None:
        if file.absolute() in seen:
            return
        seen.add(file.absolute())
        if why := why or _why_not(file):
            found.skipped.append(Skipped(file, why))
        else:
            found.files.append(Local(file, name))

    def cannot(error: OSError) -> None:
        found.skipped.append(Skipped(Path(error.filename), "cannot be read"))

    for path in paths:
        if path.is_dir():
            for file, name in _below(path, cannot):
                take(file, name, _by_name(file))
        else:
            take(path, path.name, "")
    return found


def _below(folder: Path, cannot: Callable[[OSError], None]) -> Iterator[tuple[Path, str]]:
    """Yield all files below a folder, and how each is called from there on."""
    top = folder.resolve()
    for here, folders, files in os.walk(top, onerror=cannot):
        links = [name for name in folders if (Path(here) / name).is_symlink()]
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and name not in links
        )
        for name in sorted([*files, *links]):
            path = Path(here) / name
            yield path, f"{top.name}/{path.relative_to(top).as_posix()}"


def _by_name(path: Path) -> str:
    """Return why a file of a folder is not sent, as its name tells; nothing where it may be."""
    if path.is_symlink():
        return "link"
    if path.name.startswith("."):
        return "hidden"
    return "" if path.suffix.lower() in SUFFIXES else "not a photo"


def _why_not(path: Path) -> str:
    """Return why a file is not sent; nothing where it is."""
    try:
        state = path.stat()
    except OSError:  # also one that was taken away in between
        return "cannot be read"
    if not S_ISREG(state.st_mode):
        return "not a file"
    return "" if state.st_size else "empty"
