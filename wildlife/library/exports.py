"""Photos as files: what was found as a table, and the originals as an archive. Both are streamed,
so that neither takes memory or time before the first byte."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import structlog
from django.core.files.storage import default_storage
from django.db.models import Prefetch, QuerySet

from wildlife.identifications.models import Detection
from wildlife.library.paging import beyond, mark
from wildlife.photos.models import Photo
from wildlife.projects.places import coarse

log = structlog.get_logger(__name__)

HEADINGS = (
    "photo", "file", "taken_at", "latitude", "longitude", "received_at", "state", "number",
    "category", "scientific_name", "rank", "confidence", "agreement", "reason",
    "x", "y", "width", "height",
)  # fmt: skip
_PORTION = 500
_CHUNK = 1024 * 1024


def as_csv(photos: QuerySet[Photo], *, exact: bool = True) -> Iterator[str]:
    """Yield the lines of a table: one per thing found on a photo, one where there is none.

    Places are rough unless the reader may know them exactly.
    """
    line = _Line()
    writer = csv.writer(line)
    writer.writerow(HEADINGS)
    yield "\ufeff" + line.text
    detections = Detection.objects.select_related("identification__taxon")
    for portion in _portions(photos.prefetch_related(Prefetch("detections", detections))):
        for photo in portion:
            for row in photo.detections.all() or (None,):
                writer.writerow([*_of_photo(photo, exact), *_of_detection(row)])
                yield line.text


def as_zip(photos: QuerySet[Photo]) -> Iterator[bytes]:
    """Yield an archive of the originals, named as they were uploaded. Lost files are left out."""
    pipe = _Pipe()
    names: set[str] = set()
    with ZipFile(pipe, "w", ZIP_STORED) as archive:
        for portion in _portions(
            photos.only("id", "moment", "original", "filename", "received_at")
        ):
            for photo in portion:
                entry = ZipInfo(_free(photo, names), photo.received_at.timetuple()[:6])
                try:
                    source = default_storage.open(str(photo.original.name))
                except FileNotFoundError:
                    log.warning("original_not_exported", photo=str(photo.pk))
                    continue
                with source, archive.open(entry, "w", force_zip64=True) as to:
                    while chunk := source.read(_CHUNK):
                        to.write(chunk)
                        yield pipe.taken()
    yield pipe.taken()


def _portions(photos: QuerySet[Photo]) -> Iterator[Sequence[Photo]]:
    after = ""
    while portion := list(beyond(photos, after)[:_PORTION]):
        yield portion
        after = mark(portion[-1].moment, portion[-1].pk)


def _of_photo(photo: Photo, exact: bool) -> Iterable[object]:
    return (
        photo.pk,
        _harmless(photo.filename),
        # The clock on the spot: no zone is known to it.
        photo.taken_at.replace(tzinfo=None).isoformat() if photo.taken_at else "",
        _degrees(photo.latitude, exact),
        _degrees(photo.longitude, exact),
        photo.received_at.isoformat(),
        photo.state,
    )


def _degrees(value: float | None, exact: bool) -> str:
    """Return a latitude or longitude; rough where the reader may not know it exactly."""
    return _number(value if exact or value is None else coarse(value))


def _of_detection(row: Detection | None) -> Iterable[object]:
    if row is None:
        return [""] * (len(HEADINGS) - 7)
    answer = getattr(row, "identification", None)
    taxon = answer.taxon if answer else None
    return (
        row.index + 1,
        row.category,
        taxon.scientific_name if taxon else "",
        taxon.rank if taxon else "",
        f"{answer.confidence:.4f}" if answer else f"{row.confidence:.4f}",
        f"{answer.agreement:.4f}" if answer else "",
        answer.reason if answer else "",
        *(f"{side:.4f}" for side in (row.x, row.y, row.width, row.height)),
    )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6f}"


def _harmless(text: str) -> str:
    """A spreadsheet would run a name that begins like a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _free(photo: Photo, taken: set[str]) -> str:
    """Return a name for an entry; cameras count from 0001 again on each card."""
    name = photo.filename.replace("/", "_").replace("\\", "_").lstrip(".") or "photo"
    if name in taken:
        stem, dot, end = name.rpartition(".")
        name = f"{stem}-{photo.pk.hex[:8]}.{end}" if dot else f"{name}-{photo.pk.hex[:8]}"
    taken.add(name)
    return name


class _Line(io.StringIO):
    """Keeps what was written last."""

    text = ""

    def write(self, text: str) -> int:
        self.text = text
        return len(text)


class _Pipe(io.RawIOBase):
    """A file that cannot be gone back in: what is written waits to be taken."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: bytes | bytearray | memoryview) -> int:  # type: ignore[override]
        self._waiting.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        waiting, self._waiting = self._waiting, []
        return b"".join(waiting)
