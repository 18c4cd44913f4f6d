"""What the API says of imports and exports."""

from typing import Literal, TypedDict

ExportFormat = Literal[
    "camtrap-dp",
    "camtrap-dp-photos",
    "darwin-core",
    "wildlife-insights",
    "megadetector",
    "speciesnet",
    "speciesnet-old",
    "coco",
    "geojson",
    "crops",
    "photos",
    "csv",
    "parquet",
]
ExportState = Literal["making", "ready", "failed"]
Failure = Literal["no_right", "stopped"]
ImportState = Literal["checking", "ready", "running", "done", "failed", "cancelled"]


class Import(TypedDict):
    """A file with what others said of photos, and how far it is.

    `counts` tell what would change while it is `checking` or `ready`, and what has changed since.
    """

    id: str
    url: str
    project: str | None
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


class Export(TypedDict):
    """A file that is made of photos and answers, and how far it is; `notes` tell what is missing.

    `file` leads to it once it is `ready`, until `expires_at`.
    """

    id: str
    url: str
    project: str | None
    format: str
    query: str
    state: ExportState
    done: int
    total: int | None
    notes: list[str]
    failure: Failure | Literal[""]
    file: str
    size: int
    asked_at: str
    finished_at: str | None
    expires_at: str | None
