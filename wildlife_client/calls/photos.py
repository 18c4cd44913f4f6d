"""Photos and uploads of them."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from wildlife_client.asking import Call, Filters, Id, Page, Priority, Source, part, quoted
from wildlife_client.types import answers, uploads

# --- Photos --------------------------------------------------------------------------------------


def send_photo(photo: Source, project: str, priority: Priority) -> Call[answers.Photo]:
    params = {"priority": priority, **({"project": project} if project else {})}
    parts = [("photo", part(photo))]
    return Call("photos_upload", "POST", "/photos", params=params, parts=parts)


def photo(photo_id: Id) -> Call[answers.PhotoResult]:
    return Call("photos_read", "GET", f"/photos/{quoted(photo_id)}")


def delete_photo(photo_id: Id) -> Call[None]:
    return Call("photos_delete", "DELETE", f"/photos/{quoted(photo_id)}")


def original(photo_id: Id) -> Call[bytes]:
    return Call("photos_original", "GET", f"/photos/{quoted(photo_id)}/original")


def preview(photo_id: Id) -> Call[bytes]:
    return Call("photos_preview", "GET", f"/photos/{quoted(photo_id)}/preview")


def crop(photo_id: Id, index: int) -> Call[bytes]:
    return Call("photos_crop", "GET", f"/photos/{quoted(photo_id)}/detections/{index}/crop")


def photos(filters: Filters) -> Call[Page[answers.Photo]]:
    return Call("photos_list", "GET", "/photos", params=filters)


# --- Uploads -------------------------------------------------------------------------------------


def open_upload(project: str, deployment: str, key: str | None) -> Call[uploads.Progress]:
    wish = {"project": project, "deployment": deployment}
    return Call(
        "uploads_open",
        "POST",
        "/uploads",
        json={name: value for name, value in wish.items() if value},
        key=key or str(uuid4()),
    )


def upload(upload_id: Id) -> Call[uploads.Progress]:
    return Call("uploads_read", "GET", f"/uploads/{quoted(upload_id)}")


def list_uploads() -> Call[Page[uploads.Upload]]:
    return Call("uploads_list", "GET", "/uploads")


def check(upload_id: Id, hashes: Sequence[str]) -> Call[uploads.Checked]:
    sent = {"sha256": list(hashes)}
    return Call("uploads_check", "POST", f"/uploads/{quoted(upload_id)}/check", json=sent)


def add_files(upload_id: Id, files: Sequence[Source], key: str | None) -> Call[uploads.Items]:
    parts = [part(file) for file in files]
    return Call(
        "uploads_add_files",
        "POST",
        f"/uploads/{quoted(upload_id)}/files",
        parts=[("file", one) for one in parts],
        form={"path": [one.name for one in parts]},
        key=key or str(uuid4()),
    )


def add_addresses(upload_id: Id, urls: Sequence[str]) -> Call[uploads.Items]:
    sent = {"urls": list(urls)}
    return Call(
        "uploads_add_addresses", "POST", f"/uploads/{quoted(upload_id)}/addresses", json=sent
    )


def close_upload(upload_id: Id) -> Call[uploads.Progress]:
    return Call("uploads_close", "POST", f"/uploads/{quoted(upload_id)}/close")


def cancel_upload(upload_id: Id) -> Call[uploads.Changed]:
    return Call("uploads_cancel", "POST", f"/uploads/{quoted(upload_id)}/cancel")


def retry_upload(upload_id: Id) -> Call[uploads.Changed]:
    return Call("uploads_retry", "POST", f"/uploads/{quoted(upload_id)}/retry")


def items(upload_id: Id, state: str, problem: bool) -> Call[Page[uploads.Item]]:
    params: dict[str, Any] = {"state": state} if state else {}
    if problem:
        params["problem"] = True
    return Call("uploads_items_list", "GET", f"/uploads/{quoted(upload_id)}/items", params=params)
