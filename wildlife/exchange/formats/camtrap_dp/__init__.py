"""Camtrap DP 1.0.2: https://camtrap-dp.tdwg.org. A package of three tables, as a zip.

Identifiers come from what photos are, not from their rows here: a photo's SHA-256, a deployment's
name. The same photos give the same package, wherever they are kept.
"""

from collections.abc import Iterable
from typing import IO
from zipfile import ZipFile

from wildlife.exchange.formats.base import Files, copy, dump, zipped
from wildlife.exchange.formats.camtrap_dp.columns import DEPLOYMENTS, MEDIA, NO_TIME, OBSERVATIONS
from wildlife.exchange.formats.camtrap_dp.describing import described
from wildlife.exchange.formats.camtrap_dp.package import Medium, Package
from wildlife.exchange.notes import Note, noted
from wildlife.exchange.records import PhotoRecord, ProjectRecord

__all__ = [
    "DEPLOYMENTS",
    "FOLDER",
    "MEDIA",
    "NO_TIME",
    "OBSERVATIONS",
    "write",
    "write_with_photos",
]
FOLDER = "media"


def write(
    records: Iterable[PhotoRecord], about: ProjectRecord, to: IO[bytes], files: Files
) -> list[Note]:
    """Write the package with the addresses of photos. Those without any place are left out."""
    return _written(records, about, to, None)


def write_with_photos(
    records: Iterable[PhotoRecord], about: ProjectRecord, to: IO[bytes], files: Files
) -> list[Note]:
    """Write the package with the photos inside, as the asker may see them."""
    return _written(records, about, to, files)


def _written(
    records: Iterable[PhotoRecord], about: ProjectRecord, to: IO[bytes], files: Files | None
) -> list[Note]:
    package = Package()
    no_place = only_address = 0
    with zipped(to) as archive:
        for record in records:
            place = (record.deployment.place if record.deployment else None) or record.place
            if place is None:
                no_place += 1
                continue
            medium = _brought(archive, record, files) if files else None
            only_address += files is not None and medium is None
            package.add(record, place, medium or Medium(record.url, record.media_type))
        package.finish()
        package.deployments().into(archive, "deployments.csv")
        package.media.into(archive, "media.csv")
        package.observations.into(archive, "observations.csv")
        archive.writestr("datapackage.json", dump(described(package, about)))
    return noted(no_place=no_place, only_address=only_address)


def _brought(archive: ZipFile, record: PhotoRecord, files: Files) -> Medium | None:
    """Copy a picture into the package; return None where there is none, or none to be seen."""
    name, media_type = record.pictured
    path = f"{FOLDER}/{name}".replace("..", "__")  # which no path in a package may have
    try:
        if not record.picture:
            raise FileNotFoundError
        with files(record.picture) as source:
            copy(archive, path, source)
    except FileNotFoundError:
        return None
    return Medium(path, media_type, public=True)
