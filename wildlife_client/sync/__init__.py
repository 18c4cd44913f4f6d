"""The client for programs that do one thing after another, or use threads."""

from wildlife_client.sync.notices import Notices
from wildlife_client.sync.photos import PhotosAndUploads
from wildlife_client.sync.projects import Projects
from wildlife_client.sync.records import Records

__all__ = ["Client"]


class Client(PhotosAndUploads, Projects, Records, Notices):
    """Everything that a server offers, as methods.

    `url` is that of its start page; without a token you are a guest, whose photos nobody sees
    after this object is gone. Close it, or use it in `with`. Threads may share it.

    Every method raises WildlifeError.
    """
