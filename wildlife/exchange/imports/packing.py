"""Files that belong together, such as the tables of a package, are kept as one archive."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO, cast
from zipfile import ZIP_DEFLATED, ZipFile

from django.core.files.uploadedfile import UploadedFile

from wildlife.photos.filenames import display_path

_IN_MEMORY = 8 * 1024 * 1024
_CHUNK = 1024 * 1024


@contextmanager
def packed(files: Sequence[UploadedFile]) -> Iterator[tuple[BinaryIO, str]]:
    """Give what was uploaded as one file, and its name."""
    if len(files) == 1:
        yield cast(BinaryIO, files[0].file), files[0].name or ""
        return
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as kept:
        with ZipFile(kept, "w", ZIP_DEFLATED) as archive:
            for file in files:
                with archive.open(display_path(file.name), "w", force_zip64=True) as entry:
                    for chunk in file.chunks(_CHUNK):
                        entry.write(chunk)
        kept.seek(0)
        yield cast(BinaryIO, kept), f"{files[0].name}.zip"
