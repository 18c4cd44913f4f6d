"""Bring what was found to a server, going on where an earlier try ended."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from wildlife_cli.journal import Journal
from wildlife_client import Client, Local, Sent
from wildlife_client.errors import NotFound
from wildlife_client.uploading import hashed, in_chunks

FAILED = ("refused", "postponed", "unreadable")


@dataclass(slots=True)
class Report:
    """What became of files; `upload` is empty where nothing had to be sent."""

    upload: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    failed: list[Sent] = field(default_factory=list)

    def add(self, sent: Sent) -> None:
        self.counts[sent.outcome] += 1
        if sent.outcome in FAILED:
            self.failed.append(sent)

    def as_json(self) -> dict[str, Any]:
        return {
            "upload": self.upload or None,
            "taken": self.counts["taken"],
            "known": self.counts["known"],
            "failed": [
                {"path": str(one.file.path), "outcome": one.outcome, "why": one.why}
                for one in self.failed
            ],
        }


@dataclass(frozen=True, slots=True)
class Bringing:
    """Brings files to one place: `project` and `deployment` are keys, or empty."""

    client: Client
    journal: Journal
    project: str = ""
    deployment: str = ""
    parallel: int = 4

    def bring(self, files: Sequence[Local], told: Callable[[Sent], None]) -> Report:
        """Send what the server has not got, then close the upload; `told` hears of each file.

        Raises WildlifeError where it cannot go on; the same again goes on from there.
        """
        report = Report()

        def tell(sent: Sent) -> None:
            report.add(sent)
            told(sent)

        files = [self._recalled(file) for file in files]
        upload, files = self._going_on(), [*self._not_refused(files, tell)]
        if not upload:
            files = [*self._missing(files, tell)]
            if not files:
                return report
            upload = self._open()
        report.upload = upload
        for sent in self.client.upload_files(upload, files, parallel=self.parallel):
            self.journal.note(sent)
            tell(sent)
        if not report.counts["postponed"]:
            self.client.close_upload(upload)
            self.journal.ended()
        return report

    def _recalled(self, file: Local) -> Local:
        try:
            return self.journal.known(file)
        except OSError:  # the client says of it that it cannot be read
            return file

    def _going_on(self) -> str:
        """Return the upload that is still open, if there is one."""
        if not self.journal.key or not self.journal.upload:
            return ""
        try:
            upload = self.client.upload(self.journal.upload)
        except NotFound:
            self.journal.ended()
            return ""
        if upload["closed_at"] or upload["cancelled_at"]:
            self.journal.ended()
            return ""
        return upload["id"]

    def _open(self) -> str:
        key = self.journal.begin()
        upload = self.client.open_upload(project=self.project, deployment=self.deployment, key=key)
        self.journal.opened(upload["id"])
        return upload["id"]

    def _not_refused(self, files: Sequence[Local], told: Callable[[Sent], None]) -> Iterator[Local]:
        """Yield files but those that the open upload refused already."""
        for file in files:
            if why := self.journal.refusal(file):
                told(Sent(file, "refused", why))
            else:
                yield file

    def _missing(self, files: Sequence[Local], told: Callable[[Sent], None]) -> Iterator[Local]:
        """Yield files but those that came with the upload before, so that none is opened for
        nothing: also an upload that takes no more files answers what is there."""
        if not self.journal.upload:
            yield from files
            return
        for some in in_chunks(files):
            readable = []
            for file in some:
                one = hashed(file)
                if isinstance(one, Sent):
                    told(one)
                else:
                    readable.append(one)
            if not readable:
                continue
            hashes = list({file.sha256 for file in readable})
            try:
                checked = self.client.check(self.journal.upload, hashes)
            except NotFound:  # deleted since
                yield from readable
                continue
            photos = {one["sha256"]: one["photo"] for one in checked["known"]}
            for file in readable:
                if file.sha256 in photos:
                    sent = Sent(file, "known", photo=photos[file.sha256])
                    self.journal.note(sent)
                    told(sent)
                else:
                    yield file
