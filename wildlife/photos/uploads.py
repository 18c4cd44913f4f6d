"""What happens while an upload still arrives."""

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler


class DropBeyondLimit(FileUploadHandler):
    """Lets no file fill the disk: what comes after `MAX_UPLOAD_BYTES` is thrown away.

    It stands before the handlers that keep the bytes. The piece that crosses the limit still
    passes, so that the file is found too large, by name and beside the others of its upload.
    """

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        return None if start > settings.MAX_UPLOAD_BYTES else raw_data

    def file_complete(self, file_size: int) -> UploadedFile | None:
        return None
