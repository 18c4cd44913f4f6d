"""What the API says of imports."""

from typing import Literal, TypedDict

ImportState = Literal["checking", "ready", "running", "done", "failed", "cancelled"]


class Import(TypedDict):
    """A file with what others said of photos, and how far it is.

    `counts` tell what would change while it is `checking` or `ready`, and what has changed since.
    """

    id: str
    url: str
    project: str
    name: str
    format: str
    time_zone: str
    state: ImportState
    position: int
    total: int | None
    counts: dict[str, int]
    problem_count: int
    error: str
    started_at: str
    finished_at: str | None


class ImportProblem(TypedDict):
    """Something in a file that is not taken."""

    line: int
    item: str
    code: str
    reason: str
