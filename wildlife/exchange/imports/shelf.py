"""Rows that wait in a file until their photo comes by, so that memory stays small."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

_PORTION = 1000


class Shelf:
    """Rows by a key, kept on disk. To be used by one thread, and closed."""

    def __init__(self) -> None:
        self._base = sqlite3.connect("")  # a temporary file, which SQLite removes by itself
        self._base.execute("CREATE TABLE kept (key TEXT, row TEXT)")
        self._keyed = False

    def put(self, rows: Iterable[tuple[str, Any]]) -> None:
        """Keep rows, each under its key."""
        waiting: list[tuple[str, str]] = []
        for key, row in rows:
            waiting.append((key, json.dumps(row)))
            if len(waiting) == _PORTION:
                self._base.executemany("INSERT INTO kept VALUES (?, ?)", waiting)
                waiting.clear()
        self._base.executemany("INSERT INTO kept VALUES (?, ?)", waiting)

    def take(self, key: str) -> list[Any]:
        """Return the rows of a key in the order they came, and let go of them."""
        if not self._keyed:
            self._base.execute("CREATE INDEX by_key ON kept (key)")
            self._keyed = True
        found = self._base.execute("SELECT row FROM kept WHERE key = ? ORDER BY rowid", (key,))
        rows = [json.loads(row) for (row,) in found]
        if rows:
            self._base.execute("DELETE FROM kept WHERE key = ?", (key,))
        return rows

    def groups(self) -> Iterator[tuple[str, list[Any]]]:
        """Yield each key with its rows, in the order in which the keys came first."""
        found = self._base.execute(
            "SELECT kept.key, row FROM kept "
            "JOIN (SELECT key, MIN(rowid) AS came FROM kept GROUP BY key) AS keys "
            "ON keys.key = kept.key ORDER BY came, kept.rowid"
        )
        for key, rows in groupby(found, key=lambda pair: str(pair[0])):
            yield key, [json.loads(row) for _, row in rows]

    def rest(self) -> Iterator[tuple[str, Any]]:
        """Yield the rows whose key nobody asked for."""
        for key, row in self._base.execute("SELECT key, row FROM kept ORDER BY rowid"):
            yield key, json.loads(row)

    def close(self) -> None:
        self._base.close()
