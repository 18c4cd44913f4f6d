"""A user's rows as JSON and CSV, written row by row."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any
from zipfile import ZipFile

from django.contrib.auth.models import User
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import QuerySet

from wildlife.accounts.belongings import columns_of, made, paths, rows_made_by, rows_of

Rows = QuerySet[models.Model]

ACCOUNT = ("username", "email", "first_name", "last_name", "date_joined", "last_login")
ROWS_AT_ONCE = 500
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
README = """\
All that belongs to the account {name}.

account.json                 the account itself
tables/APP.MODEL.json, .csv  one table each: your photos (photos.photo), what was found on them
                             (identifications.detection), every expert's vote
                             (identifications.vote), the answers (identifications.identification),
                             and so on; "…_id" names the row of another table
made/                        what you made that belongs to others too: verdicts, imports
originals/                   your photos, byte for byte, under their ids: photos.photo says under
                             which names you uploaded them

Where there is more than one file, the others hold more originals. Keys, passwords and the names of
sessions are left out: they open your account.
"""


def write(archive: ZipFile, user: User) -> None:
    """Write all of a user's tables, and a text that explains them."""
    archive.writestr("README.txt", README.format(name=user.get_username()))
    account = {name: getattr(user, name) for name in ACCOUNT}
    archive.writestr("account.json", json.dumps(account, cls=DjangoJSONEncoder, indent=2))
    for model in paths():
        _write_table(archive, "tables", rows_of(model, user))
    for model in made():
        _write_table(archive, "made", rows_made_by(model, user))


def _write_table(archive: ZipFile, folder: str, rows: Rows) -> None:
    if not rows.exists():
        return
    name = f"{folder}/{rows.model._meta.label_lower}"
    for kind, lines in (("json", _json_lines(rows)), ("csv", _csv_lines(rows))):
        with archive.open(f"{name}.{kind}", "w", force_zip64=True) as file:
            for line in lines:
                file.write(line.encode())


def _values(rows: Rows) -> Iterator[dict[str, Any]]:
    return rows.values(*columns_of(rows.model)).iterator(ROWS_AT_ONCE)


def _json_lines(rows: Rows) -> Iterator[str]:
    """A list of objects, one a line."""
    before = "[\n"
    for row in _values(rows):
        yield before + json.dumps(row, cls=_Encoder, ensure_ascii=False)
        before = ",\n"
    yield "\n]\n"


def _csv_lines(rows: Rows) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    columns = columns_of(rows.model)
    writer.writerow(columns)
    for row in _values(rows):
        writer.writerow([_cell(row[column]) for column in columns])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, list | dict):
        return json.dumps(value, cls=_Encoder, ensure_ascii=False)
    if isinstance(value, str) and value.startswith(_FORMULA):
        # A spreadsheet would run it.
        return f"'{value}"
    if isinstance(value, bytes | memoryview):
        return ""
    return value.isoformat() if hasattr(value, "isoformat") else value


class _Encoder(DjangoJSONEncoder):
    """Knows that numbers for machines alone, kept as bytes, are nothing to read."""

    def default(self, o: Any) -> Any:
        return None if isinstance(o, bytes | memoryview) else super().default(o)
