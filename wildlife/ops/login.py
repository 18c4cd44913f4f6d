"""The admin account that a copy makes on its first start."""

import os
import secrets
from pathlib import Path

USERNAME = "admin"


def password_file(data_dir: Path) -> Path:
    return data_dir / "admin-password"


def new_password(data_dir: Path) -> str:
    """Return a random password, kept in a file that only its owner can read."""
    password = secrets.token_urlsafe(12)
    path = password_file(data_dir)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(password)
    path.chmod(0o600)
    return password


def login(data_dir: Path) -> str:
    """Return how to log in, in words: the first password, or where it was changed, that."""
    try:
        password = password_file(data_dir).read_text()
    except FileNotFoundError:
        return "with your own account"
    return f"user: {USERNAME}   password: {password}"
