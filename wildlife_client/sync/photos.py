"""Photos and uploads of them."""

import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from http import HTTPStatus
from typing import Unpack

from wildlife_client import errors, uploading
from wildlife_client.asking import (
    Filters,
    Id,
    Priority,
    Source,
)
from wildlife_client.calls import photos as calls
from wildlife_client.sync.sending import Sending
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

    def identify(
        self, photo: Source, *, project: str = "", patience: float = 300.0
    ) -> answers.PhotoResult:
        """Send one photo and wait until it is looked at, for at most `patience` seconds.

        The answer's `state` is `done`, or `failed` with a sentence in `failure`. Raises
        TookTooLong.
        """
        sent = self.send(calls.send_photo(photo, project, "interactive"))
        return self.wait_for_photo(sent["id"], patience=patience)

    def wait_for_photo(self, photo_id: Id, *, patience: float = 300.0) -> answers.PhotoResult:
        """Return a photo once it is looked at. Raises TookTooLong after `patience` seconds."""
        ends = time.monotonic() + patience
        while True:
            photo = self.send(calls.photo(photo_id))
            if photo["state"] not in PENDING:
                return photo
            if time.monotonic() >= ends:
                raise errors.TookTooLong(f"The photo {photo_id} is still {photo['state']}.")
            self._sleep(POLL_PHOTO)

    def send_photo(
        self, photo: Source, *, project: str = "", priority: Priority = "bulk"
    ) -> answers.Photo:
        """Send one photo and do not wait for its answer."""
        return self.send(calls.send_photo(photo, project, priority))

    def photo(self, photo_id: Id) -> answers.PhotoResult:
        """Read all that is known of a photo."""
        return self.send(calls.photo(photo_id))

    def photos(self, **filters: Unpack[Filters]) -> Iterator[answers.Photo]:
        """List your photos, or those of a project, newest first."""
        return self.pages(calls.photos(filters))

    def original(self, photo_id: Id) -> bytes:
        """Read the file as it was sent: for who may."""
        return self.send(calls.original(photo_id))

    def preview(self, photo_id: Id) -> bytes:
        """Read a smaller JPEG of a photo."""
        return self.send(calls.preview(photo_id))

    def crop(self, photo_id: Id, index: int) -> bytes:
        """Read the part of a photo that a detection is about, as JPEG."""
        return self.send(calls.crop(photo_id, index))

    def delete_photo(self, photo_id: Id) -> None:
        """Delete a photo for good, with all that was said of it."""
        self.send(calls.delete_photo(photo_id))

    # --- Uploads ------------------------------------------------------------------------------

    def open_upload(
        self, *, project: str = "", deployment: str = "", key: str | None = None
    ) -> of_uploads.Progress:
        """Open an upload. With the same `key` it is the same upload for a day."""
        return self.send(calls.open_upload(project, deployment, key))

    def upload(self, upload_id: Id) -> of_uploads.Progress:
        """Read how far an upload is."""
        return self.send(calls.upload(upload_id))

    def uploads(self) -> Iterator[of_uploads.Upload]:
        """List your uploads, the newest first."""
        return self.pages(calls.list_uploads())

    def check(self, upload_id: Id, hashes: Sequence[str]) -> of_uploads.Checked:
        """Ask which of up to 1000 files are there already, by their SHA-256."""
        return self.send(calls.check(upload_id, hashes))

    def add_files(
        self, upload_id: Id, files: Sequence[Source], *, key: str | None = None
    ) -> of_uploads.Items:
        """Send files, photos or zip archives, in one request: each is taken on its own."""
        return self.send(calls.add_files(upload_id, files, key))

    def add_addresses(self, upload_id: Id, urls: Sequence[str]) -> of_uploads.Items:
        """Let the server fetch photos from up to 1000 addresses in the public internet."""
        return self.send(calls.add_addresses(upload_id, urls))

    def items(
        self, upload_id: Id, *, state: str = "", problem: bool = False
    ) -> Iterator[of_uploads.Item]:
        """List the files of an upload; with `problem` only those that went wrong."""
        return self.pages(calls.items(upload_id, state, problem))

    def close_upload(self, upload_id: Id) -> of_uploads.Progress:
        """Say that no more files come."""
        return self.send(calls.close_upload(upload_id))

    def cancel_upload(self, upload_id: Id) -> of_uploads.Changed:
        """Give up what is not there yet. Photos that are there stay."""
        return self.send(calls.cancel_upload(upload_id))

    def retry_upload(self, upload_id: Id) -> of_uploads.Changed:
        """Let the server try what failed once more, and nothing else."""
        return self.send(calls.retry_upload(upload_id))

    def watch(self, upload_id: Id) -> Iterator[of_uploads.Progress]:
        """Yield how far an upload is each time that it changed, until it is finished.

        An upload that is open ends only once it is closed.
        """
        told = None
        while told is None or not told["finished"]:
            if told is not None:
                self._sleep(POLL_UPLOAD)
            now = self.send(calls.upload(upload_id))
            if now != told:
                yield now
            told = now

    def upload_files(
        self, upload_id: Id, files: Iterable[Local], *, parallel: int = 4
    ) -> Iterator[Sent]:
        """Bring files into an open upload, and yield what became of each, in no order.

        What the server has already is not sent; the rest is, `parallel` at a time. After whatever
        interrupted it, do the same again. Raises WildlifeError where it cannot go on.
        """
        for some in uploading.in_chunks(files):
            pool = ThreadPoolExecutor(parallel)
            try:
                yield from self._bring(pool, upload_id, some)
            finally:
                pool.shutdown(wait=False, cancel_futures=True)

    def _bring(
        self, pool: ThreadPoolExecutor, upload_id: Id, files: Sequence[Local]
    ) -> Iterator[Sent]:
        readable = []
        for one in pool.map(uploading.hashed, files):
            if isinstance(one, Sent):
                yield one
            else:
                readable.append(one)
        groups = uploading.by_hash(readable)
        if not groups:
            return
        checked = self.check(upload_id, list(groups))
        yield from uploading.known(groups, checked)
        sending = [pool.submit(self._add, upload_id, groups[one]) for one in checked["missing"]]
        for done in as_completed(sending):
            yield from done.result()

    def _add(self, upload_id: Id, alike: Sequence[Local]) -> list[Sent]:
        """Send the first of some files that are alike."""
        first = alike[0]
        try:
            call = calls.add_files(
                upload_id, [uploading.part_of(first)], uploading.key_of(upload_id, first)
            )
            return uploading.told(alike, self.send(call)["items"][0])
        except OSError as error:
            return [uploading.unreadable(file, error) for file in alike]
        except errors.Problem as error:
            if error.status != HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
                raise
            return uploading.too_large(alike, error)
