"""Every operation that the clients use: once, as data, for the sync and the async client alike.

`operation` is the operationId in the OpenAPI description, so that a test can find each of them
there; the type parameter of a `Call` is what it is answered with.
"""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from os import PathLike, fspath
from pathlib import Path
from typing import Any, BinaryIO, Generic, Literal, TypedDict, TypeVar
from urllib.parse import quote
from uuid import UUID, uuid4

from wildlife_client.types import answers, catalogue, exchange, projects, uploads

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


# --- Photos -----------------------------------------------------------------------------------


def send_photo(photo: Source, project: str, priority: Priority) -> Call[answers.Photo]:
    params = {"priority": priority, **({"project": project} if project else {})}
    parts = [("photo", part(photo))]
    return Call("photos_upload", "POST", "/photos", params=params, parts=parts)


def photo(photo_id: Id) -> Call[answers.PhotoResult]:
    return Call("photos_read", "GET", f"/photos/{_id(photo_id)}")


def delete_photo(photo_id: Id) -> Call[None]:
    return Call("photos_delete", "DELETE", f"/photos/{_id(photo_id)}")


def original(photo_id: Id) -> Call[bytes]:
    return Call("photos_original", "GET", f"/photos/{_id(photo_id)}/original")


def preview(photo_id: Id) -> Call[bytes]:
    return Call("photos_preview", "GET", f"/photos/{_id(photo_id)}/preview")


def crop(photo_id: Id, index: int) -> Call[bytes]:
    return Call("photos_crop", "GET", f"/photos/{_id(photo_id)}/detections/{index}/crop")


def photos(filters: Filters) -> Call[Page[answers.Photo]]:
    return Call("photos_list", "GET", "/photos", params=filters)


# --- Uploads ----------------------------------------------------------------------------------


def open_upload(project: str, deployment: str, key: str | None) -> Call[uploads.Progress]:
    wish = {"project": project, "deployment": deployment}
    return Call(
        "uploads_open",
        "POST",
        "/uploads",
        json={name: value for name, value in wish.items() if value},
        key=key or str(uuid4()),
    )


def upload(upload_id: Id) -> Call[uploads.Progress]:
    return Call("uploads_read", "GET", f"/uploads/{_id(upload_id)}")


def list_uploads() -> Call[Page[uploads.Upload]]:
    return Call("uploads_list", "GET", "/uploads")


def check(upload_id: Id, hashes: Sequence[str]) -> Call[uploads.Checked]:
    sent = {"sha256": list(hashes)}
    return Call("uploads_check", "POST", f"/uploads/{_id(upload_id)}/check", json=sent)


def add_files(upload_id: Id, files: Sequence[Source], key: str | None) -> Call[uploads.Items]:
    parts = [part(file) for file in files]
    return Call(
        "uploads_add_files",
        "POST",
        f"/uploads/{_id(upload_id)}/files",
        parts=[("file", one) for one in parts],
        form={"path": [one.name for one in parts]},
        key=key or str(uuid4()),
    )


def add_addresses(upload_id: Id, urls: Sequence[str]) -> Call[uploads.Items]:
    sent = {"urls": list(urls)}
    return Call("uploads_add_addresses", "POST", f"/uploads/{_id(upload_id)}/addresses", json=sent)


def close_upload(upload_id: Id) -> Call[uploads.Progress]:
    return Call("uploads_close", "POST", f"/uploads/{_id(upload_id)}/close")


def cancel_upload(upload_id: Id) -> Call[uploads.Changed]:
    return Call("uploads_cancel", "POST", f"/uploads/{_id(upload_id)}/cancel")


def retry_upload(upload_id: Id) -> Call[uploads.Changed]:
    return Call("uploads_retry", "POST", f"/uploads/{_id(upload_id)}/retry")


def items(upload_id: Id, state: str, problem: bool) -> Call[Page[uploads.Item]]:
    params: dict[str, Any] = {"state": state} if state else {}
    if problem:
        params["problem"] = True
    return Call("uploads_items_list", "GET", f"/uploads/{_id(upload_id)}/items", params=params)


# --- Answers ----------------------------------------------------------------------------------


def detections(filters: Found) -> Call[Page[answers.DetectionRow]]:
    return Call("detections_list", "GET", "/detections", params=filters)


def detection(pk: int) -> Call[answers.DetectionRow]:
    return Call("detections_read", "GET", f"/detections/{pk}")


def identifications(filters: Found) -> Call[Page[answers.IdentificationRow]]:
    return Call("identifications_list", "GET", "/identifications", params=filters)


