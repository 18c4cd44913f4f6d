"""What the API says of uploads and of what went wrong."""

from typing import Any, Literal, NotRequired, TypedDict

ItemState = Literal["expected", "fetching", "unpacking", "unpacked", "taken", "known", "refused"]


class Problem(TypedDict):
    """An RFC 9457 problem document."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    instance: NotRequired[str]
    errors: NotRequired[dict[str, Any]]


class Counts(TypedDict):
    """Files by state. An archive counts as one until it is unpacked."""

    total: int
    expected: int
    fetching: int
    unpacking: int
    taken: int
    known: int
    refused: int
    waiting: int
    running: int
    done: int
    failed: int


class Upload(TypedDict):
    """An upload: what came together, in one request or in thousands."""

    id: str
    url: str
    project: str | None
    deployment: str | None
    started_at: str
    closed_at: str | None
    cancelled_at: str | None


class Progress(Upload):
    """An upload and how far it is."""

    counts: Counts
    finished: bool
    reached: float
    per_minute: int
    seconds_left: int | None


class Item(TypedDict):
    """One file of an upload, or of an archive in it."""

    id: int
    path: str
    size: int
    state: ItemState
    photo: str | None
    problem: Problem | None


class Items(TypedDict):
    items: list[Item]


class Known(TypedDict):
    sha256: str
    photo: str


class Checked(TypedDict):
    known: list[Known]
    missing: list[str]


class Changed(TypedDict):
    changed: int
    upload: Progress
