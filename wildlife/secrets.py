"""Secrets that a copy makes for itself on its first start."""

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
