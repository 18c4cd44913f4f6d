"""Secrets that a copy makes for itself on its first start."""

import hashlib
import os
import secrets
from pathlib import Path


def secret_key(data_dir: Path) -> str:
    """Return this copy's Django secret key, made on first use and readable by its owner only."""
    path = data_dir / "secret-key"
    try:
        return path.read_text()
    except FileNotFoundError:
        # Whoever reads the database can sign in as anyone: it is its owner's alone, too.
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # another process of the first start was quicker
        return path.read_text()
    key = secrets.token_urlsafe(50)
    with os.fdopen(descriptor, "w") as file:
        file.write(key)
    return key


def cookie_name(kind: str, key: str) -> str:
    """Return the name of a cookie of the copy with this secret key.

    Browsers send a host's cookies to all of its ports: under one name, copies side by side would
    overwrite each other's sessions, and with them a guest's only way to their photos.
    """
    return f"{kind}-{hashlib.blake2s(key.encode(), person=b'cookies').hexdigest()[:8]}"
