"""What is asked of a server, as data: requests, files, filters."""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from os import PathLike, fspath
from pathlib import Path
from typing import Any, BinaryIO, Generic, Literal, TypedDict, TypeVar
from urllib.parse import quote
from uuid import UUID, uuid4

from wildlife_client.types import answers

T = TypeVar("T")
Id = str | UUID
Priority = Literal["bulk", "interactive"]


@dataclass(frozen=True, slots=True)
class Part:
    """A file to be sent, opened anew each time that it is. `name` may have folders."""

    name: str
    open: Callable[[], BinaryIO]


Source = str | PathLike[str] | bytes | Part
"""Where a photo is: a path, its bytes, or a `Part`."""


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """One request, below /api/v1. `key` is the Idempotency-Key of a write."""

    operation: str
    method: str
    path: str
    params: Mapping[str, Any] = field(default_factory=dict)
    json: Any = None
    parts: Sequence[tuple[str, Part]] = ()
    form: Mapping[str, Sequence[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    key: str = field(default_factory=lambda: str(uuid4()))

    @property
    def writes(self) -> bool:
        return self.method != "GET"


class Page(TypedDict, Generic[T]):
    next: str | None
    previous: str | None
    results: list[T]


class Filters(TypedDict, total=False):
    """What a list of photos may be narrowed down by: those of the library page."""

    project: str
    state: str
    taxon: str
    group: str
    category: str
    sure: str
    since: date | str
    until: date | str
    box: str
    upload: Id
    deployment: Id
    tag: str
    disputed: bool
    people: bool
    vehicles: bool
    blank: bool
    fields: str
    page_size: int


class OfPhotos(Filters, total=False):
    """The same for what belongs to photos; `photo` for one of them."""

    photo: Id


class Found(OfPhotos, total=False):
    """Of detections and identifications: of this category, at least so sure (0..1)."""

    detected: answers.DetectionCategory
    least: float


class Taxa(TypedDict, total=False):
    """What a list of taxa may be narrowed down by."""

    search: str
    within: str
    parent: str
    rank: str
    group: str
    category: str
    country: str
    habitat: str
    domesticated: bool
    sensitive: bool
    language: str
    fields: str
    page_size: int


class Visits(TypedDict, total=False):
    """What a list of events may be narrowed down by."""

    deployment: Id
    taxon: str
    since: datetime | str
    until: datetime | str
    fields: str
    page_size: int


def quoted(text: Id) -> str:
    """Return a part of a path, whatever is in it."""
    return quote(str(text), safe="")


def part(source: Source) -> Part:
    """Return a file to be sent, whatever names it."""
    if isinstance(source, Part):
        return source
    if isinstance(source, bytes):
        return Part("photo", lambda: io.BytesIO(source))
    path = Path(fspath(source))
    return Part(path.name, lambda: path.open("rb"))
