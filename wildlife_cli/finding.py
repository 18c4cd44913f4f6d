"""Which files of folders are photos, and why the others are none."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
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
    """Look through folders, and take files as they are named.

    Links are not followed: what they lead to may lie outside the folder, or be counted twice. A
    photo is called by its folder and what lies below. Raises FileNotFoundError.
    """
    found, seen = Found(), set[Path]()
    for path in paths:
        inside = _below(path) if path.is_dir() else [(path, path.name)]
        for file, name in inside:
            if file.absolute() in seen:
                continue
            seen.add(file.absolute())
            if why := _why_not(file):
                found.skipped.append(Skipped(file, why))
            else:
                found.files.append(Local(file, name))
    return found


def _below(folder: Path) -> Iterator[tuple[Path, str]]:
    top = folder.resolve()
    for here, folders, files in os.walk(top):
        links = [name for name in folders if (Path(here) / name).is_symlink()]
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and name not in links
        )
        for name in sorted([*files, *links]):
            path = Path(here) / name
            yield path, f"{top.name}/{path.relative_to(top).as_posix()}"


def _why_not(path: Path) -> str:
    """Return why a file is not sent; nothing where it is."""
    if path.is_symlink():
        return "link"
    if path.name.startswith("."):
        return "hidden"
    try:
        state = path.stat()
    except FileNotFoundError:
        raise FileNotFoundError(f"{path} does not exist.") from None
    if not S_ISREG(state.st_mode):
        return "not a file"
    if path.suffix.lower() not in SUFFIXES:
        return "not a photo"
    return "" if state.st_size else "empty"
