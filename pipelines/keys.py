"""Under which storage keys the pictures made of a photo are kept.

Two levels, because a folder with a million entries is slow to list.
"""


def preview_key(photo_id: str) -> str:
    return f"previews/{photo_id[:2]}/{photo_id}.jpg"


def crop_folder(photo_id: str) -> str:
    return f"crops/{photo_id[:2]}/{photo_id}"


def thumb_key(photo_id: str) -> str:
    """Of the whole photo in the size of a crop, made where it has no crop. It goes with them."""
    return f"{crop_folder(photo_id)}/photo.jpg"


def crop_key(photo_id: str, index: int) -> str:
    return f"{crop_folder(photo_id)}/{index}.jpg"
