"""Writing rows so that their history says who did it and why."""

from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import models

BEFORE = datetime(1970, 1, 1, tzinfo=UTC)
"""When the history says that a row stood as nobody had changed it yet."""


def save(row: models.Model, *, by: User | None, reason: str) -> None:
    """Save a row; its history, where it keeps one, names the person (None: the system)."""
    sign(row, by=by, reason=reason)
    row.save()


def delete(row: models.Model, *, by: User | None, reason: str) -> None:
    """Delete a row; its history, where it keeps one, stays and names the person."""
    sign(row, by=by, reason=reason)
    row.delete()


def sign(row: Any, *, by: User | None, reason: str) -> None:
    """Say who is about to save or delete a row, and why, for its history, where it keeps one.

    Rows that nobody changed yet have none: as such a row stands is noted first, so that the
    change can be seen and taken back.
    """
    history = getattr(type(row), "history", None)
    if history is None:
        return
    room = history.model._meta.get_field("history_change_reason").max_length
    row._history_user = by
    row._change_reason = reason[:room]
    if row.pk is not None and not history.filter(**{row._meta.pk.attname: row.pk}).exists():
        stored = type(row)._default_manager.filter(pk=row.pk)
        history.bulk_history_create(stored, default_date=BEFORE)
