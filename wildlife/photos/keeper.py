"""Whose photos and uploads are: a user's, a guest's session's, or a project's."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User

from wildlife.photos.models import Photo, Upload
from wildlife.projects.models import Project


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who has photos. With a project it is the project; `owner` then is who uploads for it."""

    owner: User | None = None
    guest: str = ""
    project: Project | None = None

    @property
    def photos(self) -> dict[str, Any]:
        """Return the columns of the photos they have, for rows to make and to find."""
        if self.project is not None:
            return {"owner": None, "guest": "", "project": self.project}
        return {"owner": self.owner, "guest": "" if self.owner else self.guest, "project": None}

    @property
    def uploads(self) -> dict[str, Any]:
        """Return the columns of their uploads: one for a project is still made by somebody."""
        guest = "" if self.owner else self.guest
        return {"owner": self.owner, "guest": guest, "project": self.project}


def keeper_of(row: Photo | Upload) -> Keeper:
    """Return whose a photo is, or for whom an upload brings photos."""
    return Keeper(row.owner, row.guest, row.project)
