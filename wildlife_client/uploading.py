"""What both clients do alike to bring many files: hash, ask what is there, send the rest."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Literal, TypeVar

from wildlife_client import errors
from wildlife_client.asking import Part
from wildlife_client.types.uploads import Checked, Item

T = TypeVar("T")
ASKED_AT_ONCE = 1000
"""As many hashes as the server answers in one request."""
Outcome = Literal["taken", "known", "refused", "postponed", "unreadable"]


@dataclass(frozen=True, slots=True)
class Local:
    """A file on this machine. `name` is what the server is told; it may have folders.

    `sha256` is worked out where it is not known yet.
    """

    path: Path
    name: str
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a file.

    - `taken`: it is there now
    - `known`: it was there before, and was not sent
    - `refused`: it is no photo, or one that is not taken; `why` says it
    - `postponed`: a limit is reached; send it again later
    - `unreadable`: it cannot be read here

    `photo` is the address of the photo, where there is one.
    """

    file: Local
    outcome: Outcome
    why: str = ""
    photo: str | None = None


def local(path: Path) -> Local:
    return Local(path, path.name)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def hashed(file: Local) -> Local | Sent:
    """Return a file with its hash, or that it cannot be read."""
    if file.sha256:
        return file
    try:
        return replace(file, sha256=sha256_of(file.path))
    except OSError as error:
        return unreadable(file, error)


def in_chunks(files: Iterable[T], size: int = ASKED_AT_ONCE) -> Iterator[list[T]]:
    remaining = iter(files)
    while some := list(islice(remaining, size)):
        yield some


def by_hash(files: Sequence[Local]) -> dict[str, list[Local]]:
    """Return files by what is in them: of several that are alike only the first is sent."""
    groups: dict[str, list[Local]] = {}
    for file in files:
        groups.setdefault(file.sha256, []).append(file)
    return groups


def known(groups: Mapping[str, Sequence[Local]], checked: Checked) -> list[Sent]:
    """Return what need not be sent."""
    photos = {one["sha256"]: one["photo"] for one in checked["known"]}
    return [
        Sent(file, "known", photo=photos[sha256])
        for sha256, files in groups.items()
        if sha256 in photos
        for file in files
    ]


def part_of(file: Local) -> Part:
    return Part(file.name, lambda: file.path.open("rb"))


def key_of(upload_id: object, file: Local) -> str:
    """Return the Idempotency-Key of a file in an upload: the same after a crash."""
    text = f"{upload_id}\n{file.sha256}\n{file.name}".encode("utf-8", "surrogateescape")
    return hashlib.sha256(text).hexdigest()


def told(files: Sequence[Local], item: Item) -> list[Sent]:
    """Return what became of files that are alike, of which the first was sent."""
    why = item["problem"]["detail"] if item["problem"] else ""
    outcome: Outcome = "taken"
    match item["state"]:
        case "expected":
            outcome = "postponed"
        case "refused":
            outcome = "refused"
        case "known":
            outcome = "known"
    first, *others = files
    rest: Outcome = "known" if outcome == "taken" else outcome
    photo = item["photo"]
    alike = [Sent(file, rest, why, photo) for file in others]
    return [Sent(first, outcome, why, photo), *alike]


def too_large(files: Sequence[Local], error: errors.Problem) -> list[Sent]:
    return [Sent(file, "refused", error.detail) for file in files]


def unreadable(file: Local, error: OSError) -> Sent:
    return Sent(file, "unreadable", error.strerror or str(error))
