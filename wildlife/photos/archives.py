"""Zip archives of strangers: nothing of them is ever unpacked to a path, and little is believed."""

import errno
import io
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast
from zipfile import BadZipFile, ZipFile, ZipInfo

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from pipelines.formats import HEAD_BYTES, sniff
from wildlife.photos.arrivals import PART_BYTES, part_name
from wildlife.photos.filenames import display_path
from wildlife.photos.models import UploadItem
from wildlife.photos.refusals import PhotoRefused

_MOST_RATIO = 200
"""How much smaller a photo may become by packing; even a plain bitmap hardly gets there."""
_SUSPICIOUS_FROM = 8 * 1024 * 1024
_IN_MEMORY = 4 * 1024 * 1024
_CHUNK = 1024 * 1024
_BROKEN = (BadZipFile, EOFError, zlib.error, OSError, ValueError, NotImplementedError)
"""What reading hostile or damaged archives raises."""
_ENCRYPTED, _UTF8 = 0x1, 0x800
_JUNK_FOLDERS = {"__MACOSX"}
_JUNK = {".DS_Store", "Thumbs.db", "desktop.ini"}


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive. `key` tells it from the others; `path` is only shown."""

    key: str
    path: str
    size: int
    info: ZipInfo

    @property
    def name(self) -> str:
        """What it is called in the archive, with the folders that it claims."""
        return self.key.partition("/")[2]


class Parts(io.RawIOBase):
    """The parts of an archive, read as one file from the storage; one part is open at a time."""

    def __init__(self, size: int, open_part: Callable[[int], BinaryIO]) -> None:
        self._size, self._open_part = size, open_part
        self._at = 0
        self._number = -1
        self._part: BinaryIO | None = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise OSError(errno.EINVAL, "before the beginning")  # what `zipfile` expects
        self._at = base + offset
        return self._at

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast(bytearray, buffer))
        number, offset = divmod(self._at, PART_BYTES)
        wanted = min(len(view), PART_BYTES - offset, self._size - self._at)
        if wanted <= 0:
            return 0
        if self._part is None or number != self._number:
            self._close_part()
            self._number, self._part = number, self._open_part(number)
        self._part.seek(offset)
        data = self._part.read(wanted)
        view[: len(data)] = data
        self._at += len(data)
        return len(data)

    def close(self) -> None:
        self._close_part()
        super().close()

    def _close_part(self) -> None:
        if self._part is not None:
            self._part.close()
            self._part = None


def archive_file(item: UploadItem) -> BinaryIO:
    """Return a complete archive, as one file that can be read anywhere."""

    def open_part(number: int) -> BinaryIO:
        return cast(BinaryIO, default_storage.open(part_name(item, number)))

    return cast(BinaryIO, io.BufferedReader(Parts(item.size, open_part), _CHUNK))


def opened(file: BinaryIO) -> ZipFile:
    """Return an archive after looking at what it claims to hold. Raises PhotoRefused."""
    try:
        archive = ZipFile(file)
    except _BROKEN as error:
        raise PhotoRefused(
            _("This is no zip archive, or one that is cut short or damaged. Pack it again."),
            "damaged",
        ) from error
    entries = archive.infolist()
    if len(entries) > settings.MAX_ARCHIVE_FILES:
        raise PhotoRefused(
            _("This archive holds more than %(most)d files. Pack the photos into several.")
            % {"most": settings.MAX_ARCHIVE_FILES},
            "too_large",
        )
    if sum(entry.file_size for entry in entries) > settings.MAX_UNPACKED_BYTES:
        raise PhotoRefused(
            _("Unpacked, this archive is larger than %(most).4g GB. Pack the photos into several.")
            % {"most": settings.MAX_UNPACKED_BYTES / 1024**3},
            "too_large",
        )
    return archive


def members_of(archive: ZipFile) -> list[Member]:
    """Return the files in an archive, without folders and what operating systems leave behind."""
    members = []
    for index, info in enumerate(archive.infolist()):
        name = _name(info)
        parts = PurePosixPath(name.replace("\\", "/")).parts
        if info.is_dir() or not parts or parts[0] in _JUNK_FOLDERS or parts[-1] in _JUNK:
            continue
        members.append(Member(f"{index}/{name}", display_path(name), info.file_size, info))
    return members


def _name(info: ZipInfo) -> str:
    """Return a name in the alphabet it was written in.

    Names without the UTF-8 mark are mostly UTF-8 all the same, or in a Chinese encoding where
    they were packed on such a system; `zipfile` reads them as those of an old DOS.
    """
    if info.flag_bits & _UTF8:
        return info.filename
    try:
        raw = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


@contextmanager
def unpacked(archive: ZipFile, member: Member) -> Iterator[UploadedFile]:
    """Give one file of an archive.

    What is no photo is told by its first bytes and read no further: a bomb does not go off.
    Raises PhotoRefused.
    """
    _refuse_by_what_it_claims(member)
    with SpooledTemporaryFile(_IN_MEMORY) as kept:
        try:
            with archive.open(member.info) as source:
                head = source.read(HEAD_BYTES)
                _refuse_by_its_head(head)
                kept.write(head)
                while chunk := source.read(_CHUNK):
                    kept.write(chunk)
        except _BROKEN as error:
            raise PhotoRefused(
                _("This file is damaged inside the archive. Pack it again, or upload it alone."),
                "damaged",
            ) from error
        size = kept.tell()
        kept.seek(0)
        yield UploadedFile(cast(BinaryIO, kept), member.path, "", size)


def _refuse_by_what_it_claims(member: Member) -> None:
    info, name = member.info, _name(member.info)
    if PurePosixPath(name).is_absolute() or PureWindowsPath(name).anchor or _climbs(name):
        raise PhotoRefused(
            _("Its name leads out of the archive, as only a harmful one's would. It is left out."),
            "bad_name",
        )
    if info.flag_bits & _ENCRYPTED:
        raise PhotoRefused(
            _("It is locked with a password. Pack it without one, or upload it by itself."),
            "locked",
        )
    if info.file_size > settings.MAX_UPLOAD_BYTES:
        raise PhotoRefused(
            _("This file is larger than %(most).4g MB, the most we take.")
            % {"most": settings.MAX_UPLOAD_BYTES / 1024**2},
            "too_large",
        )
    if info.file_size > _SUSPICIOUS_FROM and info.file_size > _MOST_RATIO * info.compress_size:
        raise PhotoRefused(
            _("It is packed as only a trap would be: no photo becomes so small. It is left out."),
            "bomb",
        )


def _climbs(name: str) -> bool:
    return ".." in name.replace("\\", "/").split("/")


def _refuse_by_its_head(head: bytes) -> None:
    if head.startswith(b"PK\x03\x04"):
        raise PhotoRefused(
            _("This is an archive inside an archive. Upload it by itself."), "nested"
        )
    if head and sniff(head) is None:
        raise PhotoRefused(
            _("This file is not a photo that we can read, so it is left out."), "not_an_image"
        )
