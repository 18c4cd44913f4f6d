"""Prepared networks on disk: one file each, complete or absent, and checked when read."""

import hashlib
import os
import tempfile
from pathlib import Path

DIGEST = 32
LENGTH = 8


def write(path: Path, topology: bytes, weights: bytes) -> None:
    """Write a network at once: a reader sees the old file or the new one, never a part."""
    body = len(topology).to_bytes(LENGTH, "big") + topology + weights
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(hashlib.sha256(body).digest() + body)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def read(path: Path) -> tuple[bytes, bytes] | None:
    """Return (topology, weights), or None where there is no such file or it is damaged."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    body = content[DIGEST:]
    if hashlib.sha256(body).digest() != content[:DIGEST]:
        return None
    start = LENGTH + int.from_bytes(body[:LENGTH], "big")
    return body[LENGTH:start], body[start:]
