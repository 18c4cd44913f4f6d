"""Writing rows so that their history says who did it and why."""

from typing import Any

from django.contrib.auth.models import User
from django.db import models


def save(row: models.Model, *, by: User | None, reason: str) -> None:
    """Save a row; its history, where it keeps one, names the person (None: the system)."""
    _sign(row, by, reason)
    row.save()


def delete(row: models.Model, *, by: User | None, reason: str) -> None:
    """Delete a row; its history, where it keeps one, stays and names the person."""
    _sign(row, by, reason)
    row.delete()


def _sign(row: Any, by: User | None, reason: str) -> None:
    history = getattr(type(row), "history", None)
    if history is not None:
        room = history.model._meta.get_field("history_change_reason").max_length
        row._history_user = by
        row._change_reason = reason[:room]
