"""What is remembered of an upload, so that it can go on after whatever ended it.

The truth is with the server, which is asked by SHA-256 what it has; this saves hashing again, and
opening a second upload. One JSON document per line, only ever appended: whatever kills the process,
at most the last line is lost.
"""

import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

from wildlife_client import Local, Sent


class Journal:
    """The journal of the same folders to the same place: `key` opens its upload."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.key = ""
        self.upload = ""
        self._hashes: dict[str, tuple[int, int, str]] = {}
        self._refused: dict[str, str] = {}
        for line in self._lines():
            self._take(line)

    @classmethod
    def of(cls, home: Path, server: str, place: str, folders: Sequence[Path]) -> Self:
        """Return the journal of folders that go to a place of a server."""
        named = [server, place, *sorted(str(one.resolve()) for one in folders)]
        name = sha256(json.dumps(named).encode()).hexdigest()[:32]
        folder = home / "uploads"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return cls(folder / f"{name}.jsonl")

    def known(self, file: Local) -> Local:
        """Return a file with its hash, where it was not changed since that was worked out."""
        hashed = self._hashes.get(_name(file))
        if hashed is None or hashed[:2] != _state(file):
            return file
        return Local(file.path, file.name, hashed[2])

    def refusal(self, file: Local) -> str:
        """Return why the open upload refused what is in a file; nothing where it did not."""
        return self._refused.get(file.sha256, "")

    def begin(self) -> str:
        """Return the key to open an upload with: the same until it is known to be open."""
        if not self.key:
            self._write({"key": str(uuid4())})
        return self.key

    def opened(self, upload: str) -> None:
        self._write({"upload": upload})

    def note(self, sent: Sent) -> None:
        """Remember what became of a file."""
        if not sent.file.sha256:
            return
        try:
            size, changed = _state(sent.file)
        except OSError:  # taken away since
            return
        hashed = {"file": _name(sent.file), "state": [size, changed], "sha256": sent.file.sha256}
        if sent.outcome == "refused":
            hashed["refused"] = sent.why
        self._write(hashed)

    def ended(self) -> None:
        """The upload takes no more files: the next one is another."""
        self._write({"ended": self.upload})

    def _take(self, line: dict[str, Any]) -> None:
        match line:
            case {"key": key}:
                self.key = key
            case {"upload": upload}:
                self.upload = upload
            case {"ended": _}:
                self.key = ""
                self._refused.clear()
            case {"file": name, "state": [size, changed], "sha256": hashed, **more}:
                self._hashes[name] = (size, changed, hashed)
                if "refused" in more:
                    self._refused[hashed] = more["refused"]

    def _write(self, line: dict[str, Any]) -> None:
        # What a killed process left unfinished is closed by the line break in front.
        with self.path.open("a", encoding="utf-8") as file:
            file.write("\n" + json.dumps(line))
        self._take(line)

    def _lines(self) -> list[dict[str, Any]]:
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return []
        return [told for line in text.splitlines() if isinstance(told := _read(line), dict)]


def _read(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:  # empty, or cut off
        return None


def _name(file: Local) -> str:
    return str(file.path.absolute())


def _state(file: Local) -> tuple[int, int]:
    state = file.path.stat()
    return state.st_size, state.st_mtime_ns
