"""Uploads and photos for tests."""

from pathlib import Path

from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.images import saved, scene
from wildlife.photos.models import Photo
from wildlife.photos.services import receive


def upload(data: bytes | None = None, name: str = "elephant.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, saved(scene()) if data is None else data)


def photo_of(
    guest: str = "guest", side: int = 64, owner: User | None = None, **values: object
) -> Photo:
    """A received photo; another `side` makes another photo."""
    photo = receive(upload(saved(scene(side, 48))), owner=owner, guest=guest).photo
    for name, value in values.items():
        setattr(photo, name, value)
    photo.save()
    return photo


def files_in(folder: Path) -> list[str]:
    """All files below a folder."""
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def put(key: str, data: bytes = b"rendition") -> None:
    default_storage.save(key, ContentFile(data))
