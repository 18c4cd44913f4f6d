"""The client for programs that do many things at once with asyncio."""

from wildlife_client.aio.notices import Notices
from wildlife_client.aio.photos import PhotosAndUploads
from wildlife_client.aio.projects import Projects
from wildlife_client.aio.records import Records

__all__ = ["AsyncClient"]


class AsyncClient(PhotosAndUploads, Projects, Records, Notices):
    """Everything that a server offers, as methods.

    `url` is that of its start page; without a token you are a guest, whose photos nobody sees
    after this object is gone. Close it, or use it in `async with`.

    Every method raises WildlifeError.
    """
