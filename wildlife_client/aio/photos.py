"""Photos and uploads of them, with asyncio."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from http import HTTPStatus
from typing import Unpack

from wildlife_client import errors, uploading
from wildlife_client.aio.sending import Sending
from wildlife_client.asking import (
    Filters,
    Id,
    Priority,
    Source,
)
from wildlife_client.calls import photos as calls
from wildlife_client.types import answers
from wildlife_client.types import uploads as of_uploads
from wildlife_client.uploading import Local, Sent

PENDING = ("waiting", "running")
POLL_PHOTO = 0.5
POLL_UPLOAD = 2.0
"""seconds between two questions how far something is"""


class PhotosAndUploads(Sending):
    """The operations on photos and uploads."""

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
