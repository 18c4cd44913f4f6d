"""The file that is imported: a table, a document, or an archive with photos beside it."""

import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import IO, Any, BinaryIO, cast
from zipfile import BadZipFile, ZipFile

import ijson
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_noop as _

from wildlife.exchange.imports.entries import WrongFile
from wildlife.photos.archives import Member, members_of, opened, unpacked
from wildlife.photos.refusals import PhotoRefused

LARGEST_TABLE = 2 * 1024**3
"""Bytes of one table or document in an archive, unpacked."""
MOST_RATIO = 400
"""How much smaller a table may become by packing, from `_SUSPICIOUS` bytes on."""
_SUSPICIOUS = 16 * 1024 * 1024
_DAMAGED = (BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError)
_NOT_JSON = re.compile(rb"(?<=[\[:,\s])-?(?:NaN|Infinity)(?![\w\"])")
_TAIL = 16
_LONGEST_WORD = 4096
_TELLING = {"predictions", "detection_categories", "images", "annotations"}
"""Where one of these is met, the rest of a document need not be read to know its format."""


class Brought:
    """An open file. In an archive its tables and photos are found by their names."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self.name = name
        self._file = file
        self._archive: ZipFile | None = None
        self._members: dict[str, Member] = {}
        head = file.read(4)
        file.seek(0)
        if head == b"PK\x03\x04" or name.lower().endswith(".zip"):
            try:
                self._archive = opened(file)
            except PhotoRefused as reason:
                raise WrongFile(str(reason)) from reason
            self._members = {_folded(one.name): one for one in members_of(self._archive)}

    @property
    def is_archive(self) -> bool:
        return self._archive is not None

    def names(self, *endings: str) -> list[str]:
        """Return the names in an archive that end so, those of the uppermost folders first."""
        found = [one.name for one in self._members.values() if one.name.lower().endswith(endings)]
        return sorted(found, key=lambda name: (len(PurePosixPath(name).parts), name))

    def has(self, name: str) -> bool:
        return _folded(name) in self._members

    @contextmanager
    def table(self, name: str = "") -> Iterator[BinaryIO]:
        """Open the file itself, or one of an archive. Raises WrongFile for a trap."""
        if self._archive is None:
            self._file.seek(0)
            yield self._file
            return
        member = self._members.get(_folded(name))
        if member is None:
            raise WrongFile(_("The archive has no file %(name)s."), name=name)
        size, packed = member.info.file_size, max(member.info.compress_size, 1)
        if size > LARGEST_TABLE or (size > _SUSPICIOUS and size > MOST_RATIO * packed):
            raise WrongFile(_("%(name)s is packed as only a trap would be."), name=name)
        try:
            with self._archive.open(member.info) as source:
                yield cast(BinaryIO, source)
        except _DAMAGED as error:
            raise WrongFile(
                _("%(name)s is damaged or locked inside the archive."), name=name
            ) from error

    @contextmanager
    def photo(self, name: str) -> Iterator[UploadedFile]:
        """Give a photo of the archive. Raises PhotoRefused."""
        member = self._members[_folded(name)]
        assert self._archive is not None
        with unpacked(self._archive, member) as file:
            yield file


class _Numbers:
    """JSON as others write it: their NaN is read as null, and told where a number is needed."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._held = b""

    def read(self, size: int = -1) -> bytes:
        """Return about so many bytes, b"" only at the end; what may be half a word waits."""
        if size == 0:
            return b""
        while True:
            chunk = self._file.read(size)
            data = self._held + chunk
            cut = _between(data) if chunk else len(data)
            self._held = data[cut:]
            if cut or not chunk:
                return _NOT_JSON.sub(b"null", data[:cut])


def _between(data: bytes) -> int:
    """Return a place near the end where no word is cut in two; what follows begins with a sign.

    0 where there is none yet; a word that is longer than all of these is cut.
    """
    last = max(len(data) - _TAIL, 0)
    cut = last
    while cut and (data[cut : cut + 1].isalnum() or data[cut : cut + 1] == b"-"):
        cut -= 1
    return cut if cut or len(data) < _LONGEST_WORD else last


def items(file: IO[bytes], prefix: str) -> Iterator[Any]:
    """Yield the values at a place of a document, one by one. Raises ijson.JSONError."""
    return cast(Iterator[Any], ijson.items(_Numbers(file), prefix, use_float=True))


def first(brought: Brought, name: str, prefix: str) -> Any:
    """Return the value at a place of a document, None where there is none."""
    with brought.table(name) as file:
        try:
            return next(items(file, prefix), None)
        except (ijson.JSONError, UnicodeDecodeError):
            return None


def top_keys(brought: Brought, name: str) -> set[str]:
    """Return the names that a document begins with, as far as it can be read."""
    keys: set[str] = set()
    with brought.table(name) as file:
        try:
            for prefix, event, value in ijson.parse(_Numbers(file), use_float=True):
                if event == "map_key" and prefix == "":
                    keys.add(value)
                    if keys & _TELLING:
                        break
        except (ijson.JSONError, UnicodeDecodeError):
            pass
    return keys


def _folded(name: str) -> str:
    return name.replace("\\", "/").removeprefix("./").casefold()
