"""The client for programs that do many things at once with asyncio."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self, TypeVar, Unpack

import httpx

from wildlife_client import calls, errors, uploading, wire
from wildlife_client.calls import (
    Call,
    Filters,
    Found,
    Id,
    OfPhotos,
    Page,
    Priority,
    Source,
    Taxa,
    Visits,
)
from wildlife_client.pacing import Retries
from wildlife_client.types import answers, catalogue, exchange
from wildlife_client.types import projects as of_projects
from wildlife_client.types import uploads as of_uploads
from wildlife_client.uploading import Local, Sent

T = TypeVar("T")
PENDING = ("waiting", "running")
AT_WORK = ("checking", "running")
POLL_PHOTO = 0.5
POLL_UPLOAD = 2.0
"""seconds between two questions how far something is"""


class AsyncClient:
    """Everything that a server offers, as methods.

    `url` is that of its start page; without a token you are a guest, whose photos nobody sees
    after this object is gone. Close it, or use it in `async with`.

    Every method raises WildlifeError.
    """

    def __init__(
        self,
        url: str,
        token: str | None = None,
        *,
        retries: Retries | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._retries = retries or Retries()
        self._http = httpx.AsyncClient(**wire.options(url, token), transport=transport)
        self._gate = wire.Gate()

    async def close(self) -> None:
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def send(self, call: Call[T]) -> T:
        """Send a request, again where that may help, and return what it is answered with."""
        tried = 0
        while True:
            tried += 1
            await asyncio.sleep(self._gate.wait(self._retries.patience))
            response = failure = None
            try:
                response = await self._once(call)
            except httpx.TransportError as error:
                failure = error
            pause = self._retries.pause(tried, response)
            if pause is not None:
                await asyncio.sleep(pause)
            elif response is not None:
                answered: T = wire.answer(response)
                return answered
            elif failure is not None:
                raise wire.unreachable(self._http.base_url, failure) from failure

    async def pages(self, call: Call[Page[T]], page_size: int = 200) -> AsyncIterator[T]:
        """Yield all rows of a list, page after page as they are needed."""
        page = await self.send(replace(call, params={"page_size": page_size, **call.params}))
        for row in page["results"]:
            yield row
        while link := page["next"]:
            address = wire.following(self._http.base_url, link)
            page = await self.send(replace(call, params={}, path=address))
            for row in page["results"]:
                yield row

    async def _once(self, call: Call[Any]) -> httpx.Response:
        with ExitStack() as opened:
            response = await self._http.request(**wire.arguments(call, opened))
        self._gate.note(response)
        return response

    # --- Photos -------------------------------------------------------------------------------

    async def identify(
        self, photo: Source, *, project: str = "", patience: float = 300.0
    ) -> answers.PhotoResult:
        """Send one photo and wait until it is looked at, for at most `patience` seconds.

        The answer's `state` is `done`, or `failed` with a sentence in `failure`. Raises
        TookTooLong.
        """
        sent = await self.send(calls.send_photo(photo, project, "interactive"))
        return await self.wait_for_photo(sent["id"], patience=patience)

    async def wait_for_photo(self, photo_id: Id, *, patience: float = 300.0) -> answers.PhotoResult:
        """Return a photo once it is looked at. Raises TookTooLong after `patience` seconds."""
        ends = time.monotonic() + patience
        while True:
            photo = await self.send(calls.photo(photo_id))
            if photo["state"] not in PENDING:
                return photo
            if time.monotonic() >= ends:
                raise errors.TookTooLong(f"The photo {photo_id} is still {photo['state']}.")
            await asyncio.sleep(POLL_PHOTO)

    async def send_photo(
        self, photo: Source, *, project: str = "", priority: Priority = "bulk"
    ) -> answers.Photo:
        """Send one photo and do not wait for its answer."""
        return await self.send(calls.send_photo(photo, project, priority))

    async def photo(self, photo_id: Id) -> answers.PhotoResult:
        """Read all that is known of a photo."""
        return await self.send(calls.photo(photo_id))

    def photos(self, **filters: Unpack[Filters]) -> AsyncIterator[answers.Photo]:
        """List your photos, or those of a project, newest first."""
        return self.pages(calls.photos(filters))

    async def original(self, photo_id: Id) -> bytes:
        """Read the file as it was sent: for who may."""
        return await self.send(calls.original(photo_id))

    async def preview(self, photo_id: Id) -> bytes:
        """Read a smaller JPEG of a photo."""
        return await self.send(calls.preview(photo_id))

    async def crop(self, photo_id: Id, index: int) -> bytes:
        """Read the part of a photo that a detection is about, as JPEG."""
        return await self.send(calls.crop(photo_id, index))

    async def delete_photo(self, photo_id: Id) -> None:
        """Delete a photo for good, with all that was said of it."""
        await self.send(calls.delete_photo(photo_id))

    # --- Uploads ------------------------------------------------------------------------------

    async def open_upload(
        self, *, project: str = "", deployment: str = "", key: str | None = None
    ) -> of_uploads.Progress:
        """Open an upload. With the same `key` it is the same upload for a day."""
        return await self.send(calls.open_upload(project, deployment, key))

    async def upload(self, upload_id: Id) -> of_uploads.Progress:
        """Read how far an upload is."""
        return await self.send(calls.upload(upload_id))

    def uploads(self) -> AsyncIterator[of_uploads.Upload]:
        """List your uploads, the newest first."""
        return self.pages(calls.list_uploads())

    async def check(self, upload_id: Id, hashes: Sequence[str]) -> of_uploads.Checked:
        """Ask which of up to 1000 files are there already, by their SHA-256."""
        return await self.send(calls.check(upload_id, hashes))

    async def add_files(
        self, upload_id: Id, files: Sequence[Source], *, key: str | None = None
    ) -> of_uploads.Items:
        """Send files, photos or zip archives, in one request: each is taken on its own."""
        return await self.send(calls.add_files(upload_id, files, key))

    async def add_addresses(self, upload_id: Id, urls: Sequence[str]) -> of_uploads.Items:
        """Let the server fetch photos from up to 1000 addresses in the public internet."""
        return await self.send(calls.add_addresses(upload_id, urls))

    def items(
        self, upload_id: Id, *, state: str = "", problem: bool = False
    ) -> AsyncIterator[of_uploads.Item]:
        """List the files of an upload; with `problem` only those that went wrong."""
        return self.pages(calls.items(upload_id, state, problem))

    async def close_upload(self, upload_id: Id) -> of_uploads.Progress:
        """Say that no more files come."""
        return await self.send(calls.close_upload(upload_id))

    async def cancel_upload(self, upload_id: Id) -> of_uploads.Changed:
        """Give up what is not there yet. Photos that are there stay."""
        return await self.send(calls.cancel_upload(upload_id))

    async def retry_upload(self, upload_id: Id) -> of_uploads.Changed:
        """Let the server try what failed once more, and nothing else."""
        return await self.send(calls.retry_upload(upload_id))

    async def watch(self, upload_id: Id) -> AsyncIterator[of_uploads.Progress]:
        """Yield how far an upload is each time that it changed, until it is finished.

        An upload that is open ends only once it is closed.
        """
        told = None
        while told is None or not told["finished"]:
            if told is not None:
                await asyncio.sleep(POLL_UPLOAD)
            now = await self.send(calls.upload(upload_id))
            if now != told:
                yield now
            told = now

    async def upload_files(
        self, upload_id: Id, files: Iterable[Local], *, parallel: int = 4
    ) -> AsyncIterator[Sent]:
        """Bring files into an open upload, and yield what became of each, in no order.

        What the server has already is not sent; the rest is, `parallel` at a time. After whatever
        interrupted it, do the same again. Raises WildlifeError where it cannot go on.
        """
        places = asyncio.Semaphore(parallel)
        for some in uploading.in_chunks(files):
            readable = []
            for file in some:
                one = await asyncio.to_thread(uploading.hashed, file)
                if isinstance(one, Sent):
                    yield one
                else:
                    readable.append(one)
            groups = uploading.by_hash(readable)
            if not groups:
                continue
            checked = await self.check(upload_id, list(groups))
            for one in uploading.known(groups, checked):
                yield one
            sending = [
                asyncio.create_task(self._add(places, upload_id, groups[sha256]))
                for sha256 in checked["missing"]
            ]
            try:
                for done in asyncio.as_completed(sending):
                    for one in await done:
                        yield one
            finally:
                for task in sending:
                    task.cancel()

    async def _add(
        self, places: asyncio.Semaphore, upload_id: Id, alike: Sequence[Local]
    ) -> list[Sent]:
        """Send the first of some files that are alike."""
        first = alike[0]
        call = calls.add_files(
            upload_id, [uploading.part_of(first)], uploading.key_of(upload_id, first)
        )
        try:
            async with places:
                answered = await self.send(call)
        except OSError as error:
            return [uploading.unreadable(file, error) for file in alike]
        except errors.Problem as error:
            if error.status != HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
                raise
            return uploading.too_large(alike, error)
        return uploading.told(alike, answered["items"][0])

    # --- Answers ------------------------------------------------------------------------------

    def detections(self, **filters: Unpack[Found]) -> AsyncIterator[answers.DetectionRow]:
        """List what was found on photos."""
        return self.pages(calls.detections(filters))

    async def detection(self, pk: int) -> answers.DetectionRow:
        """Read one detection."""
        return await self.send(calls.detection(pk))

    def identifications(self, **filters: Unpack[Found]) -> AsyncIterator[answers.IdentificationRow]:
        """List answers, each with its votes."""
        return self.pages(calls.identifications(filters))

    async def identification(self, pk: int) -> answers.IdentificationRow:
        """Read one answer."""
        return await self.send(calls.identification(pk))

    def verdicts(self, **filters: Unpack[OfPhotos]) -> AsyncIterator[answers.Verdict]:
        """List what people say."""
        return self.pages(calls.verdicts(filters))

    async def verdict(self, pk: int) -> answers.Verdict:
        """Read one verdict."""
        return await self.send(calls.verdict(pk))

    async def give_verdict(self, **new: Unpack[answers.NewVerdict]) -> answers.Verdict:
        """Say what a detection, or a whole photo, shows."""
        return await self.send(calls.give_verdict(new))

    async def withdraw_verdict(self, pk: int) -> None:
        """Take a verdict back."""
        await self.send(calls.withdraw_verdict(pk))

    # --- Catalogue ----------------------------------------------------------------------------

    def taxa(self, **filters: Unpack[Taxa]) -> AsyncIterator[catalogue.Taxon]:
        """List taxa."""
        return self.pages(calls.taxa(filters))

    async def taxon(self, slug: str) -> catalogue.TaxonDetail:
        """Read all that is known of a taxon."""
        return await self.send(calls.taxon(slug))

    def models(self) -> AsyncIterator[catalogue.Release]:
        """List the releases of models."""
        return self.pages(calls.models())

    async def model(self, name: str, version: str) -> catalogue.Release:
        """Read one release of a model."""
        return await self.send(calls.model(name, version))

    def runs(self) -> AsyncIterator[answers.Run]:
        """List the runs that looked at your photos."""
        return self.pages(calls.runs())

    async def run(self, run_id: Id) -> answers.Run:
        """Read one run: with which versions, weights and thresholds."""
        return await self.send(calls.run(run_id))

    # --- Projects -----------------------------------------------------------------------------

    def projects(self) -> AsyncIterator[of_projects.Project]:
        """List the projects that you are a member of."""
        return self.pages(calls.list_projects())

    async def project(self, slug: str) -> of_projects.Project:
        """Read one project."""
        return await self.send(calls.project(slug))

    def deployments(self, project: str) -> AsyncIterator[of_projects.Deployment]:
        """List the deployments of a project."""
        return self.pages(calls.deployments(project))

    async def deployment(self, pk: Id) -> of_projects.Deployment:
        """Read one deployment."""
        return await self.send(calls.deployment(pk))

    async def make_deployment(
        self, project: str, **new: Unpack[of_projects.NewDeployment]
    ) -> of_projects.Deployment:
        """Add a deployment to a project."""
        return await self.send(calls.make_deployment(project, new))

    async def change_deployment(self, pk: Id, **changes: Any) -> of_projects.Deployment:
        """Change some values of a deployment, named as in `NewDeployment`."""
        return await self.send(calls.change_deployment(pk, changes))

    async def delete_deployment(self, pk: Id) -> None:
        """Delete a deployment and its events; its photos stay."""
        await self.send(calls.delete_deployment(pk))

    def events(self, project: str, **filters: Unpack[Visits]) -> AsyncIterator[of_projects.Event]:
        """List the visits at the cameras of a project."""
        return self.pages(calls.events(project, filters))

    async def event(self, pk: Id) -> of_projects.Event:
        """Read one visit."""
        return await self.send(calls.event(pk))

    # --- Imports ------------------------------------------------------------------------------

    async def open_import(
        self, files: Sequence[Source], *, project: str = "", time_zone: str = "UTC"
    ) -> exchange.Import:
        """Send a file, or the files of a package, to be looked through; nothing changes yet."""
        return await self.send(calls.open_import(files, project, time_zone))

    def imports(self) -> AsyncIterator[exchange.Import]:
        """List your imports and those of projects that you curate, the newest first."""
        return self.pages(calls.list_imports())

    async def import_job(self, import_id: Id) -> exchange.Import:
        """Read how far an import is."""
        return await self.send(calls.import_job(import_id))

    def import_problems(self, import_id: Id) -> AsyncIterator[exchange.ImportProblem]:
        """List what of a file cannot be taken, and why."""
        return self.pages(calls.import_problems(import_id))

    async def confirm_import(self, import_id: Id) -> exchange.Import:
        """Carry out an import that is `ready`."""
        return await self.send(calls.confirm_import(import_id))

    async def cancel_import(self, import_id: Id) -> exchange.Import:
        """Give an import up. What it has changed stays."""
        return await self.send(calls.cancel_import(import_id))

    async def watch_import(self, import_id: Id) -> AsyncIterator[exchange.Import]:
        """Yield how far an import is each time that it changed, until it works no more.

        It then waits for `confirm_import`, or has ended.
        """
        told = None
        while told is None or told["state"] in AT_WORK:
            if told is not None:
                await asyncio.sleep(POLL_UPLOAD)
            now = await self.send(calls.import_job(import_id))
            if now != told:
                yield now
            told = now
