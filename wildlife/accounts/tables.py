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

from wildlife.accounts.belongings import columns_of, paths, rows_of

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
        if rows_of(model, user).exists():
            name = f"tables/{model._meta.label_lower}"
            with archive.open(f"{name}.json", "w", force_zip64=True) as file:
                for line in _json_lines(model, user):
                    file.write(line.encode())
            with archive.open(f"{name}.csv", "w", force_zip64=True) as file:
                for line in _csv_lines(model, user):
                    file.write(line.encode())


def _rows(model: type[models.Model], user: User) -> Iterator[dict[str, Any]]:
    return rows_of(model, user).values(*columns_of(model)).iterator(ROWS_AT_ONCE)


def _json_lines(model: type[models.Model], user: User) -> Iterator[str]:
    """A list of objects, one a line."""
    before = "[\n"
    for row in _rows(model, user):
        yield before + json.dumps(row, cls=_Encoder, ensure_ascii=False)
        before = ",\n"
    yield "\n]\n"


def _csv_lines(model: type[models.Model], user: User) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    columns = columns_of(model)
    writer.writerow(columns)
    for row in _rows(model, user):
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