def identification(pk: int) -> Call[answers.IdentificationRow]:
    return Call("identifications_read", "GET", f"/identifications/{pk}")


def verdicts(filters: OfPhotos) -> Call[Page[answers.Verdict]]:
    return Call("verdicts_list", "GET", "/verdicts", params=filters)


def verdict(pk: int) -> Call[answers.Verdict]:
    return Call("verdicts_read", "GET", f"/verdicts/{pk}")


def give_verdict(new: answers.NewVerdict) -> Call[answers.Verdict]:
    return Call("verdicts_give", "POST", "/verdicts", json=new)


def withdraw_verdict(pk: int) -> Call[None]:
    return Call("verdicts_withdraw", "DELETE", f"/verdicts/{pk}")


# --- Catalogue --------------------------------------------------------------------------------


def taxa(filters: Taxa) -> Call[Page[catalogue.Taxon]]:
    return Call("taxa_list", "GET", "/taxa", params=filters)


def taxon(slug: str) -> Call[catalogue.TaxonDetail]:
    return Call("taxa_read", "GET", f"/taxa/{_id(slug)}")


def models() -> Call[Page[catalogue.Release]]:
    return Call("models_list", "GET", "/models")


def model(name: str, version: str) -> Call[catalogue.Release]:
    return Call("models_read", "GET", f"/models/{_id(name)}@{_id(version)}")


def runs() -> Call[Page[answers.Run]]:
    return Call("runs_list", "GET", "/runs")


def run(run_id: Id) -> Call[answers.Run]:
    return Call("runs_read", "GET", f"/runs/{_id(run_id)}")


# --- Projects ---------------------------------------------------------------------------------


def list_projects() -> Call[Page[projects.Project]]:
    return Call("projects_list", "GET", "/projects")


def project(slug: str) -> Call[projects.Project]:
    return Call("projects_read", "GET", f"/projects/{_id(slug)}")


def deployments(slug: str) -> Call[Page[projects.Deployment]]:
    return Call("deployments_list", "GET", f"/projects/{_id(slug)}/deployments")


def deployment(pk: Id) -> Call[projects.Deployment]:
    return Call("deployments_read", "GET", f"/deployments/{_id(pk)}")


def make_deployment(slug: str, new: projects.NewDeployment) -> Call[projects.Deployment]:
    return Call("deployments_create", "POST", f"/projects/{_id(slug)}/deployments", json=new)


def change_deployment(pk: Id, changes: Mapping[str, Any]) -> Call[projects.Deployment]:
    return Call("deployments_change", "PATCH", f"/deployments/{_id(pk)}", json=dict(changes))


def delete_deployment(pk: Id) -> Call[None]:
    return Call("deployments_delete", "DELETE", f"/deployments/{_id(pk)}")


def events(slug: str, filters: Visits) -> Call[Page[projects.Event]]:
    return Call("events_list", "GET", f"/projects/{_id(slug)}/events", params=filters)


def event(pk: Id) -> Call[projects.Event]:
    return Call("events_read", "GET", f"/events/{_id(pk)}")


# --- Imports ----------------------------------------------------------------------------------


def open_import(files: Sequence[Source], project: str, time_zone: str) -> Call[exchange.Import]:
    params = {"time_zone": time_zone, **({"project": project} if project else {})}
    parts = [("file", part(file)) for file in files]
    return Call("imports_open", "POST", "/imports", params=params, parts=parts)


def list_imports() -> Call[Page[exchange.Import]]:
    return Call("imports_list", "GET", "/imports")


def import_job(import_id: Id) -> Call[exchange.Import]:
    return Call("imports_read", "GET", f"/imports/{_id(import_id)}")


def import_problems(import_id: Id) -> Call[Page[exchange.ImportProblem]]:
    return Call("imports_problems_list", "GET", f"/imports/{_id(import_id)}/problems")


def confirm_import(import_id: Id) -> Call[exchange.Import]:
    return Call("imports_confirm", "POST", f"/imports/{_id(import_id)}/confirm")


def cancel_import(import_id: Id) -> Call[exchange.Import]:
    return Call("imports_cancel", "POST", f"/imports/{_id(import_id)}/cancel")


def part(source: Source) -> Part:
    """Return a file to be sent, whatever names it."""
    if isinstance(source, Part):
        return source
    if isinstance(source, bytes):
        return Part("photo", lambda: io.BytesIO(source))
    path = Path(fspath(source))
    return Part(path.name, lambda: path.open("rb"))


def _id(text: Id) -> str:
    return quote(str(text), safe="")
